import { elements, type Tensor } from '../device/memory.js'
import { scaledResidualGrad, scaledResidual as scaledResidualKernel, scaledResidualWeightGrad } from '../kernels/scaled_residual.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

/**
 * x + gamma ⊙ branch, both [B, …, D], gamma [D]. In training a share `dropPath` of the B clips gets nothing of the branch, and the others
 * 1/(1 - dropPath) of it.
 */
export function scaledResidual(g: Graph, x: Tensor, branch: Tensor, gamma: Parameter, dropPath = 0): Tensor {
  const n = elements(x.shape)
  const width = x.shape.at(-1)!
  const scales = f32Value(gamma)
  const drops = g.training && dropPath > 0 ? { seed: g.training.seed, stream: g.nextStream(), rate: dropPath } : undefined
  // At rate 0 nothing is drawn; the binding still wants a tensor.
  const { seed, stream, rate } = drops ?? { seed: scales, stream: 0, rate: 0 }
  const paths = { length: n / width / x.shape[0]!, stream, rate }
  const y = g.tensor('y', x.shape)
  g.recorder.run(scaledResidualKernel, { x, branch, gamma: scales, seed, y }, { n, width, ...paths })

  g.onBackward(y, [x, branch, gamma], (dy) => {
    if (g.requiresGrad(gamma))
      g.recorder.run(scaledResidualWeightGrad, { branch, dy, seed, dGamma: g.gradOf(gamma) }, { rows: n / width, scales: width, ...paths })
    const given = { dy, gamma: scales, seed }
    g.addGrad(
      branch,
      (dbranch) => g.recorder.run(scaledResidualGrad, { ...given, dbranch }, { n, width, ...paths, accumulate: 0 }),
      (dbranch) => g.recorder.run(scaledResidualGrad, { ...given, dbranch }, { n, width, ...paths, accumulate: 1 }),
    )
    // Last, for from here on others may add onto dy.
    g.shareGrad([x], dy)
  })
  return y
}
