import { elements, type Tensor } from '../device/memory.js'
import { addPositions as addPositionsKernel } from '../kernels/add_positions.js'
import type { Graph } from './graph.js'

/** x [rows, width] plus row at[r] of the table of positions. The table is fixed, so the gradient passes unchanged. */
export function addPositions(g: Graph, x: Tensor, table: Tensor, at: Tensor): Tensor {
  const width = x.shape.at(-1)!
  const y = g.tensor('y', x.shape)
  g.recorder.run(addPositionsKernel, { x, table, at, y }, { rows: elements(x.shape) / width, width })
  g.onBackward(y, [x], (dy) => g.shareGrad([x], dy))
  return y
}
