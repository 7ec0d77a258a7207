import { elements, type Tensor } from '../device/memory.js'
import { reluGrad, relu as reluKernel } from '../kernels/relu.js'
import type { Graph } from './graph.js'

/** max(0, x + residual), or max(0, x): for what is no linear layer, which takes its own ReLU. */
export function relu(g: Graph, x: Tensor, residual?: Tensor): Tensor {
  const n = elements(x.shape)
  const y = g.tensor('y', x.shape)
  // What is not there still wants a tensor for its binding.
  g.recorder.run(reluKernel, { x, residual: residual ?? x, y }, { n, hasResidual: residual ? 1 : 0 })
  g.onBackward(y, [x, residual], (dy) => {
    for (const input of residual ? [x, residual] : [x])
      g.addGrad(
        input,
        (dx) => g.recorder.run(reluGrad, { y, dy, dx }, { n, accumulate: 0 }),
        (dx) => g.recorder.run(reluGrad, { y, dy, dx }, { n, accumulate: 1 }),
      )
  })
  return y
}
