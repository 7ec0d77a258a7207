import { placeRows, placeRowsGrad } from '../src/kernels/place_rows.js'
import { workload } from './workload.js'

// Sixteen frames of a video as ViT-S/14 leaves them, in a batch of two clips.
const [images, tokens, width, room] = [16, 257, 384, 20]
const shape = { images, tokens, width, first: 0, room }
const places = Uint32Array.from({ length: images }, (_, i) => i)
const n = images * tokens * width

export default [
  workload(placeRows, 'ViT-S/14 frames', shape, { x: n, places, y: room * width }),
  workload(placeRowsGrad, 'ViT-S/14 frames', { ...shape, accumulate: 0 }, { dy: room * width, places, dx: n }),
]
