// Until when a request is worked on: its client is there, and its time is not up.

import { HttpProblem, TooLong } from './problem.js'

/** The reason that a call is aborted with whose client has gone. */
class ClientGone extends HttpProblem {
  constructor() {
    super(499, 'GONE', 'the client has gone.')
  }
}

export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #client: AbortSignal
  readonly #gone = (): void => this.#controller.abort(new ClientGone())

  constructor(client: AbortSignal, seconds: number) {
    this.#client = client
    this.#timer = setTimeout(() => this.#controller.abort(new TooLong(seconds)), 1000 * seconds)
    if (client.aborted) this.#gone()
    else client.addEventListener('abort', this.#gone)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** No more is done: nothing is aborted from now on. */
  end(): void {
    clearTimeout(this.#timer)
    this.#client.removeEventListener('abort', this.#gone)
  }
}
