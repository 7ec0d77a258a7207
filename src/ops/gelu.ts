import { elements, type Tensor } from '../device/memory.js'
import { geluGrad, gelu as geluKernel } from '../kernels/gelu.js'
import type { Graph } from './graph.js'

/** The smooth nonlinearity of the feed-forward block, element by element; the other, ReLU, is part of `linear`. */
export function gelu(g: Graph, x: Tensor): Tensor {
  const n = elements(x.shape)
  const y = g.tensor('y', x.shape)
  g.recorder.run(geluKernel, { x, y }, { n })
  g.onBackward(y, [x], (dy) => {
    g.addGrad(x, (dx) => g.recorder.run(geluGrad, { x, dy, dx }, { n }))
  })
  return y
}
