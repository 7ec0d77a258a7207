// The plain-loop twin of shaders/word_means*.wgsl, in float64.

/** Words of clips as sign_words has them: of each token its word and what it counts, and how much of each word is slow. */
export interface PlacedWords {
  /** [batch, length + 1, 2] */
  readonly spans: Uint32Array
  /** [batch, length] */
  readonly weight: Float64Array
  readonly slowShare: Float64Array
  readonly length: number
  readonly width: number
}

/** y [batch, length, width] of x [batch, length, width] and slow [width] */
export function wordMeans(x: Float64Array, slow: Float64Array, { spans, weight, slowShare, length, width }: PlacedWords): Float64Array {
  const y = new Float64Array(x.length)
  for (const [row, each] of weight.entries()) {
    const b = Math.floor(row / length)
    const word = spans[(b * (length + 1) + (row % length)) * 2]!
    for (let c = 0; c < width; c++) {
      if (word < length) y[(b * length + word) * width + c]! += each * x[row * width + c]!
      y[row * width + c]! += slowShare[row]! * slow[c]!
    }
  }
  return y
}

/** dx of the gradient dy at y */
export function wordMeansGrad(dy: Float64Array, { spans, weight, length, width }: PlacedWords): Float64Array {
  const dx = new Float64Array(dy.length)
  for (const [row, each] of weight.entries()) {
    const b = Math.floor(row / length)
    const word = spans[(b * (length + 1) + (row % length)) * 2]!
    if (word < length) for (let c = 0; c < width; c++) dx[row * width + c] = each * dy[(b * length + word) * width + c]!
  }
  return dx
}

/** dslow of the gradient dy at y */
export function wordMeansWeightGrad(dy: Float64Array, { slowShare, width }: Pick<PlacedWords, 'slowShare' | 'width'>): Float64Array {
  const dslow = new Float64Array(width)
  for (const [row, each] of slowShare.entries()) for (let c = 0; c < width; c++) dslow[c]! += each * dy[row * width + c]!
  return dslow
}
