// HDF5 through the optional package h5wasm, in a thread of its own (worker.js) that is given up when it hangs or fails: no file can do anything to the next.

import { resolve } from 'node:path'
import { SignError } from '../../base/errors.js'
import { optionalPackage } from '../../base/optional.js'
import { writingRemedy } from '../../base/system_errors.js'
import { type CallOptions, Thread, ThreadError } from '../../base/thread.js'
import { sizeOfFile } from '../file_bytes.js'
import { mostUnpacked } from '../unpacked_limit.js'

type AttributeValue = number | string | Int32Array

/** A dataset, its numbers not yet read. */
export interface Hdf5Dataset {
  /** Empty where it has none. */
  readonly shape: readonly number[]
  /** As h5wasm spells it, in JSON: `"<f"`. */
  readonly dtype: string
  /** Whether its numbers went through a filter, such as deflate. */
  readonly packed: boolean
  /** What HDF5 takes into memory at once; of a dataset in one piece, one number. */
  readonly chunkBytes: number
  /** Those asked for and there; null for a value of a kind we never write. */
  readonly attributes: Readonly<Record<string, AttributeValue | null>>
}

export interface Hdf5Addition {
  readonly name: string
  readonly rows: Float32Array
  readonly shape: readonly number[]
  readonly attributes: readonly { readonly name: string; readonly value: AttributeValue; readonly dtype?: '<d' | undefined }[]
}

/** What worker.js does, one file at a time. */
export interface Hdf5Calls {
  start(): Promise<void>
  open(path: string, mode: 'r' | 'w' | 'a', memory: number): void
  names(): string[]
  describe(name: string, attributes: readonly string[]): Hdf5Dataset
  values(name: string): Float32Array
  attributes(names: readonly string[]): Record<string, AttributeValue | null>
  annotate(name: string, value: string): void
  add(addition: Hdf5Addition): void
  /** Returns the bytes that the C library holds. */
  close(): number
}

export interface OpenHdf5Options {
  /** Ends the reading at once, in whatever it is; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Seconds that HDF5 may take over a call, besides two for every megabyte in it. Default 20. */
  readonly patience?: number | undefined
}

/**
 * On two cores with four times their work, opening took milliseconds, and a megabyte 2 to 30 ms where it was numbers, 100 ms where it was the names of the
 * shortest clips: twenty times that is what a slow machine gets.
 */
const PATIENCE = 20
const BYTES_A_SECOND = 5e5
/** Nothing that is written comes from a stranger, so that only a disk can be slow. */
const PATIENCE_TO_WRITE = 600
const BYTES_A_SECOND_WRITTEN = 1e5
const PATIENCE_TO_START = 300
/** What the C library needs besides what it reads. */
const OWN_MEMORY = 96 * 2 ** 20
/** Memory of a thread never shrinks: one that grew beyond this is not kept. */
const MOST_KEPT = 192 * 2 ** 20

/** A thread that has closed its last file without a complaint. */
let idle: Thread<Hdf5Calls> | undefined

interface Held {
  readonly thread: Thread<Hdf5Calls>
  /** Whether it has seen no other file. */
  readonly fresh: boolean
  open: boolean
}

/** A file of the host. The caller closes it. */
export class Hdf5File {
  readonly path: string
  /** Of the file when it was opened; 0 of a new one. */
  readonly bytes: number
  readonly #mode: 'r' | 'w' | 'a'
  readonly #options: OpenHdf5Options
  #held: Held | undefined
  #last: Promise<unknown> = Promise.resolve()

  private constructor(path: string, mode: 'r' | 'w' | 'a', bytes: number, options: OpenHdf5Options) {
    this.path = path
    this.bytes = bytes
    this.#mode = mode
    this.#options = options
  }

  /**
   * Opens a file for reading, for writing from scratch, or for adding to it. Throws ERR_DATA naming the path where it is not there or no HDF5 file (ERR_OUTPUT
   * for `w`), ERR_CONFIG where h5wasm is not installed.
   */
  static async open(path: string, mode: 'r' | 'w' | 'a', options: OpenHdf5Options = {}): Promise<Hdf5File> {
    const file = new Hdf5File(path, mode, mode === 'w' ? 0 : await sizeOfFile(path, 'an HDF5 file'), options)
    await file.#inTurn(path, mode === 'w' ? 'a file that can be written' : 'an HDF5 file', file.bytes)
    return file
  }

  /** Whether a write went wrong: nothing more can be done to the file. */
  get failed(): boolean {
    return this.#mode !== 'r' && this.#held === undefined
  }

  /** The paths of all datasets in it, by name in each group. Throws ERR_DATA. */
  names(): Promise<string[]> {
    return this.#inTurn(this.path, 'the names of clips', this.bytes, 'names', [])
  }

  /** A dataset, with those of the attributes that it has. Throws ERR_DATA naming it where it is not there or cannot be read. */
  describe(name: string, attributes: readonly string[]): Promise<Hdf5Dataset> {
    return this.#inTurn(`${this.path}: ${name}`, 'a readable dataset', 0, 'describe', [name, attributes])
  }

