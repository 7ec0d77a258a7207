import { describe, expect, it } from 'vitest'
import { cacheAppend } from '../src/kernels/cache_append.js'
import { cacheAppend as reference } from '../src/reference/cache_append.js'
import { expectClose, noise, runKernel, widened } from './harness.js'

// A lane has 4 columns, a workgroup 64 lanes: one lane, one short, exactly one workgroup, one over, a prime number of lanes, and pt-base's width.
const shapes = [
  { batch: 1, capacity: 3, width: 4 },
  { batch: 1, capacity: 3, width: 4 * 63 },
  { batch: 2, capacity: 3, width: 4 * 32 },
  { batch: 5, capacity: 3, width: 4 * 13 },
  { batch: 1, capacity: 2, width: 4 * 211 },
  { batch: 8, capacity: 152, width: 512 },
]

describe('cache_append', () => {
  for (const shape of shapes) {
    const { batch, capacity, width } = shape
    it(`writes one row a sample and leaves the others, at [${batch}, ${capacity}, ${width}]`, async () => {
      const x = noise(batch * width, 1)
      const before = noise(batch * capacity * width, 2)
      const lengths = Uint32Array.from({ length: batch }, (_, b) => (b * 7) % capacity)
      // Of rows of three widths, the last.
      const wide = { x: widened(x, width, 3 * width, 2 * width), lengths, cache: before }
      const { cache } = await runKernel(cacheAppend, wide, { ...shape, stride: 3 * width, column: 2 * width })
      expectClose('cache', cache, reference(x, lengths, before, shape), { ulps: 0, scale: 1 })
    })
  }

  it('writes nothing where the cache is full', async () => {
    const before = noise(2 * 3 * 8, 3)
    const { cache } = await runKernel(
      cacheAppend,
      { x: noise(16, 4), lengths: Uint32Array.of(3, 4_000_000_000), cache: before },
      { batch: 2, capacity: 3, width: 8, stride: 8, column: 0 },
    )
    expect([...cache]).toEqual([...before])
  })
})
