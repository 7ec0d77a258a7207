// The plain-loop twin of shaders/layer_norm*.wgsl, in float64.

export interface LayerNormOutput {
  /** [rows, width] */
  readonly y: Float64Array
  /** [rows, 2]: mean and 1/√(variance + epsilon) */
  readonly stats: Float64Array
}

/** Every row of x [rows, width] to mean 0 and variance 1 (biased), then times gamma plus beta, both [width]. */
export function layerNorm(x: Float64Array, gamma: Float64Array, beta: Float64Array, epsilon: number): LayerNormOutput {
  const width = gamma.length
  const rows = x.length / width
  const y = new Float64Array(x.length)
  const stats = new Float64Array(2 * rows)
  for (let r = 0; r < rows; r++) {
    let mean = 0
    for (let c = 0; c < width; c++) mean += x[r * width + c]! / width
    let variance = 0
    for (let c = 0; c < width; c++) variance += (x[r * width + c]! - mean) ** 2 / width
    const scale = 1 / Math.sqrt(variance + epsilon)
    for (let c = 0; c < width; c++) y[r * width + c] = (x[r * width + c]! - mean) * scale * gamma[c]! + beta[c]!
    stats.set([mean, scale], 2 * r)
  }
  return { y, stats }
}

/** The gradient at x [rows, width], from the gradient dy [rows, width] at y and the forward's stats. */
export function layerNormGrad(x: Float64Array, gamma: Float64Array, stats: Float64Array, dy: Float64Array): Float64Array {
  const width = gamma.length
  const rows = x.length / width
  const dx = new Float64Array(x.length)
  for (let r = 0; r < rows; r++) {
    const mean = stats[2 * r]!
    const scale = stats[2 * r + 1]!
    let sum = 0
    let along = 0
    for (let c = 0; c < width; c++) {
      const g = dy[r * width + c]! * gamma[c]!
      sum += g
      along += g * (x[r * width + c]! - mean) * scale
    }
    for (let c = 0; c < width; c++) {
      const g = dy[r * width + c]! * gamma[c]!
      const n = (x[r * width + c]! - mean) * scale
      dx[r * width + c] = scale * (g - sum / width - (n * along) / width)
    }
  }
  return dx
}

/** The gradients at gamma and beta, both [width]. */
export function layerNormWeightGrad(x: Float64Array, stats: Float64Array, dy: Float64Array): { dGamma: Float64Array; dBeta: Float64Array } {
  const rows = stats.length / 2
  const width = x.length / rows
  const dGamma = new Float64Array(width)
  const dBeta = new Float64Array(width)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) {
      dGamma[c]! += dy[r * width + c]! * (x[r * width + c]! - stats[2 * r]!) * stats[2 * r + 1]!
      dBeta[c]! += dy[r * width + c]!
    }
  }
  return { dGamma, dBeta }
}
