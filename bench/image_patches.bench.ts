import { imagePatches, imagePatchesGrad } from '../src/kernels/image_patches.js'
import { workload } from './workload.js'

// Eight frames of a video as ViT-S/14 takes them.
const shape = { images: 8, channels: 3, height: 224, width: 224, side: 14, stride: 588 }
const n = 8 * 3 * 224 * 224

export default [
  workload(imagePatches, 'ViT-S/14 frames', shape, { x: n, y: n }),
  workload(imagePatchesGrad, 'ViT-S/14 frames', { ...shape, accumulate: 0 }, { dy: n, dx: n }),
]
