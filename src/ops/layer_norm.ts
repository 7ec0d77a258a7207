import { elements, type Tensor } from '../device/memory.js'
import { columnSum } from '../kernels/column_sum.js'
import { layerNormGrad, layerNorm as layerNormKernel, layerNormWeightGrad } from '../kernels/layer_norm.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'
import { unwanted } from './unwanted.js'

/** Each row of x [..., width] to mean 0 and variance 1, then times gamma plus beta. */
export function layerNorm(g: Graph, x: Tensor, gamma: Parameter, beta: Parameter, epsilon: number): Tensor {
  const width = x.shape.at(-1)!
  const rows = elements(x.shape) / width
  const y = g.tensor('y', x.shape)
  const stats = g.tensor('stats', [rows, 2])
  g.recorder.run(layerNormKernel, { x, gamma: f32Value(gamma), beta: f32Value(beta), y, stats }, { rows, width, epsilon })

  g.onBackward(y, [x, gamma, beta], (dy) => {
    if (g.requiresGrad(gamma)) {
      const dBeta = g.requiresGrad(beta) ? g.gradOf(beta) : unwanted(g, gamma, width)
      g.recorder.run(layerNormWeightGrad, { x, stats, dy, dGamma: g.gradOf(gamma), dBeta }, { rows, width })
    } else if (g.requiresGrad(beta)) g.recorder.run(columnSum, { x: dy, sum: g.gradOf(beta) }, { rows, cols: width })
    g.addGrad(
      x,
      (dx) => g.recorder.run(layerNormGrad, { x, gamma: gamma.value, stats, dy, dx }, { rows, width, accumulate: 0 }),
      (dx) => g.recorder.run(layerNormGrad, { x, gamma: gamma.value, stats, dy, dx }, { rows, width, accumulate: 1 }),
    )
  })
  return y
}
