// Which rows each prediction of contrastive predictive coding is compared with: the one that comes, and some that do not.

export interface PredictionPairSizes {
  /** Rows that every clip has room for. */
  readonly length: number
  /** K: as many rows ahead are predicted. */
  readonly steps: number
  /** Rows of other clips that each prediction is compared with. */
  readonly negatives: number
  /** λ: what the mean over those counts. */
  readonly lambda: number
  /** What the sum of all is multiplied by. */
  readonly scale: number
}

/** Arrays for the op contrastivePrediction, whose predictions are [clip, row, step]. */
export interface PredictionArrays {
  readonly partner: Uint32Array
  readonly weight: Float32Array
  readonly start: Uint32Array
  readonly reverse: Uint32Array
}

/** `negative` says which row, of all clips together, is the n-th that a prediction of clip b at row t, k + 1 rows ahead, is to tell from what comes. */
export function predictionArrays(
  lengths: ArrayLike<number>,
  { length, steps, negatives, lambda, scale }: PredictionPairSizes,
  negative: (b: number, t: number, k: number, n: number) => number,
): PredictionArrays {
  const rows = lengths.length * length
  const slots = negatives + 1
  const partner = new Uint32Array(rows * steps * slots).fill(rows)
  const weight = new Float32Array(partner.length)
  const start = new Uint32Array(rows + 1)
  for (let b = 0; b < lengths.length; b++) {
    for (let t = 0; t < length; t++) {
      for (let k = 0; k < steps; k++) {
        if (t + k + 1 >= lengths[b]!) continue
        for (let slot = 0; slot < slots; slot++) {
          const pair = ((b * length + t) * steps + k) * slots + slot
          const row = slot === 0 ? b * length + t + k + 1 : negative(b, t, k, slot - 1)
          partner[pair] = row
          weight[pair] = slot === 0 ? scale : (scale * lambda) / negatives
          start[row + 1]!++
        }
      }
    }
  }
  for (let r = 0; r < rows; r++) start[r + 1]! += start[r]!
  const reverse = new Uint32Array(partner.length)
  const next = start.slice()
  partner.forEach((row, pair) => {
    if (row < rows) reverse[next[row]!++] = pair
  })
  return { partner, weight, start, reverse }
}
