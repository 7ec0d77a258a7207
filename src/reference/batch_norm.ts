// The plain-loop twin of shaders/batch_norm*.wgsl, in float64. Frames from a sample's length on are padding.

export interface BatchShape {
  readonly lengths: Uint32Array
  readonly length: number
  readonly width: number
}

/** [2, width]: the mean of every column of x [batch, length, width] over the valid frames, and Σ (x - mean)². */
function momentsOver(x: Float64Array, rows: readonly number[], width: number): Float64Array {
  const moments = new Float64Array(2 * width)
  for (let c = 0; c < width; c++) {
    for (const row of rows) moments[c]! += x[row * width + c]! / rows.length
    for (const row of rows) moments[width + c]! += (x[row * width + c]! - moments[c]!) ** 2
  }
  return moments
}

/** Rows of [batch · length, width] that are frames first ≤ t < end of their sample. */
const rowsOf = (b: number, first: number, end: number, length: number) =>
  Array.from({ length: Math.max(0, end - first) }, (_, i) => b * length + first + i)

const validRows = ({ lengths, length }: BatchShape): number[] => [...lengths].flatMap((n, b) => rowsOf(b, 0, Math.min(n, length), length))

/** The valid rows of each slice of `slice` frames, sample by sample. */
const sliceRows = ({ lengths, length }: BatchShape, slice: number): number[][] =>
  [...lengths].flatMap((n, b) =>
    Array.from({ length: Math.ceil(length / slice) }, (_, k) => rowsOf(b, k * slice, Math.min((k + 1) * slice, n, length), length)),
  )

const concat = (parts: readonly Float64Array[]): Float64Array => Float64Array.from(parts.flatMap((part) => [...part]))

/** moments[s] = (mean, Σ (x - mean)²) of every column over slice s */
export function batchNormMoments(x: Float64Array, shape: BatchShape, slice: number): Float64Array {
  return concat(sliceRows(shape, slice).map((rows) => momentsOver(x, rows, shape.width)))
}

/** statistics [2, width] = (mean, biased variance) over all valid frames; running [2, width] after it moved towards them */
export function batchNormStatistics(x: Float64Array, shape: BatchShape, running: Float64Array, momentum: number) {
  const { width } = shape
  const rows = validRows(shape)
  const moments = momentsOver(x, rows, width)
  const statistics = moments.map((v, i) => (i < width ? v : v / Math.max(rows.length, 1)))
  const moved = running.map((v, i) => {
    if (rows.length < (i < width ? 1 : 2)) return v
    return v + momentum * ((i < width ? moments[i]! : moments[i]! / (rows.length - 1)) - v)
  })
  return { statistics, running: moved }
}

/** y = (x - mean) / √(variance + epsilon) · gamma + beta on valid frames, 0 elsewhere */
export function batchNorm(
  x: Float64Array,
  shape: BatchShape,
  statistics: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  epsilon: number,
): Float64Array {
  const { width } = shape
  const y = new Float64Array(x.length)
  for (const row of validRows(shape))
    for (let c = 0; c < width; c++)
      y[row * width + c] = ((x[row * width + c]! - statistics[c]!) / Math.sqrt(statistics[width + c]! + epsilon)) * gamma[c]! + beta[c]!
  return y
}

/** [2, width]: Σ dy · n and Σ dy of every column over some rows, n = (x - mean) / √(variance + epsilon) */
function sumsOver(rows: readonly number[], x: Float64Array, width: number, statistics: Float64Array, dy: Float64Array, epsilon: number) {
  const sums = new Float64Array(2 * width)
  for (const row of rows) {
    for (let c = 0; c < width; c++) {
      const grad = dy[row * width + c]!
      sums[c]! += (grad * (x[row * width + c]! - statistics[c]!)) / Math.sqrt(statistics[width + c]! + epsilon)
      sums[width + c]! += grad
    }
  }
  return sums
}

/** sums[s] = (Σ dy · n, Σ dy) of every column over slice s */
export function batchNormSums(
  x: Float64Array,
  shape: BatchShape,
  slice: number,
  statistics: Float64Array,
  dy: Float64Array,
  epsilon: number,
): Float64Array {
  return concat(sliceRows(shape, slice).map((rows) => sumsOver(rows, x, shape.width, statistics, dy, epsilon)))
}

/** dGamma = Σ dy · n, dBeta = Σ dy over all valid frames; means [2, width] = both divided by how many there are */
export function batchNormWeightGrad(x: Float64Array, shape: BatchShape, statistics: Float64Array, dy: Float64Array, epsilon: number) {
  const { width } = shape
  const rows = validRows(shape)
  const sums = sumsOver(rows, x, width, statistics, dy, epsilon)
  return { dGamma: sums.slice(0, width), dBeta: sums.slice(width), means: sums.map((v) => v / Math.max(rows.length, 1)) }
}

/** dx = gamma / √(variance + epsilon) · (dy - mean(dy) - n · mean(dy · n)) on valid frames, 0 elsewhere */
export function batchNormGrad(
  x: Float64Array,
  shape: BatchShape,
  statistics: Float64Array,
  gamma: Float64Array,
  dy: Float64Array,
  means: Float64Array,
  epsilon: number,
): Float64Array {
  const { width } = shape
  const dx = new Float64Array(x.length)
  for (const row of validRows(shape)) {
    for (let c = 0; c < width; c++) {
      const at = row * width + c
      const scale = 1 / Math.sqrt(statistics[width + c]! + epsilon)
      dx[at] = gamma[c]! * scale * (dy[at]! - means[width + c]! - (x[at]! - statistics[c]!) * scale * means[c]!)
    }
  }
  return dx
}
