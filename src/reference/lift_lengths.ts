// The plain-loop twin of shaders/lift_lengths.wgsl, in float64.

/** dl_k = mask_k · (Σ_t frameGrads[t, k] + lengthCost · e^l_k). frameGrads: [frames, 25]; logLength, mask: [25]. */
export function lengthGrads(frameGrads: Float64Array, logLength: Float64Array, lengthCost: number, mask: ArrayLike<number>): Float64Array {
  const grad = logLength.map((l) => lengthCost * Math.exp(l))
  for (let i = 0; i < frameGrads.length; i++) grad[i % 25]! += frameGrads[i]!
  return grad.map((value, k) => mask[k]! * value)
}

export interface LiftLoss {
  /** Σ w·|X − target|² / (50·frames) */
  readonly data: number
  /** Σ of the 25 lengths */
  readonly length: number
  /** Σ |X_t − X_{t+1}|² / (50·(frames − 1)), 0 for one frame */
  readonly smoothness: number
}

/** The three terms from a clip's sums. */
export function liftLoss(sums: { readonly data: number; readonly smoothness: number }, logLength: Float64Array, frames: number): LiftLoss {
  return {
    data: sums.data / (50 * frames),
    length: logLength.reduce((sum, l) => sum + Math.exp(l), 0),
    smoothness: sums.smoothness / (50 * Math.max(1, frames - 1)),
  }
}
