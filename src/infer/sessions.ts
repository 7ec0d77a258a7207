// Calls at once: each has a session of its own, the programs it runs with all that it feeds, keeps and reports, so that it gets what it
// would get alone. A session that is free is lent again; where all of a shape are taken, another is recorded.

import { Lifetime } from '../base/lifetime.js'

/** What one call works on: a sentence encoded once, then decoded step by step. */
export interface Session {
  readonly encoding: Destroyable
  readonly decoding: Destroyable
}

interface Destroyable {
  destroy(): void
}

/** A call that works on a session. */
export interface SessionCall<S> {
  /** Sessions of the same shape do for the same calls. */
  readonly shape: string
  /** Makes a session of this shape. */
  record(): Promise<S>
  /** Throws ERR_DISPOSED where something that the session needs was destroyed. */
  check(): void
  readonly signal: AbortSignal | undefined
}

/** Free sessions that are kept, of all shapes together; those given back longest ago go first. */
const MOST_FREE = 16

/** Lends sessions. */
export class Sessions<S extends Session> {
  readonly #lifetime: Lifetime
  /** Those given back last are last. */
  readonly #free: { readonly shape: string; readonly session: S }[] = []
  readonly #lent = new Set<S>()
  readonly #recordings = new Set<Promise<S>>()

  /** @param who whose they are, for messages */
  constructor(who: string) {
    this.#lifetime = new Lifetime(who)
  }

  /** Throws ERR_DISPOSED once they were destroyed. */
  check(): void {
    this.#lifetime.check()
  }

  /**
   * What `work` gives, on a session that nobody else has meanwhile. However it ends, the session is given back. What goes wrong because the call was aborted,
   * or something it needs destroyed, is told as that.
   */
  async *use<T>({ shape, record, check, signal }: SessionCall<S>, work: (session: S) => AsyncIterable<T>): AsyncGenerator<T> {
    try {
      const session = await this.lend(shape, record)
      try {
        yield* work(session)
      } finally {
        this.giveBack(shape, session)
      }
    } catch (error) {
      signal?.throwIfAborted()
      // What was destroyed meanwhile has a better name than its memory.
      check()
      throw error
    }
  }

  /** A session that nobody else has until it is given back; `record` makes one of this shape. */
  async lend(shape: string, record: () => Promise<S>): Promise<S> {
    this.check()
    const at = this.#free.findLastIndex((free) => free.shape === shape)
    if (at < 0) return this.#recorded(record)
    const { session } = this.#free.splice(at, 1)[0]!
    this.#lent.add(session)
    return session
  }

  giveBack(shape: string, session: S): void {
    if (!this.#lent.delete(session)) return // destroyed with the others meanwhile
    this.#free.push({ shape, session })
    if (this.#free.length > MOST_FREE) destroySession(this.#free.shift()!.session)
  }

  /** Frees all of them, those lent too: what is done with one throws ERR_DISPOSED from then on. Idempotent. */
  async destroy(): Promise<void> {
    this.#lifetime.end()
    for (const session of [...this.#lent, ...this.#free.splice(0).map(({ session }) => session)]) destroySession(session)
    this.#lent.clear()
    await Promise.allSettled(this.#recordings)
  }

  async #recorded(record: () => Promise<S>): Promise<S> {
    const recording = record().then((session) => {
      if (this.#lifetime.over) destroySession(session)
      else this.#lent.add(session)
      return session
    })
    this.#recordings.add(recording)
    try {
      const session = await recording
      this.check()
      return session
    } finally {
      this.#recordings.delete(recording)
    }
  }
}

function destroySession({ encoding, decoding }: Session): void {
  encoding.destroy()
  decoding.destroy()
}
