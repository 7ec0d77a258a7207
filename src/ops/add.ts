import { elements, type Tensor } from '../device/memory.js'
import { add as addKernel } from '../kernels/add.js'
import type { Graph } from './graph.js'

/** a + b, both of one shape: the residual connection. Its slope goes to both unchanged, without a dispatch. */
export function add(g: Graph, a: Tensor, b: Tensor): Tensor {
  const y = g.tensor('sum', a.shape)
  g.recorder.run(addKernel, { a, b, y }, { n: elements(a.shape) })
  g.onBackward(y, (dy) => g.shareSlope([a, b], dy))
  return y
}
