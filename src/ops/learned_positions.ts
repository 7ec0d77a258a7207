import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { embeddingGrad, embedding as embeddingKernel } from '../kernels/embedding.js'
import type { TokenIds } from './embedding.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

/** x [..., D] plus a learned row of the table for each of its rows: places.ids u32, as many as x has rows. */
export function learnedPositions(g: Graph, x: Tensor, table: Parameter, { ids, inverse }: TokenIds): Tensor {
  const width = x.shape.at(-1)!
  const rows = elements(x.shape) / width
  const y = g.tensor('y', x.shape)
  g.recorder.run(embeddingKernel, { ids, table: f32Value(table), positions: x, y }, { rows, length: rows, width, scale: 1 })
  g.onBackward(y, [x, table], (dy) => {
    if (g.requiresGrad(table)) {
      if (!inverse) throw bug(table.name, 'wanted the rows of each distinct place, to train the table, got none')
      g.recorder.run(embeddingGrad, { dy, ...inverse, dTable: g.gradOf(table) }, { rows, width, scale: 1 })
    }
    g.shareGrad([x], dy)
  })
  return y
}
