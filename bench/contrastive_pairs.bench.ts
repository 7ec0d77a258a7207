import { contrastivePairs, contrastivePairsGrad } from '../src/kernels/contrastive_pairs.js'
import { workload } from './workload.js'

// SignCL in its paper's form on the embedded frames of the sign language transformer: batch 8, 150 frames, width 512; a neighbour and a frame
// 75 further on for each.
const [batch, length, width, slots] = [8, 150, 512, 2]
const pairs = batch * length * slots
const shape = { batch, length, width, slots, form: 0 }
const partnerOf = (p: number) => (Math.floor(p / slots) + (p % slots === 0 ? 1 : 75)) % length
const partner = Uint32Array.from({ length: pairs }, (_, p) => partnerOf(p))
// Every frame is the partner of two pairs: that of the frame before it, and that of the one 75 off.
const start = Uint32Array.from({ length: batch * length + 1 }, (_, row) => slots * row)
const reverse = Uint32Array.from({ length: pairs }, (_, k) => {
  const [row, clip] = [Math.floor(k / slots) % length, Math.floor(k / slots / length)]
  const anchor = (row + length - (k % slots === 0 ? 1 : 75)) % length
  return (clip * length + anchor) * slots + (k % slots)
})
const note = 'judge frames'
const n = batch * length * width

export default [
  workload(contrastivePairs, note, { ...shape, positives: 1, maxDistance: 64 }, { x: n, partner, weight: pairs, result: 2 * pairs }),
  workload(
    contrastivePairsGrad,
    note,
    { ...shape, accumulate: 0 },
    { x: n, partner, result: 2 * pairs, share: pairs, start, reverse, dx: n },
  ),
]
