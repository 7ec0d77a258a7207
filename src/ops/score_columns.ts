import { elements, type Tensor } from '../device/memory.js'
import { scoreColumns as scoreColumnsKernel } from '../kernels/score_columns.js'
import type { Graph } from './graph.js'

/** x [..., S] with its marked columns, logits, as probabilities; marked: u32 [S]. No gradient goes back through it. */
export function scoreColumns(g: Graph, x: Tensor, marked: Tensor): Tensor {
  const stride = x.shape.at(-1)!
  const y = g.tensor('scores', x.shape)
  g.recorder.run(scoreColumnsKernel, { x, marked, y }, { rows: elements(x.shape) / stride, stride })
  return y
}
