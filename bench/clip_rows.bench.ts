import { clipRows, clipRowsGrad } from '../src/kernels/clip_rows.js'
import { workload } from './workload.js'

// Sixteen frames of two clips as ViT-S/14 leaves them.
const [batch, length, images, tokens, width] = [2, 10, 16, 257, 384]
const shape = { batch, length, images, tokens, width, first: 0 }
const lengths = Uint32Array.of(10, 6)

export default [
  workload(clipRows, 'ViT-S/14 frames', { ...shape, keep: 0 }, { x: images * tokens * width, lengths, y: batch * length * width }),
  workload(
    clipRowsGrad,
    'ViT-S/14 frames',
    { ...shape, accumulate: 0 },
    { dy: batch * length * width, lengths, dx: images * tokens * width },
  ),
]
