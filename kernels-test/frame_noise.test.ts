import { describe, expect, it } from 'vitest'
import { frameNoise } from '../src/kernels/frame_noise.js'
import * as reference from '../src/reference/frame_noise.js'
import { expectClose, noise, runKernel } from './harness.js'

const seed = Uint32Array.of(99, 0xdeadbeef, 0, 0)

// Lanes (rows · stride / 4): one; one short of a workgroup, exactly one, one over; a prime; and a clip of frames as stored.
const shapes = [
  { rows: 1, stride: 4, coords: 3 },
  { rows: 17, stride: 60, coords: 58 },
  { rows: 8, stride: 128, coords: 125 },
  { rows: 257, stride: 4, coords: 4 },
  { rows: 1009, stride: 4, coords: 1 },
  { rows: 60, stride: 152, coords: 150 },
]

/** n standard normals as the kernel draws them. */
async function drawn(n: number, stream: number): Promise<Float64Array> {
  const ones = new Float64Array(152).fill(1)
  const params = { rows: n / 152, stride: 152, coords: 152, stream, rate: 1 }
  const { y } = await runKernel(frameNoise, { x: new Float64Array(n), sigma: ones, seed, y: n }, params)
  return Float64Array.from(y)
}

const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length

describe('frame_noise', () => {
  for (const { rows, stride, coords } of shapes) {
    it(`matches the reference at [${rows}, ${stride}] with ${coords} coordinates`, async () => {
      const x = noise(rows * stride, 1)
      const sigma = noise(stride, 2).map((v) => Math.fround(Math.abs(v) + 0.1))
      const rate = Math.fround(0.25)
      const { y } = await runKernel(frameNoise, { x, sigma, seed, y: rows * stride }, { rows, stride, coords, stream: 4, rate })
      const want = reference.frameNoise(x, sigma, seed, { stride, coords, stream: 4, rate })
      // A radius is at most √(2 · 24 · ln 2) = 5.8: sine and cosine's 2⁻¹¹ of it is 2.8e-3, and a radius near 0 may be off by 1e-3
      // (log near 1 is good to 2⁻²¹, and a square root halves its digits). 2⁻⁸ of rate · sigma covers both.
      const scale = x.map((_, i) => rate * sigma[i % stride]!)
      expectClose('y', y, want, { ulps: 2 ** 16, scale })
    })
  }

  it('leaves the counter and the padding as they are, whatever they hold', async () => {
    const stride = 152
    const x = noise(8 * stride, 3)
    const hostile = x.map((v, i) => (i % stride === 151 ? Number.NaN : v))
    const sigma = new Float64Array(stride).fill(1).fill(Number.NaN, 150)
    const params = { rows: 8, stride, coords: 150, stream: 0, rate: 1 }
    const { y } = await runKernel(frameNoise, { x: hostile, sigma, seed, y: 8 * stride }, params)
    for (let i = 0; i < y.length; i++) {
      const column = i % stride
      if (column < 150) expect(y[i]).not.toBe(x[i])
      else expect(y[i]).toBe(hostile[i])
    }
  })

  it('adds nothing at rate 0 or sigma 0', async () => {
    const x = noise(64, 4)
    const params = { rows: 4, stride: 16, coords: 15, stream: 0, rate: 1 }
    const ones = new Float64Array(16).fill(1)
    const { y: still } = await runKernel(frameNoise, { x, sigma: new Float64Array(16), seed, y: 64 }, params)
    const { y: off } = await runKernel(frameNoise, { x, sigma: ones, seed, y: 64 }, { ...params, rate: 0 })
    expect([...still]).toEqual([...x])
    expect([...off]).toEqual([...x])
  })

  it('draws standard normals: mean, deviation, kurtosis and extremes', async () => {
    const n = 152 * 400
    const z = await drawn(n, 1)
    expect(Math.abs(mean(z))).toBeLessThan(4 / Math.sqrt(n))
    // The deviation of a sample's variance is √(2/n), of its kurtosis √(24/n).
    expect(Math.abs(mean(z.map((v) => v ** 2)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    expect(Math.abs(mean(z.map((v) => v ** 4)) / mean(z.map((v) => v ** 2)) ** 2 - 3)).toBeLessThan(4 * Math.sqrt(24 / n))
    const extreme = z.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
    expect(extreme).toBeGreaterThan(3.5)
    expect(extreme).toBeLessThan(5.8)
  })

  it('draws independently of neighbours and other streams', async () => {
    const n = 152 * 400
    const z = await drawn(n, 1)
    const others = {
      'next element': z.map((_, i) => z[(i + 1) % n]!),
      'next but one': z.map((_, i) => z[(i + 2) % n]!),
      'next frame': z.map((_, i) => z[(i + 152) % n]!),
      'next stream': await drawn(n, 2),
    }
    for (const [name, other] of Object.entries(others)) {
      expect(Math.abs(mean(z.map((v, i) => v * other[i]!))), name).toBeLessThan(4 / Math.sqrt(n))
    }
  })
})
