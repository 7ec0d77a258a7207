// What training remembers of its own errors: their spread by coordinate, which sets the noise of the next epoch, their median, and each
// clip's last two, by which the next epoch may be drawn.

export interface SavedErrors {
  readonly sigma: readonly number[]
  readonly medianError: number
  readonly deviations: readonly number[]
  readonly batches: number
  readonly errors: readonly number[]
  /** null for a clip that was never visited; empty where nothing is drawn by it. */
  readonly byClip: readonly (number | null)[]
  /** null for a clip that was not visited twice; checkpoints of earlier versions have none of it, as if no clip had been. */
  readonly byClipBefore?: readonly (number | null)[]
}

/** The errors of one language. */
export class ErrorRecord {
  /** Measured over the last whole epoch; zeros before the first has ended, so that the first is without noise. */
  sigma: Float32Array
  medianError = 0
  #deviations: Float64Array
  #batches = 0
  #errors: number[] = []
  #byClip: number[]
  #byClipBefore: number[]

  /** @param numbers coordinates followed, the output stride; @param clips of the language, 0 where nothing is drawn by the errors of each */
  constructor(numbers: number, clips: number) {
    this.#byClip = new Array(clips).fill(Number.NaN)
    this.#byClipBefore = new Array(clips).fill(Number.NaN)
    this.sigma = new Float32Array(numbers)
    this.#deviations = new Float64Array(numbers)
  }

  /** Every clip's error when last visited, NaN for never. */
  get byClip(): readonly number[] {
    return this.#byClip
  }

  /** Every clip's error at the visit before its last, NaN where it was not visited twice. */
  get byClipBefore(): readonly number[] {
    return this.#byClipBefore
  }

  /** Notes a batch: spread = sums of errors then of their squares over `rows` frames, and each sample's clip and mean error. */
  add(spread: Float32Array, rows: number, clips: readonly number[], errors: readonly number[]): void {
    const n = this.sigma.length
    for (let c = 0; c < n; c++) {
      const mean = spread[c]! / rows
      this.#deviations[c]! += Math.sqrt(Math.max(0, spread[n + c]! / rows - mean * mean))
    }
    this.#batches++
    this.#errors.push(...errors)
    if (this.#byClip.length === 0) return
    // A clip that is in a batch twice was visited once: the weights did not change in between.
    for (const clip of new Set(clips)) this.#byClipBefore[clip] = this.#byClip[clip]!
    clips.forEach((clip, i) => {
      this.#byClip[clip] = errors[i]!
    })
  }

  /** Ends an epoch: the mean deviation becomes sigma, the median error the reward's reference. */
  endEpoch(): void {
    if (this.#batches === 0) return
    this.sigma = Float32Array.from(this.#deviations, (sum) => sum / this.#batches)
    const sorted = this.#errors.toSorted((a, b) => a - b)
    this.medianError = sorted[sorted.length >> 1]!
    this.#deviations.fill(0)
    this.#batches = 0
    this.#errors = []
  }

  state(): SavedErrors {
    return {
      sigma: [...this.sigma],
      medianError: this.medianError,
      deviations: [...this.#deviations],
      batches: this.#batches,
      errors: this.#errors,
      byClip: this.#byClip.map(orNull),
      byClipBefore: this.#byClipBefore.map(orNull),
    }
  }

  restore({ sigma, medianError, deviations, batches, errors, byClip, byClipBefore = [] }: SavedErrors): void {
    this.#byClip = this.#byClip.map((_, clip) => byClip[clip] ?? Number.NaN)
    this.#byClipBefore = this.#byClip.map((_, clip) => byClipBefore[clip] ?? Number.NaN)
    this.sigma = Float32Array.from(sigma)
    this.medianError = medianError
    this.#deviations = Float64Array.from(deviations)
    this.#batches = batches
    this.#errors = [...errors]
  }
}

/** JSON has no NaN. */
const orNull = (error: number): number | null => (Number.isNaN(error) ? null : error)
