// The plain-loop twin of shaders/clip_scale.wgsl, in float64. Slow on purpose: nothing here may be clever.

/** [norm, scale] = [sqrt(Σ partial), min(1, limit/(norm + 1e-6))]; scale 1 with limit 0, and 0 where the norm is not finite. */
export function clipScale(partial: Float64Array, limit: number): Float64Array {
  let sum = 0
  for (const v of partial) sum += v
  const norm = Math.sqrt(sum)
  if (!Number.isFinite(norm)) return Float64Array.of(norm, 0)
  return Float64Array.of(norm, limit > 0 ? Math.min(1, limit / (norm + 1e-6)) : 1)
}
