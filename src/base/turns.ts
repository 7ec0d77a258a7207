// Asynchronous work that must not overlap, one piece after the other in the order it was asked for.

export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Does `work` when all that was asked for before is done or has failed. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
