// Use after disposal: one error, told before anything is tried.

import { SignError } from './errors.js'

/** How long something that holds memory may be used. */
export class Lifetime {
  readonly #who: string
  #over = false

  /** @param who what it is, for messages: `model ASL` */
  constructor(who: string) {
    this.#who = who
  }

  get over(): boolean {
    return this.#over
  }

  /** Throws ERR_DISPOSED once it is over. */
  check(): void {
    if (this.#over) throw disposed(this.#who)
  }

  end(): void {
    this.#over = true
  }
}

export function disposed(who: string, options?: { cause?: unknown }): SignError {
  return new SignError('ERR_DISPOSED', who, 'wanted it alive, got it destroyed', 'Make another, or destroy this one later', options)
}
