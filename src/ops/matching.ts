import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { columnSum } from '../kernels/column_sum.js'
import { fillWhole } from '../kernels/fill.js'
import { linearActivation, linearGrad, linear as linearKernel, linearWeightGrad } from '../kernels/linear.js'
import { matchingGrad, matching as matchingKernel } from '../kernels/matching.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'
import { f32Value, type Parameter } from './parameter.js'
import { unitRows } from './unit_rows.js'

export interface MatchingInputs {
  /** [all, D], all a multiple of 4: the features of clips; those of padding are 0. */
  readonly signs: Tensor
  /** [all, D]: those of their sentences. */
  readonly texts: Tensor
  /** [1]: the logarithm of what cosines are multiplied by. */
  readonly scale: Parameter
  /** f32 [1]: each row's share of the loss, as a rule 1 / rows. */
  readonly coefficient: Tensor
  /** f32 [rows]: 1 for rows whose share of the gradient at the scale is this pass's, 0 for those of other passes. */
  readonly own: Tensor
}

/**
 * Records the contrastive loss of the first `rows` clips and sentences, clip i with sentence i, and starts the way back: coefficient · ½ Σ over rows of the
 * divergences of both sides from their goals. Returns result [2, rows, 2]: each clip's divergence and logSumExp, then each sentence's. In float32 in any precision,
 * as `cosines` are.
 */
export function matchingLoss(g: Graph, { signs, texts, scale, coefficient, own }: MatchingInputs, rows: number): Tensor {
  const [all, width] = signs.shape as [number, number]
  if (all % 4 !== 0 || rows > all || elements(texts.shape) !== all * width)
    throw bug(signs.name, `wanted as many sentences, a multiple of 4 and at least ${rows}, got ${all} and [${texts.shape.join(', ')}]`)
  const s = products(g, unitRows(g, signs), unitRows(g, texts))
  const given = { s, scale: f32Value(scale) }
  const result = g.tensor('result', [2, rows, 2])
  g.recorder.run(matchingKernel, { ...given, result }, { rows, stride: all })
  if (g.requiresGrad(s) || g.requiresGrad(scale)) {
    const dscale = g.tensor('d scale', [all, 4])
    const shares = sharesForGrads(g, coefficient)
    const record = (ds: Tensor) =>
      g.recorder.run(matchingGrad, { ...given, result, coefficient: shares, own, ds, dscale }, { rows, all, stride: all })
    // One kernel makes both gradients, wanted or not.
    if (g.requiresGrad(s)) g.addGrad(s, record)
    else record(g.tensor('ds', s.shape))
    if (g.requiresGrad(scale)) g.recorder.run(columnSum, { x: dscale, sum: g.gradOf(scale) }, { rows: all, cols: 4 })
  }
  return result
}

/** a·bᵀ of two tensors [N, D]: [N, N]. */
function products(g: Graph, a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape as [number, number]
  const size = { rows, inner, cols: rows }
  const y = g.tensor('products', [rows, rows])
  const plain = { hasBias: 0, activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }
  // What is not there still wants a tensor for its binding.
  g.recorder.run(linearKernel, { x: a, w: b, b, residual: b, seed: b, y }, { ...size, ...plain })
  g.onBackward(y, [a, b], (dy) => {
    g.addGrad(a, (dx) => g.recorder.run(linearGrad, { dy, w: b, x: dy, dx }, { ...size, gated: 0, rate: 0, accumulate: 0 }))
    g.addGrad(b, (dw) => {
      // The gradient of weights is added onto what is there.
      g.recorder.run(fillWhole, { y: dw }, { n: elements(dw.shape), value: 0 })
      g.recorder.run(linearWeightGrad, { x: a, dy, dw, db: g.training!.dummy }, { ...size, hasBias: 0 })
    })
  })
  return y
}
