import type { Tensor } from '../device/memory.js'
import { nearestCodeGrad, nearestCode as nearestCodeKernel, nearestCodeWeightGrad } from '../kernels/nearest_code.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'
import { f32Value, type Parameter } from './parameter.js'

export interface Quantising {
  /** u32 [B]: rows of each clip. */
  readonly lengths: Tensor
  /** Codes of the codebook; rows of the parameter past them are padding. */
  readonly count: number
  /** γ: what the loss that draws rows to their codes is multiplied by, against that which draws codes to their rows. */
  readonly commitment: number
  /** [1]: a row's share of both. */
  readonly share: Tensor
}

export interface Quantised {
  /** [B, T, D]: every row's nearest code; 0 past a clip's length. */
  readonly y: Tensor
  /** u32 [B, T]: which code, `count` past a clip's length. */
  readonly index: Tensor
  /** [B, T]: the squared distance of each; the loss is share · (1 + commitment) · their sum. */
  readonly distance: Tensor
}

/**
 * Rows x [B, T, D], D a multiple of 4, in the words of a codebook [count, D] (van den Oord et al. 2017), and the start of the way back of its two
 * losses. The gradient at y goes straight through to x.
 */
export function vectorQuantise(g: Graph, x: Tensor, codebook: Parameter, { lengths, count, commitment, share }: Quantising): Quantised {
  const [batch, length, width] = x.shape as [number, number, number]
  const rows = batch * length
  const codes = f32Value(codebook)
  const [y, index, distance] = [g.tensor('y', x.shape), g.tensor('index', [batch, length], 'u32'), g.tensor('distance', [batch, length])]
  g.recorder.run(nearestCodeKernel, { z: x, codes, lengths, y, index, distance }, { batch, length, width, count })
  if (!g.requiresGrad(x) && !g.requiresGrad(codebook)) return { y, index, distance }

  const scaled = sharesForGrads(g, share)
  const given = { z: x, y, index, share: scaled }
  const grad = (dy: Tensor | undefined, accumulate: 0 | 1) => (dz: Tensor) => {
    const params = { rows, width, count, through: dy ? 1 : 0, commitment: dy ? 0 : commitment, accumulate }
    g.recorder.run(nearestCodeGrad, { ...given, dy: dy ?? y, dz }, params)
  }
  g.addGrad(x, grad(undefined, 0), grad(undefined, 1))
  if (g.requiresGrad(codebook)) {
    const tensors = { z: x, codes, index, share: scaled, dcodes: g.gradOf(codebook) }
    g.recorder.run(nearestCodeWeightGrad, tensors, { rows, width, count })
  }
  g.onBackward(y, [x], (dy) => g.addGrad(x, grad(dy, 0), grad(dy, 1)))
  return { y, index, distance }
}
