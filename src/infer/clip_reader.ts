// Clips of signing read side by side by a model that has nothing to decode: those of like length together, any number of calls at once.

import type { Watched } from '../base/progress.js'
import type { Gpu } from '../device/gpu.js'
import type { ReadSigns } from '../model/sign_rows.js'
import type { Abortable } from './abort.js'
import { checkOptions } from './asked.js'
import { inBatches } from './clip_batches.js'
import { checkPoseFrames, type PoseFrames } from './pose_reader.js'
import { type Session, Sessions } from './sessions.js'
import { paddedSigning } from './sign_reader.js'
import { type EncoderOptions, SourceEncoder, type SourceReader } from './source_encoder.js'

export interface ReadClipsOptions extends Abortable, Watched {}

/** What is recorded of a batch of clips. */
export interface ClipProgram extends Pick<EncoderOptions, 'beside'> {
  readonly reader: SourceReader<PoseFrames>
}

/** How clips are read. */
export interface ClipReading<Found> {
  /** What reads, and the call that it is asked with, for messages. */
  readonly who: string
  readonly call: string
  readonly model: { readonly config: ReadSigns; check(): void }
  program(): ClipProgram
  /** Clips' own shares of what was reported of all. Throws ERR_DIVERGED for numbers that are not finite. */
  split(reports: readonly ArrayBuffer[], clips: readonly PoseFrames[]): Found[]
}

interface ReadingSession extends Session {
  readonly encoding: SourceEncoder<PoseFrames>
}

/** There is nothing to decode. */
const nothing = { destroy: () => undefined }

/** Any number of calls may be under way at once: each gives what it gives alone. */
export class ClipReader<Found> implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #reading: ClipReading<Found>
  readonly #sessions: Sessions<ReadingSession>

  constructor(gpu: Gpu, reading: ClipReading<Found>) {
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#reading = reading
    this.#sessions = new Sessions(reading.who)
  }

  /**
   * What is found in each clip, those of like length read side by side. Throws ERR_USAGE for an empty clip, one over the model's length or of other numbers a
   * frame; ERR_DIVERGED where the model's numbers are not finite, ERR_DISPOSED where what it needs is destroyed.
   */
  async read(clips: readonly PoseFrames[], options: ReadClipsOptions = {}): Promise<Found[]> {
    const { call, model } = this.#reading
    checkOptions(options, call)
    options.signal?.throwIfAborted()
    this.#check()
    for (const [i, clip] of clips.entries()) checkPoseFrames(clip, `${call}: clip ${i + 1}`, model.config)
    return inBatches(clips, { ...options, work: 'clips read' }, (batch) => this.#batch(batch, options.signal))
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  async #batch(clips: readonly PoseFrames[], signal: AbortSignal | undefined): Promise<Found[]> {
    const shape = { rows: clips.length, length: paddedSigning(clips, this.#reading.model.config) }
    const call = {
      shape: [shape.rows, shape.length].join(' '),
      record: () => this.#record(shape),
      check: () => this.#check(),
      signal,
    }
    const work = async function* (this: ClipReader<Found>, { encoding }: ReadingSession) {
      yield this.#reading.split(await (await encoding.start(clips)).read(), clips)
    }
    let results: Found[] = []
    for await (const found of this.#sessions.use(call, work.bind(this))) results = found
    return results
  }

  #record(shape: { readonly rows: number; readonly length: number }): Promise<ReadingSession> {
    const { reader, beside } = this.#reading.program()
    return SourceEncoder.recordWith(this.#gpu, reader, { ...shape, beside }, async () => ({ decoding: nothing }))
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#reading.model.check()
  }
}
