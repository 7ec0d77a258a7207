import { describe, expect, it } from 'vitest'
import { beamReorder } from '../src/kernels/beam_reorder.js'
import * as reference from '../src/reference/beam_reorder.js'
import { noise, runKernel } from './harness.js'

describe('beam_reorder', () => {
  // 256 lanes a workgroup, four columns each.
  for (const shape of [
    { rows: 1, beams: 1, capacity: 1, width: 4 },
    { rows: 6, beams: 3, capacity: 5, width: 8 },
    { rows: 32, beams: 16, capacity: 4, width: 8 },
    { rows: 15, beams: 5, capacity: 7, width: 36 },
  ]) {
    it(`takes over the parents' pasts, and no more, at ${Object.values(shape).join('×')}`, async () => {
      const { rows, beams, capacity, width } = shape
      const [x, old] = [noise(rows * capacity * width, 1), noise(rows * capacity * width, 2)]
      const parent = Uint32Array.from({ length: rows }, (_, r) => (r * 7 + 3) % beams)
      const lengths = Uint32Array.from({ length: rows }, (_, r) => Math.floor(r / beams + 1) % (capacity + 1))
      const { y } = await runKernel(beamReorder, { x, parent, lengths, y: old }, shape)
      expect([...y]).toEqual([...reference.beamReorder(x, parent, lengths, old, shape)])
    })
  }
})
