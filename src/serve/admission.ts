// How many requests are taken in: so many at once, others wait in a bounded queue, and further ones are told when to come again.

import { busy } from './problem.js'

/** Seconds that are thought of before the first request has ended. */
const FIRST_GUESS = 1
/** Weight of the newest request in the mean. */
const NEWEST = 0.2
const LONGEST_WAIT = 60

export class Admission {
  readonly limit: number
  readonly #rows: number
  #inside = 0
  #meanSeconds = FIRST_GUESS

  /** @param rows requests that are worked on at once; @param queue how many may wait beside them */
  constructor(rows: number, queue: number) {
    this.#rows = rows
    this.limit = rows + queue
  }

  get inside(): number {
    return this.#inside
  }

  /** Takes a request in; call what it returns when its work is done. Throws 429, with the time after which a place is likely to be free, where there is none. */
  enter(): () => void {
    if (this.#inside >= this.limit) throw busy(this.#retryAfter())
    this.#inside++
    const began = performance.now()
    let over = false
    return () => {
      if (over) return
      over = true
      this.#inside--
      this.#meanSeconds += NEWEST * ((performance.now() - began) / 1000 - this.#meanSeconds)
    }
  }

  /** Requests take `meanSeconds` from coming in to their end, so that one of all inside ends each so many seconds; a few must, before everybody who was refused comes again. */
  #retryAfter(): number {
    const each = this.#meanSeconds / Math.max(1, this.#inside)
    return Math.max(1, Math.min(LONGEST_WAIT, Math.ceil(each * this.#rows)))
  }
}
