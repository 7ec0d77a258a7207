// Which part of the timeline is seen, in milliseconds.

/** Of all that there is, the least that is seen at once: closer, numbers are too coarse for the ruler. */
const LEAST_SHARE = 1e-5

export class TimeRange {
  readonly #first: number
  readonly #last: number
  #from: number
  #to: number

  /** All from `first` to `last`. */
  constructor(first: number, last: number) {
    this.#first = this.#from = first
    this.#last = this.#to = last
  }

  get from(): number {
    return this.#from
  }

  get to(): number {
    return this.#to
  }

  get length(): number {
    return this.#to - this.#from
  }

  /** The time at a share of the width. */
  at(share: number): number {
    return this.#from + share * this.length
  }

  /** Where a time is, as a share of the width: below 0 and above 1 it is out of sight. */
  shareOf(ms: number): number {
    return (ms - this.#from) / this.length
  }

  /** Shows `by` times as much, and keeps what is at `share` of the width where it is. */
  zoom(by: number, share: number): void {
    const all = this.#last - this.#first
    const length = Math.min(Math.max(this.length * by, LEAST_SHARE * all), all)
    this.#show(this.#from + (this.length - length) * share, length)
  }

  /** Moves on by a share of what is seen; back where it is negative. */
  move(share: number): void {
    this.#show(this.at(share), this.length)
  }

  showAll(): void {
    this.#show(this.#first, this.#last - this.#first)
  }

  /** Nothing beyond the first and the last. */
  #show(from: number, length: number): void {
    this.#from = Math.max(this.#first, Math.min(from, this.#last - length))
    this.#to = this.#from + length
  }
}
