import { describe, expect, it } from 'vitest'
import { loraDown, loraDownGrad, loraDownWeightGrad } from '../src/kernels/lora_down.js'
import * as reference from '../src/reference/lora_down.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'

const seed = Uint32Array.of(0x12345678, 7, 0, 0)
const kept = { seed, stream: 5, rate: 0 }
const dropping = { seed, stream: 5, rate: Math.fround(0.3) }

// One row; fewer rows than a tile, several parts; a tile and one row more, two quads of ranks; more lanes than a workgroup; a layer's.
const shapes = [
  { rows: 1, width: 4, rank: 4, parts: 1 },
  { rows: 3, width: 36, rank: 4, parts: 3 },
  { rows: 5, width: 12, rank: 8, parts: 2 },
  { rows: 67, width: 20, rank: 12, parts: 1 },
  { rows: 9, width: 1028, rank: 4, parts: 3 },
]

/** 0.3 dropped: 1 - rate is a rounding, the division 2.5 ulps, of numbers up to 1/0.7. */
const DROPPED = { ulps: 8, size: 1 / 0.7 }

describe('lora_down', () => {
  const size = { rows: 3, width: 8, rank: 4, parts: 2 }
  const [x, a, dh] = [noise(24, 1), noise(64, 2), noise(24, 3)]

  it('has reference gradients that match finite differences', () => {
    const loss = (at: { x?: Float64Array; a?: Float64Array }) => dot(reference.loraDown(at.x ?? x, at.a ?? a, size, dropping, 0.5), dh)
    const scaled = dh.map((v) => 0.5 * v)
    expectGrad(
      'dx',
      reference.loraDownGrad(scaled, a, size, dropping),
      finiteDifference((at) => loss({ x: at }), x),
    )
    expectGrad(
      'da',
      reference.loraDownWeightGrad(scaled, x, size, dropping),
      finiteDifference((at) => loss({ a: at }), a),
    )
  })

  for (const shape of shapes) {
    for (const drops of [kept, dropping]) {
      const { rows, width, rank, parts } = shape
      const { stream, rate } = drops
      const each = rate > 0 ? DROPPED : { ulps: 0, size: 1 }

      it(`matches the reference at ${JSON.stringify(shape)}, rate ${rate.toFixed(1)}`, async () => {
        const [x, a] = [noise(rows * width, 4), noise(parts * rank * width, 5)]
        // A chain of `width` sums and the scale.
        const tolerance = { ulps: width + 1 + each.ulps, scale: 0.75 * width * each.size }
        for (const variant of ['portable', 'workgroup']) {
          const kernel = forced(loraDown, variant)
          const { h } = await runKernel(kernel, { x, a, seed, h: rows * parts * rank }, { ...shape, scale: 0.75, stream, rate })
          expectClose(`h, ${variant}`, h, reference.loraDown(x, a, shape, drops, 0.75), tolerance)
        }
      })

      it(`matches the reference gradients at ${JSON.stringify(shape)}, rate ${rate.toFixed(1)}, replacing and adding`, async () => {
        const [x, a, dh] = [noise(rows * width, 6), noise(parts * rank * width, 7), noise(rows * parts * rank, 8)]
        const wantX = reference.loraDownGrad(dh, a, shape, drops)
        const tolerance = { ulps: parts * rank + 1 + each.ulps, scale: parts * rank * each.size + 1 }
        const { dx } = await runKernel(loraDownGrad, { dh, a, seed, dx: rows * width }, { ...shape, stream, rate, accumulate: 0 })
        expectClose('dx', dx, wantX, tolerance)
        const added = await runKernel(loraDownGrad, { dh, a, seed, dx: x }, { ...shape, stream, rate, accumulate: 1 })
        expectClose(
          'dx added',
          added.dx,
          wantX.map((v, i) => v + x[i]!),
          tolerance,
        )
        const want = reference.loraDownWeightGrad(dh, x, shape, drops).map((v, i) => v + a[i]!)
        const { da } = await runKernel(loraDownWeightGrad, { dh, x, seed, da: a }, { ...shape, stream, rate })
        expectClose('da', da, want, { ulps: rows + 1 + each.ulps, scale: rows * each.size + 1 })
      })
    }
  }

  it('drops for each part on its own', async () => {
    const size = { rows: 1, width: 64, rank: 4, parts: 2 }
    const ones = new Float64Array(8 * 64).fill(1)
    const { h } = await runKernel(loraDown, { x: ones.subarray(0, 64), a: ones, seed, h: 8 }, { ...size, ...dropping, scale: 1 })
    expect(h[0]).toBe(h[3])
    expect(h[0]).not.toBe(h[4])
  })
})
