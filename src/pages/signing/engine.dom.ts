// The worker as the page has it: requests as promises, what is said meanwhile to whoever asked.

import type { FromWorker, Reply, Request } from './messages.js'
import { isLast } from './messages.js'

/** A request that could not be met. `code` is that of a `SignError`, or `ABORTED`. */
export class RefusedError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export class Engine {
  readonly #worker = new Worker(new URL('worker.js', document.baseURI), { type: 'module' })
  readonly #asked = new Map<number, (reply: Reply) => void>()
  #count = 0

  constructor() {
    this.#worker.onmessage = ({ data: { id, ...reply } }: MessageEvent<FromWorker>) => this.#asked.get(id)?.(reply)
    this.#worker.onerror = ({ message }) => {
      for (const said of [...this.#asked.values()])
        said({ kind: 'failed', code: 'ERR_BUG', message: message || 'The worker did not start.' })
    }
  }

  /**
   * Asks for something; `hear` is told what is said before the last. Returns the last with the number of the request, which is that of the model where one was opened.
   * Throws {@link RefusedError}, with the code ABORTED where `signal` aborts.
   */
  ask<K extends Reply['kind']>(
    request: Request,
    last: K,
    { hear, signal }: { readonly hear?: (reply: Reply) => void; readonly signal?: AbortSignal } = {},
  ): Promise<Extract<Reply, { kind: K }> & { readonly id: number }> {
    const id = ++this.#count
    const cancel = () => this.#worker.postMessage({ id, kind: 'cancel' })
    return new Promise((resolve, reject) => {
      this.#asked.set(id, (reply) => {
        if (!isLast(reply)) return hear?.(reply)
        this.#asked.delete(id)
        signal?.removeEventListener('abort', cancel)
        if (reply.kind === last) resolve({ ...(reply as Extract<Reply, { kind: K }>), id })
        else if (reply.kind === 'failed') reject(new RefusedError(reply.code, reply.message))
      })
      signal?.addEventListener('abort', cancel)
      this.#worker.postMessage({ id, ...request })
    })
  }
}
