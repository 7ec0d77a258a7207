import { classToken, classTokenGrad, classTokenWeightGrad } from '../src/kernels/class_token.js'
import { workload } from './workload.js'

// Eight frames of a video as ViT-S/14 takes them.
const [images, patches, width] = [8, 256, 384]
const shape = { images, patches, width }
const rows = images * (patches + 1) * width

export default [
  workload(classToken, 'ViT-S/14 frames', shape, { x: images * patches * width, token: width, positions: (patches + 1) * width, y: rows }),
  workload(classTokenGrad, 'ViT-S/14 frames', { ...shape, accumulate: 0 }, { dy: rows, dx: images * patches * width }),
  workload(
    classTokenWeightGrad,
    'ViT-S/14 frames',
    { images, tokens: patches + 1, width },
    { dy: rows, dtoken: width, dpositions: (patches + 1) * width },
  ),
]
