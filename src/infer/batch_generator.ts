// Sentences that come one by one, generated side by side: one that comes while others are under way joins them at their next frames, and leaves when it
// ends (continuous batching). A frame of many sentences costs little more than a frame of one.

import { Lifetime } from '../base/lifetime.js'
import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { LanguageGroup } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { checkKind, checkOptions, checkText } from './asked.js'
import { type Asked, type BatchGenerateOptions, CHUNK, deliver, type Running, type Submitted } from './asked_of_batch.js'
import { Filling } from './filling.js'
import { FrameBatch, rowsThatFit } from './frame_batch.js'
import { checkPolicy, frameCounts, policyFor } from './length_policy.js'
import { sentenceTokens } from './sentence_tokens.js'
import { placedMotion, placing } from './shown_motion.js'

/** Submissions with the GPU at once. */
const AHEAD = 2

export interface BatchOptions {
  /** Most sentences side by side, rounded up to a multiple of 4; fewer where the adapter cannot bind so many. Default 16. */
  readonly rows?: number
}

/**
 * Generates for one language group. Any number of calls may be under way at once; `rows` of them are generated side by side, and the others wait, the first
 * come first. What a call gives does not depend on the others: it is the same, bit for bit, whoever is under way. It is what `Generator` gives but for
 * roundings, whose kernels for few rows add up in another order.
 */
export class BatchGenerator implements AsyncDisposable {
  readonly rows: number
  readonly #gpu: Gpu
  readonly #group: LanguageGroup
  readonly #lifetime = new Lifetime('batch generator')
  /** What is being filled, for all calls under way. */
  readonly #asked = new Set<Filling<Float32Array>>()
  readonly #waiting: Asked[] = []
  /** Those in a row that has frames to make. */
  readonly #running = new Set<Running>()
  /** Whether a row is taken: by one that runs, or one whose length is not known yet. */
  readonly #taken: boolean[]
  #recording: Promise<FrameBatch> | undefined
  #going = false
  #made = 0