  /** The numbers of a dataset of floats, `bytes` of them: look at its shape first. Throws ERR_DATA naming it. */
  values(name: string, bytes: number): Promise<Float32Array> {
    return this.#inTurn(`${this.path}: ${name}`, 'readable values', bytes, 'values', [name])
  }

  /** Attributes of the file. Throws ERR_DATA. */
  attributes(names: readonly string[]): Promise<Readonly<Record<string, AttributeValue | null>>> {
    return this.#inTurn(this.path, 'readable attributes', 0, 'attributes', [names])
  }

  /** Gives the file an attribute. Throws ERR_OUTPUT. */
  annotate(name: string, value: string): Promise<void> {
    return this.#inTurn(this.path, 'to begin the file', value.length, 'annotate', [name, value])
  }

  /** Adds a dataset, in groups by the slashes in its name, and hands it to the system. Throws ERR_OUTPUT naming it; the file is then what it was before. */
  add(addition: Hdf5Addition): Promise<void> {
    return this.#inTurn(`${this.path}: ${addition.name}`, 'to add a clip', addition.rows.byteLength, 'add', [addition])
  }

  /** Throws ERR_OUTPUT where what was written is lost. */
  async close(): Promise<void> {
    if (this.#mode !== 'r') await this.#inTurn(this.path, 'to close the file', this.bytes, 'close', [])
    const { thread } = this.#held ?? {}
    this.#held = undefined
    if (this.#mode !== 'r' || !thread) return thread?.end()
    try {
      const memory = await thread.call('close', [], this.#limits(this.bytes))
      if (idle || memory > MOST_KEPT) thread.end()
      else idle = thread
    } catch {
      // All that was wanted has been read.
      thread.end()
    }
  }

  /** One call after another. */
  #inTurn<K extends keyof Hdf5Calls>(
    who: string,
    wanted: string,
    bytes: number,
    ...call: [] | [K, Parameters<Hdf5Calls[K]>]
  ): Promise<Awaited<ReturnType<Hdf5Calls[K]>>> {
    const work = this.#last.then(() => this.#ask(who, wanted, bytes, ...call))
    this.#last = work.catch(() => undefined)
    return work
  }

  /**
   * Asks the thread, which opens the file first. A thread that fails is given up. Where it had read other files before, what it says of this one is not believed:
   * a new one is asked.
   */
  async #ask<K extends keyof Hdf5Calls>(
    who: string,
    wanted: string,
    bytes: number,
    ...call: [] | [K, Parameters<Hdf5Calls[K]>]
  ): Promise<Awaited<ReturnType<Hdf5Calls[K]>>> {
    for (;;) {
      const opening = call.length === 0
      if (this.#mode !== 'r' && !this.#held && !opening) throw this.#failed(who, wanted, 'a file that failed before')
      this.#held ??= await take(this.#mode, this.#options.signal)
      const held = this.#held
      try {
        if (!held.open) await held.thread.call('open', [resolve(this.path), this.#mode, this.#memory()], this.#limits(this.bytes))
        held.open = true
        if (opening) return undefined as Awaited<ReturnType<Hdf5Calls[K]>>
        return await held.thread.call(call[0] as K, call[1] as Parameters<Hdf5Calls[K]>, this.#limits(bytes))
      } catch (cause) {
        this.#held = undefined
        held.thread.end()
        if (!(cause instanceof ThreadError)) throw cause
        if (held.fresh) throw this.#failed(who, wanted, cause.message, opening, cause)
      }
    }
  }

  #failed(who: string, wanted: string, got: string, opening = false, cause?: ThreadError): SignError {
    const reads = this.#mode === 'r' || (this.#mode === 'a' && opening)
    const nextMove = reads ? 'Check the path, or fetch the file again' : writingRemedy(cause?.code)
    return new SignError(reads ? 'ERR_DATA' : 'ERR_OUTPUT', who, `wanted ${wanted}, got ${got}`, nextMove, { cause })
  }

  #memory(): number {
    return this.#mode === 'r' ? OWN_MEMORY + mostUnpacked(this.bytes) : Number.POSITIVE_INFINITY
  }

  #limits(bytes: number): CallOptions {
    if (this.#mode !== 'r') return { seconds: PATIENCE_TO_WRITE + bytes / BYTES_A_SECOND_WRITTEN }
    const { patience = PATIENCE, signal } = this.#options
    return { seconds: patience + bytes / BYTES_A_SECOND, signal }
  }
}

/** A thread to read with, or a new one to write with. */
async function take(mode: 'r' | 'w' | 'a', signal: AbortSignal | undefined): Promise<Held> {
  const kept = mode === 'r' ? idle : undefined
  if (kept) {
    idle = undefined
    return { thread: kept, fresh: false, open: false }
  }
  const thread = new Thread<Hdf5Calls>(new URL('./worker.js', import.meta.url))
  try {
    await optionalPackage('h5wasm', 'hdf5', () => thread.call('start', [], { seconds: PATIENCE_TO_START, signal }))
  } catch (cause) {
    thread.end()
    if (!(cause instanceof ThreadError)) throw cause
    throw new SignError('ERR_CONFIG', 'hdf5', `wanted the optional package h5wasm to start, got ${cause.message}`, 'Install it anew', {
      cause,
    })
  }
  return { thread, fresh: true, open: false }
}
