import { elements, type Tensor } from '../device/memory.js'
import { dropout as dropoutKernel } from '../kernels/dropout.js'
import type { Graph } from './graph.js'

/** In training, sets a share `rate` of x to 0 and scales the rest by 1/(1-rate). Elsewhere, and at rate 0, x itself. */
export function dropout(g: Graph, x: Tensor, rate: number): Tensor {
  if (!g.training || rate === 0) return x
  const { seed } = g.training
  const params = { n: elements(x.shape), site: g.nextSite(), rate }
  const y = g.tensor('y', x.shape)
  g.recorder.run(dropoutKernel, { x, seed, y }, params)
  // Dropout is linear and its mask a function of site and seed alone, so the way back is the same kernel.
  g.onBackward(y, (dy) => {
    g.addSlope(x, (dx) => g.recorder.run(dropoutKernel, { x: dy, seed, y: dx }, params))
  })
  return y
}
