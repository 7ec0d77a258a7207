// The paper's switching framework (MLSF) in use: many languages in one file, few on the GPU. A language's group is loaded when it is
// first asked for; under a memory limit the one that was used longest ago makes room.

import { SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import { shown } from '../base/shown.js'
import { Turns } from '../base/turns.js'
import type { Gpu } from '../device/gpu.js'
import { parameterCount } from '../model/parameters.js'
import { type GroupDescription, LanguageGroup } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { Abortable } from './abort.js'
import { checkOptions } from './asked.js'
import { type GenerateOptions, Generator } from './generator.js'

/** Groups on the host, e.g. a `Checkpoint`. */
export interface SavedGroups {
  /** Who is named when something does not fit. */
  readonly path: string
  readonly groups: readonly GroupDescription[]
  tensors(part: 'weights', language: string): HostTensors
}

interface Loaded {
  readonly group: LanguageGroup
  readonly generator: Generator
  readonly bytes: number
  /** Generations under way. */
  users: number
}

/** Generates in any language of a model. Any number of calls may be under way at once: each gives what it gives alone. */
export class MultiLanguageGenerator implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #saved: SavedGroups
  readonly #maxBytes: number
  /** In order of use, the latest last. */
  readonly #loaded = new Map<string, Loaded>()
  /** Loading and making room: two at once would each take the room that is there. */
  readonly #turns = new Turns()
  readonly #lifetime = new Lifetime('generator of many languages')

  /**
   * Keeps at most `maxBytes` of weights on the GPU; a group in use is never evicted, even where that goes over, until it is free.
   * Default: no limit. Throws ERR_USAGE for what holds no language groups, and for a limit of nothing.
   */
  constructor(gpu: Gpu, saved: SavedGroups, { maxBytes = Number.POSITIVE_INFINITY }: { maxBytes?: number } = {}) {
    if (!Array.isArray(saved?.groups)) {
      const problem = `wanted the checkpoint of a text-to-pose model, got ${shown(saved)} without groups`
      throw new SignError('ERR_USAGE', 'generator of many languages', problem, 'Read one with readCheckpoint')
    }
    if (typeof maxBytes !== 'number' || !(maxBytes > 0)) {
      const problem = `wanted maxBytes as a number above 0, got ${shown(maxBytes)}`
      throw new SignError('ERR_USAGE', 'generator of many languages', problem, 'Leave it out for no limit')
    }
    this.#gpu = gpu
    this.#saved = saved
    this.#maxBytes = maxBytes
  }

  /** What there is of each language, loaded or not. */
  get groups(): readonly GroupDescription[] {
    return this.#saved.groups
  }

  /** All languages there are, loaded or not. */
  get languages(): string[] {
    return this.groups.map(({ language }) => language)
  }

  /** Languages on the GPU, the one used longest ago first. */
  get loaded(): string[] {
    return [...this.#loaded.keys()]
  }

  /** Loads a language before it is asked for. Throws ERR_USAGE, naming the known ones, for an unknown one, ERR_CHECKPOINT where its tensors are not those of its sizes. */
  async load(language: string, { signal }: Abortable = {}): Promise<void> {
    await this.#leave(await this.#enter(language, signal))
  }

  /** As `Generator.generate`. Throws ERR_USAGE, naming the known ones, for an unknown language. */
  async generate(language: string, texts: readonly string[], options: GenerateOptions = {}): Promise<Motion[]> {
    const entry = await this.#enter(language, options.signal)
    try {
      return await entry.generator.generate(texts, options)
    } finally {
      await this.#leave(entry)
    }
  }

  /** As `Generator.stream`. Throws ERR_USAGE, naming the known ones, for an unknown language. */
  stream(language: string, text: string, options: GenerateOptions = {}): AsyncGenerator<Float32Array> {
    return this.#streamed(language, options, (generator) => generator.stream(text, options))
  }

  /** As `Generator.pieces`. Throws ERR_USAGE, naming the known ones, for an unknown language. */
  pieces(language: string, text: string, options: GenerateOptions = {}): AsyncGenerator<Motion> {
    return this.#streamed(language, options, (generator) => generator.pieces(text, options))
  }

  async *#streamed<T>(language: string, options: GenerateOptions, made: (generator: Generator) => AsyncGenerator<T>): AsyncGenerator<T> {
    checkOptions(options, 'generate')
    const { signal } = options
    const entry = await this.#enter(language, signal)
    let left: Promise<void> | undefined
    const leave = (): void => {
      left ??= this.#leave(entry)
    }
    // Aborted, it ends whether somebody reads on or not.
    signal?.addEventListener('abort', leave)
    try {
      yield* made(entry.generator)
    } finally {
      signal?.removeEventListener('abort', leave)
      leave()
      await left
    }
  }

  /** Frees all languages; calls under way throw ERR_DISPOSED. Idempotent. */
  async destroy(): Promise<void> {
    this.#lifetime.end()
    await Promise.all(this.loaded.map((language) => this.#evict(language)))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  /** The language's entry, now the latest and in use. */
  async #enter(language: string, signal: AbortSignal | undefined): Promise<Loaded> {
    signal?.throwIfAborted()
    return this.#turns.take(async () => {
      // Nothing is loaded, and nobody made room for, on behalf of a call that was aborted while it waited.
      signal?.throwIfAborted()
      this.#check()
      const entry = this.#loaded.get(language) ?? (await this.#load(language))
      this.#check()
      entry.users++
      this.#loaded.delete(language)
      this.#loaded.set(language, entry)
      return entry
    })
  }

  /** The entry is free again; where it was over the limit, what was used longest ago makes room, but the latest stays. */
  async #leave(entry: Loaded): Promise<void> {
    entry.users--
    if (this.#used > this.#maxBytes) await this.#turns.take(() => this.#makeRoom(0, this.loaded.at(-1)))
  }

  async #load(language: string): Promise<Loaded> {
    const description = this.#saved.groups.find((group) => group.language === language) ?? this.#unknown(language)
    const bytes = 4 * parameterCount(description.config, description.vocabulary.size)
    await this.#makeRoom(bytes)
    this.#check()
    const group = new LanguageGroup(this.#gpu, description, { training: false })
    try {
      group.weights.load(this.#saved.tensors('weights', description.language), this.#saved.path)
    } catch (error) {
      group.destroy()
      throw error
    }
    const entry = { group, generator: new Generator(this.#gpu, group), bytes, users: 0 }
    this.#loaded.set(language, entry)
    return entry
  }

  #check(): void {
    this.#gpu.check()
    this.#lifetime.check()
  }

  get #used(): number {
    return [...this.#loaded.values()].reduce((sum, entry) => sum + entry.bytes, 0)
  }

  /** Evicts languages nobody uses until there is room for `bytes` more. */
  async #makeRoom(bytes: number, kept?: string): Promise<void> {
    while (this.#used + bytes > this.#maxBytes) {
      const idle = [...this.#loaded].find(([language, { users }]) => users === 0 && language !== kept)
      if (!idle) return
      await this.#evict(idle[0])
    }
  }

  async #evict(language: string): Promise<void> {
    const { group, generator } = this.#loaded.get(language)!
    // Out of the list first: whoever asks meanwhile loads it anew.
    this.#loaded.delete(language)
    await generator.destroy()
    group.destroy()
  }

  #unknown(language: string): never {
    const problem = `wanted one of the languages ${this.languages.join(', ')}, got '${language}'`
    throw new SignError('ERR_USAGE', this.#saved.path, problem, 'Choose one of them, or train it')
  }
}
