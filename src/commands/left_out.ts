// Clips that could not be read, among those that were: what is written a line a clip keeps a line for each, so that the lines stay those of the source.

import type { BrokenClip } from './clip_work.js'
import { type Listener, warn } from './say.js'

/** Collects what is left out of a source that is read in its order. */
export class LeftOutClips {
  readonly broken: BrokenClip[] = []
  /** How many clips had been read before each. */
  readonly #before: number[] = []

  /** Takes down a clip that cannot be read, `before` it so many that could, and tells of it. */
  add(name: string, error: Error, before: number, listener: Listener): void {
    warn(`${name} is left out: ${error.message}`, listener)
    this.broken.push({ name, problem: error.message })
    this.#before.push(before)
  }

  /** What was made of the clips that were read, in the order of the source, with an empty one for each that was not. */
  among<Row>(rows: readonly Row[], empty: (name: string) => Row): Row[] {
    const all: Row[] = []
    let next = 0
    for (let i = 0; i <= rows.length; i++) {
      for (; this.#before[next] === i; next++) all.push(empty(this.broken[next]!.name))
      if (i < rows.length) all.push(rows[i]!)
    }
    return all
  }
}