  /** Throws ERR_USAGE for what is no language group, and for a group of another Gpu. */
  constructor(gpu: Gpu, group: LanguageGroup, { rows = 16 }: BatchOptions = {}) {
    checkKind(group, LanguageGroup, 'batch generator', "a language group, as model.group('ASL') of a text-to-pose model")
    checkSameGpu(`model ${group.language}`, gpu, group.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#group = group
    this.rows = rowsThatFit(gpu, group, rows)
    this.#taken = Array.from({ length: this.rows }, () => false)
  }

  /** Sentences that are generated now. */
  get running(): number {
    return this.#taken.filter(Boolean).length
  }

  /** Sentences that wait for a row. */
  get waiting(): number {
    return this.#waiting.filter(({ frames }) => !frames.ended).length
  }

  /** Frames made so far, of all sentences. */
  get made(): number {
    return this.#made
  }

  /**
   * Streams the frames of one sentence, as `Generator.stream` does, and throws as it does. Frames are made whether they are read or not: a slow reader holds
   * nobody up. A stream that is left gives its row to the next.
   */
  async *stream(text: string, options: BatchGenerateOptions = {}): AsyncGenerator<Float32Array> {
    const place = this.#checked(text, options)
    const { signal } = options
    const frames = new Filling<Float32Array>()
    const abort = (): void => frames.end({ error: signal?.reason })
    signal?.addEventListener('abort', abort)
    try {
      this.#asked.add(frames)
      await this.#ask(text, options, frames)
      for await (const frame of frames.read()) yield place(frame)
    } catch (error) {
      signal?.throwIfAborted()
      // What was destroyed meanwhile has a better name than its memory.
      this.#check()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      // Where it was left before its end, its row is free from the next submission on.
      frames.end()
      this.#asked.delete(frames)
    }
  }

  /** The motion of one sentence, as `Generator.generate` gives it, and throws as it does. */
  async generate(text: string, options: BatchGenerateOptions = {}): Promise<Motion> {
    const frames: Float32Array[] = []
    for await (const frame of this.stream(text, options)) frames.push(frame)
    return placedMotion(this.#group, frames)
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The group stays its maker's. */
  async destroy(): Promise<void> {
    this.#lifetime.end()
    this.#failAll(undefined)
    await this.#recording?.then((batch) => batch.destroy()).catch(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #check(): void {
    this.#gpu.check()
    this.#lifetime.check()
    this.#group.check()
  }

  #checked(text: string, options: BatchGenerateOptions): (frame: Float32Array) => Float32Array {
    checkOptions(options, 'generate')
    options.signal?.throwIfAborted()
    this.#check()
    checkText(text, 'generate', 'a sentence')
    checkPolicy(options.policy)
    return placing(this.#group, options.bones)
  }

  /** Has `frames` filled, as soon as there is a row. */
  async #ask(text: string, options: BatchGenerateOptions, frames: Filling<Float32Array>): Promise<void> {
    const tokens = sentenceTokens(this.#group, text)
    const policy = policyFor(options.policy ?? 'auto', this.#group.config)
    this.#recording ??= this.#record()
    const batch = await this.#recording
    const encoder = await batch.encoderFor(tokens.length)
    this.#check()
    if (frames.ended) return
    this.#waiting.push({ tokens, encoder, policy, options, frames })
    this.#go(batch)
  }

  #record(): Promise<FrameBatch> {
    const recorded = FrameBatch.record(this.#gpu, this.#group, { rows: this.rows, kept: CHUNK })
    recorded.catch(() => {
      this.#recording = undefined
    })
    return recorded
  }

  /** Sets it going, where it is not. */
  #go(batch: FrameBatch): void {
    if (this.#going) return
    this.#going = true
    void this.#run(batch).catch((error) => {
      this.#going = false
      this.#failAll(error)
    })
  }

  async #run(batch: FrameBatch): Promise<void> {
    const submitted: Submitted[] = []
    try {
      while (true) {
        this.#check()
        this.#sweep(batch)
        await this.#admit(batch)
        if (this.#running.size > 0 && submitted.length < AHEAD) {
          submitted.push(await this.#submit(batch))
          continue
        }
        const next = submitted.shift()
        if (!next) {
          // Who came in while it was found out that nobody waits saw it going.
          if (this.#waiting.length > 0 && this.#taken.includes(false)) continue
          this.#going = false
          return
        }
        this.#made += deliver(next, await next.reports.read(), this.#group)
      }
    } finally {
      for (const { reports } of submitted) reports.drop()
    }
  }

  /** Gives free rows to those who wait. */
  async #admit(batch: FrameBatch): Promise<void> {
    while (this.#waiting.length > 0) {
      const row = this.#taken.indexOf(false)
      if (row < 0) return
      const asked = this.#waiting.shift()!
      if (asked.frames.ended) continue
      this.#taken[row] = true
      const { config, language } = this.#group
      const { policy, options, tokens, encoder } = asked
      const lengths = options.length === undefined ? undefined : [options.length]
      const encoded = await batch.encode(encoder, row, tokens)
      void frameCounts({ policy, lengths, batch: 1, config, language }, encoded).then(
        (counts) => this.#begin(batch, asked, row, counts?.[0]),
        (error) => this.#fail(batch, asked, row, error),
      )
    }
  }

  #begin(batch: FrameBatch, asked: Asked, row: number, count: number | undefined): void {
    if (this.#lifetime.over) return
    if (asked.frames.ended) {
      this.#leave(batch, row)
      this.#go(batch) // for those who wait for the row
      return
    }
    if (count !== undefined) asked.options.onLength?.(count)
    batch.begin(row, count)
    this.#running.add({ asked, row, count, submitted: 0 })
    this.#go(batch)
  }

  #fail(batch: FrameBatch, { frames }: Asked, row: number, error: unknown): void {
    frames.end({ error })
    if (this.#lifetime.over) return
    this.#leave(batch, row)
    this.#go(batch)
  }

  /** Submits the next frames of all that run. */
  async #submit(batch: FrameBatch): Promise<Submitted> {
    const running = [...this.#running]
    const used = 1 + Math.max(...running.map(({ row }) => row))
    const frames = Math.min(CHUNK, Math.max(...running.map(({ count, submitted }) => (count === undefined ? CHUNK : count - submitted))))
    const started = batch.start(used, frames)
    const rows = running.map((one) => {
      const from = one.submitted
      one.submitted += frames
      return { running: one, from }
    })
    // Whose frames are all on their way needs its row no more.
    for (const one of running) if (one.count !== undefined && one.submitted >= one.count) this.#end(batch, one)
    return { rows, frames, reports: await started }
  }

  /** Frees the rows of those that are over. */
  #sweep(batch: FrameBatch): void {
    for (const running of [...this.#running]) if (running.asked.frames.ended) this.#end(batch, running)
  }

  #end(batch: FrameBatch, running: Running): void {
    this.#running.delete(running)
    this.#leave(batch, running.row)
  }

  #leave(batch: FrameBatch, row: number): void {
    this.#taken[row] = false
    batch.rest(row)
  }

  /** All that are under way end with this error, or with what it comes of. */
  #failAll(error: unknown): void {
    let reason = error
    try {
      this.#check()
    } catch (cause) {
      reason = cause
    }
    for (const frames of this.#asked) frames.end({ error: reason })
    this.#waiting.length = 0
    this.#running.clear()
    this.#taken.fill(false)
  }
}
