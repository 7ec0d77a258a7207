// The plain-loop twin of shaders/unit_rows*.wgsl, in float64.

/** Rows shorter than this have no direction. */
const SHORTEST = 1e-12

/** y[r] = x[r] / max(norm[r], 1e-12). x, y [rows, width]; norm [rows] */
export function unitRows(x: Float64Array, width: number): { y: Float64Array; norm: Float64Array } {
  const norm = Float64Array.from({ length: x.length / width }, (_, r) =>
    Math.sqrt(x.subarray(r * width, (r + 1) * width).reduce((sum, v) => sum + v * v, 0)),
  )
  const y = x.map((v, i) => v / Math.max(norm[Math.floor(i / width)]!, SHORTEST))
  return { y, norm }
}

/** dx[r] = (dy[r] - y[r] · Σ dy[r]·y[r]) / norm[r], 0 where that is below 1e-12 */
export function unitRowsGrad(y: Float64Array, norm: Float64Array, dy: Float64Array, width: number): Float64Array {
  const dx = new Float64Array(y.length)
  norm.forEach((size, r) => {
    if (size < SHORTEST) return
    let along = 0
    for (let i = r * width; i < (r + 1) * width; i++) along += dy[i]! * y[i]!
    for (let i = r * width; i < (r + 1) * width; i++) dx[i] = (dy[i]! - y[i]! * along) / size
  })
  return dx
}
