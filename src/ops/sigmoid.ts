import { elements, type Tensor } from '../device/memory.js'
import { sigmoidGrad, sigmoid as sigmoidKernel } from '../kernels/sigmoid.js'
import type { Graph } from './graph.js'

/** 1 / (1 + exp(-x)), element by element. */
export function sigmoid(g: Graph, x: Tensor): Tensor {
  const n = elements(x.shape)
  const y = g.tensor('y', x.shape)
  g.recorder.run(sigmoidKernel, { x, y }, { n })
  g.onBackward(y, [x], (dy) => {
    g.addGrad(x, (dx) => g.recorder.run(sigmoidGrad, { x, dy, dx }, { n }))
  })
  return y
}
