// A thread for work that may never come to an end or fall over: each call has a deadline, and a thread that misses it is ended, whatever it is doing.

import { type Transferable, Worker } from 'node:worker_threads'
import { bug } from './errors.js'

/** What a thread can be asked for. Arguments and results are copied, or moved where they are listed as transferred. */
export type Calls<T> = { readonly [K in keyof T]: (...args: never[]) => unknown }

/** What a thread posts for each call `{ name, args }`: a value, or why there is none. */
export type Answer = { readonly value: unknown } | { readonly problem: string; readonly code?: string | undefined }

export interface CallOptions {
  /** How long the thread may take. Seconds in which this thread itself stood still (a suspended machine, a long computation) do not count. */
  readonly seconds: number
  /** Ends the thread; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  readonly transfer?: readonly Transferable[]
}

/** A call without a value: what the thread threw, or that the thread is lost, to a deadline or a fault. `code` is that of the error it threw. */
export class ThreadError extends Error {
  readonly code: string | undefined

  constructor(problem: string, code?: string) {
    super(problem)
    this.code = code
  }
}

interface Waiting {
  resolve(value: unknown): void
  reject(reason: unknown): void
}

/** One thread, one call at a time. It does not keep the process alive unless a call is waiting; what it prints goes nowhere. */
export class Thread<T extends Calls<T>> {
  readonly #worker: Worker
  #waiting: Waiting | undefined
  #ended: { readonly reason: unknown } | undefined

  /** @param file a script as Node runs it: JavaScript, in the sources too */
  constructor(file: URL) {
    // Options for this process, such as a loader for TypeScript, are none of the thread's business. Its output is left unread: reading it would keep the process alive.
    this.#worker = new Worker(file, { stdout: true, stderr: true, execArgv: [] })
    this.#worker.on('message', (answer: Answer) => {
      if ('value' in answer) this.#waiting?.resolve(answer.value)
      else this.#waiting?.reject(new ThreadError(answer.problem, answer.code))
    })
    this.#worker.on('error', (cause) => this.end(new ThreadError(cause.message)))
    this.#worker.on('exit', () => this.end(new ThreadError('the end of its thread')))
    this.#worker.unref()
  }

  /** Rejects with {@link ThreadError}, or the signal's reason. */
  async call<K extends keyof T & string>(name: K, args: Parameters<T[K]>, options: CallOptions): Promise<Awaited<ReturnType<T[K]>>> {
    const { seconds, signal, transfer = [] } = options
    signal?.throwIfAborted()
    if (this.#ended) throw this.#ended.reason
    if (this.#waiting) throw bug('Thread.call', `wanted one call at a time, got '${name}' while another is waiting`)
    const answer = new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
    let passed = 0
    const clock = setInterval(() => {
      passed += 1
      if (passed >= seconds) this.end(new ThreadError(`no answer in ${Math.ceil(seconds)} s`))
    }, 1000)
    const abort = (): void => this.end(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    this.#worker.ref()
    try {
      this.#worker.postMessage({ name, args }, transfer)
      return (await answer) as Awaited<ReturnType<T[K]>>
    } finally {
      this.#worker.unref()
      signal?.removeEventListener('abort', abort)
      clearInterval(clock)
      this.#waiting = undefined
    }
  }

  /** Ends the thread, in whatever loop it is. A call that waits rejects with `reason`, and so does every later one. */
  end(reason: unknown = new ThreadError('the end of its thread')): void {
    if (this.#ended) return
    this.#ended = { reason }
    this.#waiting?.reject(reason)
    void this.#worker.terminate()
  }
}
