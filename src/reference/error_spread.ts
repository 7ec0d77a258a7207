// The plain-loop twin of shaders/error_spread.wgsl, in float64. Slow on purpose: nothing here may be clever.

/** [2,S]: per column, Σ (pred − goal) and Σ (pred − goal)² over rows t < frames[b] */
export function errorSpread(
  pred: Float64Array,
  goal: Float64Array,
  frames: Uint32Array,
  { batch, length, stride }: { readonly batch: number; readonly length: number; readonly stride: number },
): Float64Array {
  const spread = new Float64Array(2 * stride)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < Math.min(frames[b]!, length); t++) {
      for (let c = 0; c < stride; c++) {
        const i = (b * length + t) * stride + c
        const d = pred[i]! - goal[i]!
        spread[c]! += d
        spread[stride + c]! += d * d
      }
    }
  }
  return spread
}
