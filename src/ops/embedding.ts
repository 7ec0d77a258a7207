import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { embeddingGrad, embedding as embeddingKernel } from '../kernels/embedding.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

/** Token ids [batch, length] with, where the table is trained, the rows of each distinct id (see `invertIds`). */
export interface TokenIds {
  readonly ids: Tensor
  readonly inverse?: { readonly uniqueIds: Tensor; readonly starts: Tensor; readonly order: Tensor }
}

/**
 * `[batch, length, width]`: scale times each token's row of the table, plus its position's. positions [≥ length, width], or one row that is added
 * to all.
 */
export function embedding(g: Graph, { ids, inverse }: TokenIds, table: Parameter, positions: Tensor, scale = 1): Tensor {
  const width = table.value.shape[1]!
  const rows = elements(ids.shape)
  const y = g.tensor('y', [...ids.shape, width])
  g.recorder.run(
    embeddingKernel,
    { ids, table: f32Value(table), positions, y },
    { rows, length: Math.min(ids.shape.at(-1)!, positions.shape[0]!), width, scale },
  )
  g.onBackward(y, [table], (dy) => {
    if (!inverse) throw bug(table.name, 'wanted the rows of each distinct id, to train what is looked up, got none')
    g.recorder.run(embeddingGrad, { dy, ...inverse, dTable: g.gradOf(table) }, { rows, width, scale })
  })
  return y
}
