import type { Tensor } from '../device/memory.js'
import { contrastivePairsGrad, contrastivePairs as contrastivePairsKernel } from '../kernels/contrastive_pairs.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

/** SignCL as its paper has it: Euclidean distance and hinge; or as the released code has it: L1 distance and softplus. */
export type SignClForm = 'paper' | 'released'

/** What a form compares an anchor frame with, and the distance m that frames of different signs are pushed to. */
export const signClForms = {
  paper: { positives: 1, slots: 2, maxDistance: 64 },
  released: { positives: 2, slots: 6, maxDistance: 32 },
} as const satisfies Record<SignClForm, { positives: number; slots: number; maxDistance: number }>

export interface SignClInputs {
  /** u32 [B, T, slots]: the frame of the same clip each slot of an anchor is compared with, or T and more for none. The positives come first. */
  readonly partner: Tensor
  /** f32 [B, T, slots]: a pair's share of the loss. */
  readonly weight: Tensor
  /** u32 [B·T + 1] and [B·T·slots]: the pairs that each frame is the partner of are reverse[start[r]] to reverse[start[r + 1] - 1]. */
  readonly start: Tensor
  readonly reverse: Tensor
}

/**
 * Records SignCL's loss (Ye et al. 2024) of the features x [B, T, D], D a multiple of 4, and starts the way back. Returns
 * result [B, T, slots, 2]: each pair's share of the loss, and its slope; the loss is the sum of the former.
 */
export function signCl(
  g: Graph,
  x: Tensor,
  { partner, weight, start, reverse }: SignClInputs,
  options: { readonly form: SignClForm; readonly maxDistance?: number | undefined },
): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const { positives, slots, maxDistance } = signClForms[options.form]
  const shape = { batch, length, width, slots, form: options.form === 'released' ? 1 : 0 }
  const result = g.tensor('result', [batch, length, slots, 2])
  const params = { ...shape, positives, maxDistance: options.maxDistance ?? maxDistance }
  g.recorder.run(contrastivePairsKernel, { x, partner, weight, result }, params)
  if (g.requiresGrad(x)) {
    const share = sharesForGrads(g, weight)
    const grad = (dx: Tensor, accumulate: number) =>
      g.recorder.run(contrastivePairsGrad, { x, partner, result, share, start, reverse, dx }, { ...shape, accumulate })
    g.addGrad(
      x,
      (dx) => grad(dx, 0),
      (dx) => grad(dx, 1),
    )
  }
  return result
}
