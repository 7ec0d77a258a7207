// A peer as the bench sees it: a child process that is asked and answers, one request at a time.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Failure, Hello, Ready, Request, Sample } from './peer.js'
import type { Task } from './tasks.js'

const tsx = ['node', '--import', 'tsx']
/** The command of each, its file beside this one. */
const commands: Readonly<Record<string, readonly string[]>> = {
  ours: [...tsx, 'ours.ts'],
  tfjs: [...tsx, 'tfjs.peer.ts'],
  'jax-webgpu': [...tsx, 'jax.peer.ts', 'webgpu'],
  'jax-wasm': [...tsx, 'jax.peer.ts', 'wasm'],
  'ort-webgpu': [...tsx, 'onnxruntime.peer.ts', 'webgpu'],
  'ort-webgpu-plain': [...tsx, 'onnxruntime.peer.ts', 'webgpu', 'plain'],
  'ort-cpu': [...tsx, 'onnxruntime.peer.ts', 'cpu'],
  'torch-cpu': ['python3', 'torch_peer.py'],
}
export const peerNames: readonly string[] = Object.keys(commands).filter((name) => name !== 'ours')

/** How long a process is given to end by itself. */
const END_MS = 5000

export class PeerProcess {
  readonly name: string
  hello: Hello | undefined
  /** Why it answers nothing. */
  failure: string | undefined
  readonly #child: ChildProcess
  readonly #replies: AsyncIterator<string>

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#child = child
    this.#replies = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]()
    // What was written to a process that has died shows as its missing reply.
    child.stdin!.on('error', () => undefined)
    child.on('error', (error) => {
      this.failure = error.message
    })
  }

  /** Starts the peer on an adapter as `openGpu` names them; `verbose` lets its warnings through. */
  static async start(name: string, adapter: string | undefined, verbose: boolean): Promise<PeerProcess> {
    const [program, ...args] = commands[name]!
    const child = spawn(program!, args.map(located), {
      stdio: ['pipe', 'ignore', verbose ? 'inherit' : 'ignore', 'pipe'],
      env: { ...process.env, ...(adapter ? { SIGNLLM_ADAPTER: adapter } : {}) },
    })
    const peer = new PeerProcess(name, child)
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

  /** One sample of what is prepared. */
  async time(): Promise<Sample> {
    const sample = await this.#ask<Sample>({ time: true })
    if (typeof sample === 'string') throw new Error(`${this.name}: ${sample}`)
    return sample
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
    const { value, done } = await this.#replies.next()
    if (done) {
      this.failure ??= `its process ended (${this.#child.signalCode ?? this.#child.exitCode ?? 'no reply'})`
      return this.failure
    }
    const message = JSON.parse(value as string) as T | Failure
    return typeof message === 'object' && message && 'unable' in message ? message.unable : (message as T)
  }
}

const located = (argument: string): string => (/\.(ts|py)$/.test(argument) ? fileURLToPath(new URL(argument, import.meta.url)) : argument)
