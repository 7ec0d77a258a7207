import { describe, expect, it } from 'vitest'
import { clipRows, clipRowsGrad } from '../src/kernels/clip_rows.js'
import * as reference from '../src/reference/clip_rows.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes of the way there (clips · length · width / 4, workgroups of 64): one; one short, exactly one, one over; a prime; two clips of ViT-S/14.
// Some have images before, and some behind what is there.
const shapes = [
  { lengths: [1], length: 1, images: 1, tokens: 1, width: 4, first: 0 },
  { lengths: [3, 0, 2], length: 7, images: 5, tokens: 3, width: 12, first: 0 },
  { lengths: [4, 1], length: 4, images: 3, tokens: 2, width: 32, first: 1 },
  { lengths: [3, 2, 5, 1, 4], length: 13, images: 20, tokens: 2, width: 4, first: 4 },
  { lengths: [257], length: 257, images: 100, tokens: 1, width: 4, first: 150 },
  { lengths: [6, 3], length: 8, images: 9, tokens: 17, width: 384, first: 0 },
]

describe('clip_rows', () => {
  it('has a reference gradient that matches finite differences', () => {
    const lengths = Uint32Array.of(2, 1)
    const shape = { tokens: 2, width: 4, length: 3, first: 1 }
    const [x, y, dy] = [noise(24, 1), noise(24, 2), noise(24, 3)]
    const differences = finiteDifference((at) => dot(reference.clipRows(at, lengths, shape, y), dy), x)
    expectGrad('dx', reference.clipRowsGrad(dy, lengths, shape, 3), differences)
  })

  for (const { lengths: frames, ...shape } of shapes) {
    const { images, tokens, width, length, first } = shape
    it(`matches the reference to the bit, both ways, with ${images} images from ${first} on in clips of ${frames.join(', ')}`, async () => {
      const lengths = Uint32Array.from(frames)
      const params = { ...shape, batch: frames.length }
      const rows = frames.length * length * width
      // Rows that are not taken must not matter.
      const x = noise(images * tokens * width, 4).map((v, i) => (Math.floor(i / width) % tokens === 0 ? v : Number.NaN))
      const { y } = await runKernel(clipRows, { x, lengths, y: rows }, { ...params, keep: 0 })
      expectClose('y', y, reference.clipRows(x, lengths, shape, new Float64Array(rows)), { ulps: 0, scale: 1 })
      const there = noise(rows, 5)
      const kept = await runKernel(clipRows, { x, lengths, y: there }, { ...params, keep: 1 })
      expectClose('y kept', kept.y, reference.clipRows(x, lengths, shape, there), { ulps: 0, scale: 1 })

      // Nor padding.
      const dy = noise(rows, 6).map((v, i) => (Math.floor(i / width) % length < frames[Math.floor(i / width / length)]! ? v : Number.NaN))
      const want = reference.clipRowsGrad(dy, lengths, shape, images)
      const { dx } = await runKernel(clipRowsGrad, { dy, lengths, dx: x.length }, { ...params, accumulate: 0 })
      expectClose('dx', dx, want, { ulps: 0, scale: 1 })
      const before = noise(x.length, 7)
      const added = await runKernel(clipRowsGrad, { dy, lengths, dx: before }, { ...params, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + before[i]!),
        { ulps: 1, scale: 2 },
      )
    })
  }

  it('reads a length beyond the batch as the whole of it', async () => {
    const x = noise(16, 8)
    const params = { batch: 2, length: 2, images: 4, tokens: 1, width: 4, first: 0, keep: 0 }
    const { y } = await runKernel(clipRows, { x, lengths: Uint32Array.of(9, 9), y: 16 }, params)
    expect([...y]).toEqual([...x])
  })
})
