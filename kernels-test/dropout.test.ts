import { describe, expect, it } from 'vitest'
import { dropout } from '../src/kernels/dropout.js'
import * as reference from '../src/reference/dropout.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

const rate = Math.fround(0.1)
const seed = Uint32Array.of(0x12345678, 7, 0, 0)

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 48 frames of width 512.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 48 * 512]

/** What is kept of n ones: 1 where kept, 0 where dropped. */
async function keptOf(n: number, stream: number, seed: Uint32Array, rate: number): Promise<Float32Array> {
  const { y } = await runKernel(dropout, { x: new Float64Array(n).fill(1), seed, y: n }, { n, stream, rate })
  return y.map((v) => (v === 0 ? 0 : 1))
}

const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length

describe('dropout', () => {
  it('is its own gradient', () => {
    const x = noise(32, 1)
    const dy = noise(32, 2)
    const half = 0.5
    expectGrad(
      'dx',
      reference.dropout(dy, seed, 3, half),
      finiteDifference((at) => dot(reference.dropout(at, seed, 3, half), dy), x),
    )
  })

  for (const n of sizes) {
    it(`drops what the reference drops at [${n}]`, async () => {
      const x = noise(n, 3).map((v) => v + Math.sign(v))
      const { y } = await runKernel(dropout, { x, seed, y: n }, { n, stream: 5, rate })
      const want = reference.dropout(x, seed, 5, rate)
      expect([...y].map((v) => v === 0)).toEqual([...want].map((v) => v === 0))
      // 1 - rate is one rounding and WGSL's division 2.5 ulps (5 roundings) of numbers below 2/0.9.
      expectClose('y', y, want, { ulps: 8, scale: 2.3 })
    })
  }

  it('keeps everything as it is at rate 0', async () => {
    const x = noise(4096, 4)
    const { y } = await runKernel(dropout, { x, seed, y: 4096 }, { n: 4096, stream: 0, rate: 0 })
    expectClose('y', y, x, { ulps: 0, scale: 1 })
  })

  for (const share of [0.1, 0.5, 0.9]) {
    it(`keeps a share of ${(1 - share).toFixed(1)}, within 4 sigma`, async () => {
      const n = 65536
      const kept = mean(await keptOf(n, 1, seed, share))
      expect(Math.abs(kept - (1 - share))).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n))
    })
  }

  it('drops independently at other streams, seeds and places', async () => {
    const n = 65536
    const kept = await keptOf(n, 1, seed, 0.5)
    const others = {
      'next stream': await keptOf(n, 2, seed, 0.5),
      'next first word': await keptOf(n, 1, Uint32Array.of(seed[0]! + 1, seed[1]!, 0, 0), 0.5),
      'next second word': await keptOf(n, 1, Uint32Array.of(seed[0]!, seed[1]! + 1, 0, 0), 0.5),
      'next element': kept.map((_, i) => kept[(i + 1) % n]!),
      'next vec4': kept.map((_, i) => kept[(i + 4) % n]!),
    }
    for (const [name, other] of Object.entries(others)) {
      // Two fair coins agree half the time.
      const agreement = mean(kept.map((v, i) => (v === other[i] ? 1 : 0)))
      expect(Math.abs(agreement - 0.5), name).toBeLessThan(4 * Math.sqrt(0.25 / n))
    }
  })

  it('drops an overflow like any other number', async () => {
    const x = new Float64Array(4096).fill(Number.POSITIVE_INFINITY)
    const { y } = await runKernel(dropout, { x, seed, y: 4096 }, { n: 4096, stream: 1, rate: 0.5 })
    expect(new Set(y)).toEqual(new Set([0, Number.POSITIVE_INFINITY]))
  })
})
