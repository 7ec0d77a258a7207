import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { linearGrad } from '../kernels/linear.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

/**
 * [N, D]: rows of a table [R, D] mixed by constant shares [N, R], such as those of its neighbours that a place between them has. Forward only: the
 * table is frozen.
 */
export function mixedRows(g: Graph, shares: Tensor, table: Parameter): Tensor {
  if (g.requiresGrad(table)) throw bug(table.name, 'rows that are mixed are of a table that is not trained')
  const [rows, cols] = shares.shape as [number, number]
  const width = table.value.shape[1]!
  const y = g.tensor('y', [rows, width])
  // The product of the way back of a linear layer is the one without a transpose.
  const params = { rows, inner: width, cols, accumulate: 0, gated: 0, rate: 0 }
  g.recorder.run(linearGrad, { dy: shares, w: f32Value(table), x: shares, dx: y }, params)
  return y
}
