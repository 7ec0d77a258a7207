/** The plain-loop twin of shaders/element_clip.wgsl, in float64. */
export const elementClip = (x: Float64Array, limit: number): Float64Array =>
  x.map((v) => (Number.isFinite(v) ? Math.min(limit, Math.max(-limit, v)) : v))
