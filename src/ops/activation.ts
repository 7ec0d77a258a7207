import { elements, type Tensor } from '../device/memory.js'
import { gelu, geluGrad } from '../kernels/gelu.js'
import { relu, reluGrad } from '../kernels/relu.js'
import type { Graph } from './graph.js'

export type Activation = 'relu' | 'gelu'

const kernels = { relu: [relu, reluGrad], gelu: [gelu, geluGrad] } as const

/** The nonlinearity of the feed-forward block, element by element. */
export function activation(g: Graph, x: Tensor, kind: Activation): Tensor {
  const [forward, grad] = kernels[kind]
  const n = elements(x.shape)
  const y = g.tensor('y', x.shape)
  g.recorder.run(forward, { x, y }, { n })
  g.onBackward(y, (dy) => {
    g.addSlope(x, (dx) => g.recorder.run(grad, { x, dy, dx }, { n }))
  })
  return y
}
