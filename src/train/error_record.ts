// What training remembers of its own errors: their spread by coordinate, which sets the noise of the next epoch, and their median.

export interface SavedErrors {
  readonly sigma: readonly number[]
  readonly medianError: number
  readonly deviations: readonly number[]
  readonly batches: number
  readonly errors: readonly number[]
}

/** The errors of one language. */
export class ErrorRecord {
  /** Measured over the last whole epoch; zeros before the first has ended, so that the first is without noise. */
  sigma: Float32Array
  medianError = 0
  #deviations: Float64Array
  #batches = 0
  #errors: number[] = []

  /** @param numbers coordinates followed, the output stride */
  constructor(numbers: number) {
    this.sigma = new Float32Array(numbers)
    this.#deviations = new Float64Array(numbers)
  }

  /** Notes a batch: spread = sums of errors then of their squares over `rows` frames, and each sample's mean error. */
  add(spread: Float32Array, rows: number, errors: readonly number[]): void {
    const n = this.sigma.length
    for (let c = 0; c < n; c++) {
      const mean = spread[c]! / rows
      this.#deviations[c]! += Math.sqrt(Math.max(0, spread[n + c]! / rows - mean * mean))
    }
    this.#batches++
    this.#errors.push(...errors)
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
    }
  }

  restore({ sigma, medianError, deviations, batches, errors }: SavedErrors): void {
    this.sigma = Float32Array.from(sigma)
    this.medianError = medianError
    this.#deviations = Float64Array.from(deviations)
    this.#batches = batches
    this.#errors = [...errors]
  }
}
