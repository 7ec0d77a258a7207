import { Random } from '../src/base/random.js'
import { embedding, embeddingGrad, invertIds } from '../src/kernels/embedding.js'
import { workload } from './workload.js'

// pt-base reading text: batch 8, 12 tokens, width 512, a vocabulary of 3000 words drawn as words are: few often, most seldom.
const rows = 8 * 12
const length = 12
const width = 512
const vocabulary = 3000
const random = new Random(1)
const ids = Uint32Array.from({ length: rows }, () => Math.floor(vocabulary * random.uniform() ** 3))

// Embedded frames of pt-base, batch 8 of 150: each frame's place, and the frame added to it.
const frames = 150
const places = Uint32Array.from({ length: 8 * frames }, (_, r) => r % frames)

export default [
  workload(
    embedding,
    'pt-base source',
    { rows, length, width, scale: 1 },
    { ids, table: vocabulary * width, positions: length * width, y: rows * width },
  ),
  workload(
    embedding,
    'pt-base frames',
    { rows: 8 * frames, length: 8 * frames, width, scale: 1 },
    { ids: places, table: frames * width, positions: 8 * frames * width, y: 8 * frames * width },
  ),
  workload(embeddingGrad, 'pt-base source', { rows, width, scale: 1 }, { dy: rows * width, ...invertIds(ids), dTable: vocabulary * width }),
]
