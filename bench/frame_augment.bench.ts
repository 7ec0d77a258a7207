import { frameAugment, TRANSFORM } from '../src/kernels/frame_augment.js'
import { workload } from './workload.js'

// Eight frames of PHOENIX-2014T, 210 by 260, turned by 3° and cropped a little on their way to 224 by 224.
const [frames, size, width, height] = [8, 224, 210, 260]
const places = Uint32Array.from({ length: 4 * frames }, (_, i) => [Math.floor(i / 4) * width * height, width, height, 0][i % 4]!)
const one = [0.9, 0.05, 5, -0.05, 1.1, 10, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.485, 0.456, 0.406, 4.37, 4.46, 4.44]
const transforms = Float32Array.from({ length: TRANSFORM * frames }, (_, i) => one[i % TRANSFORM]!)
const pixels = new Uint32Array(frames * width * height).fill(0xff804020)

export default [workload(frameAugment, 'PHOENIX frames', { frames, size }, { pixels, places, transforms, y: frames * 3 * size * size })]
