// A peer as the bench sees it: a child process that is asked and answers, one request at a time, each within a time limit.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Failure, Hello, Ready, Request, Sample } from './peer.js'
import { commands } from './peers.js'
import { LONGER } from './report.js'
import type { Task } from './tasks.js'

/** How long a process is given to end by itself. */
const END_MS = 5000

export interface StartOptions {
  /** As `openGpu` names them. */
  readonly adapter: string | undefined
  /** Lets the peer's warnings through. */
  readonly verbose: boolean
  /** Milliseconds it may take to start and make ready together, and again for each sample. */
  readonly limit: number
}

export class PeerProcess {
  readonly name: string
  hello: Hello | undefined
  /** Why it answers nothing. */
  failure: string | undefined
  readonly #child: ChildProcess
  readonly #replies: AsyncIterator<string>
  readonly #limit: number
  /** When what it was asked for last must be there. */
  #due: number

  private constructor(name: string, child: ChildProcess, limit: number) {
    this.name = name
    this.#child = child
    this.#limit = limit
    this.#due = performance.now() + limit
    this.#replies = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]()
    // What was written to a process that has died shows as its missing reply.
    child.stdin!.on('error', () => undefined)
    child.on('error', (error) => {
      this.failure = error.message
    })
  }

  static async start(name: string, { adapter, verbose, limit }: StartOptions): Promise<PeerProcess> {
    const [program, ...args] = commands[name]!
    const child = spawn(program!, args.map(located), {
      stdio: ['pipe', 'ignore', verbose ? 'inherit' : 'ignore', 'pipe'],
      env: { ...process.env, ...(adapter ? { SIGNLLM_ADAPTER: adapter } : {}) },
    })
    const peer = new PeerProcess(name, child, limit)
    const hello = await peer.#reply<Hello>()
    if (typeof hello === 'string') peer.failure = hello
    else peer.hello = hello
    return peer
  }

  /** Its result, or why it has none. */
  async prepare(task: Task): Promise<readonly number[] | string> {
    const ready = await this.#ask<Ready>({ prepare: task })
    return typeof ready === 'string' ? ready : ready.result
  }

  /** One sample of what is prepared, or why there is none. */
  time(): Promise<Sample | string> {
    this.#due = performance.now() + this.#limit
    return this.#ask<Sample>({ time: true })
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return
    const gone = once(this.#child, 'exit')
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS)
    this.#child.stdin!.end()
    await gone
    clearTimeout(killer)
  }

  async #ask<T>(request: Request): Promise<T | string> {
    if (this.failure !== undefined) return this.failure
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`)
    return this.#reply<T>()
  }

  async #reply<T>(): Promise<T | string> {
    const late = setTimeout(() => {
      this.failure = `${LONGER}${this.#limit / 1000} s`
      this.#child.kill('SIGKILL')
    }, this.#due - performance.now())
    const { value, done } = await this.#replies.next()
    clearTimeout(late)
    if (done) {
      this.failure ??= `its process ended (${this.#child.signalCode ?? this.#child.exitCode ?? 'no reply'})`
      return this.failure
    }
    const message = JSON.parse(value as string) as T | Failure
    return typeof message === 'object' && message && 'unable' in message ? message.unable : (message as T)
  }
}

const located = (argument: string): string => (/\.(ts|py)$/.test(argument) ? fileURLToPath(new URL(argument, import.meta.url)) : argument)
