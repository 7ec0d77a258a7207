import { elements, type Tensor } from '../device/memory.js'
import { embedding } from '../kernels/embedding.js'
import type { Graph } from './graph.js'

/**
 * x [rows, width] plus row at[r] of the table of positions: an embedding of the places, to which each row of x is added. The table is fixed,
 * so the gradient passes unchanged.
 */
export function addPositions(g: Graph, x: Tensor, table: Tensor, at: Tensor): Tensor {
  const width = x.shape.at(-1)!
  const y = g.tensor('y', x.shape)
  const rows = elements(x.shape) / width
  g.recorder.run(embedding, { ids: at, table, positions: x, y }, { rows, length: rows, width, scale: 1 })
  g.onBackward(y, [x], (dy) => g.shareGrad([x], dy))
  return y
}
