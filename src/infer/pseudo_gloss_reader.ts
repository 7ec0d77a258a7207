// Signing in; out, which pseudo-glosses each clip shows, and where in time each of them was found.

import { firstNonFinite } from '../base/finite.js'
import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { PseudoGlossModel, pseudoGlossHead } from '../model/pseudo_gloss.js'
import { framesPerToken, tokensOf } from '../model/sign_tokens.js'
import type { Abortable } from './abort.js'
import { checkKind, checkOptions } from './asked.js'
import { diverged } from './divergence.js'
import { checkPoseFrames, type PoseFrames } from './pose_reader.js'
import { type Session, Sessions } from './sessions.js'
import { paddedSigning, signReader } from './sign_reader.js'
import { SourceEncoder } from './source_encoder.js'

/** What was found in a clip. */
export interface FoundGlosses {
  /** From 0 to 1, for each class: how sure it is that the clip shows it. */
  readonly scores: Float32Array
  /** [tokens, columns]: how much of each class was found in each token. Columns behind those of the classes are of none. */
  readonly map: Float32Array
  readonly columns: number
  readonly tokens: number
  /** Frames from one token to the next: token t is about frame t · framesPerToken. */
  readonly framesPerToken: number
}

export interface FindGlossesOptions extends Abortable {
  /** Called as clips are done. */
  readonly onProgress?: (done: number, all: number) => void
}

/** Clips read side by side. */
const BATCH = 32

interface ReadingSession extends Session {
  readonly encoding: SourceEncoder<PoseFrames>
}

/** There is nothing to decode. */
const nothing = { destroy: () => undefined }

/** Finds pseudo-glosses. Any number of calls may be under way at once: each gives what it gives alone. */
export class PseudoGlossReader implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: PseudoGlossModel
  readonly #sessions = new Sessions<ReadingSession>('pseudo-gloss reader')

  /** Throws ERR_USAGE for what is no pseudo-gloss model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: PseudoGlossModel) {
    checkKind(model, PseudoGlossModel, 'pseudo-gloss reader', 'a pseudo-gloss model')
    checkSameGpu('pseudo-gloss model', gpu, model.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#model = model
  }

  /**
   * What each clip shows, those of like length read side by side. Throws ERR_USAGE for an empty clip, one over the model's length or of other numbers a
   * frame; ERR_DIVERGED where the model's numbers are not finite, ERR_DISPOSED where what it needs is destroyed.
   */
  async find(clips: readonly PoseFrames[], options: FindGlossesOptions = {}): Promise<FoundGlosses[]> {
    checkOptions(options, 'find')
    options.signal?.throwIfAborted()
    this.#check()
    for (const [i, clip] of clips.entries()) checkPoseFrames(clip, `find: clip ${i + 1}`, this.#model.config)
    const order = clips.map((_, i) => i).sort((a, b) => clips[a]!.frames - clips[b]!.frames)
    const found: FoundGlosses[] = new Array(clips.length)
    for (let first = 0; first < order.length; first += BATCH) {
      const batch = order.slice(first, first + BATCH)
      const results = await this.#batch(
        batch.map((i) => clips[i]!),
        options.signal,
      )
      batch.forEach((i, k) => {
        found[i] = results[k]!
      })
      options.onProgress?.(Math.min(first + BATCH, order.length), order.length)
    }
    return found
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  async #batch(clips: readonly PoseFrames[], signal: AbortSignal | undefined): Promise<FoundGlosses[]> {
    const shape = { rows: clips.length, length: paddedSigning(clips, this.#model.config) }
    const call = {
      shape: [shape.rows, shape.length].join(' '),
      record: () => this.#record(shape),
      check: () => this.#check(),
      signal,
    }
    const work = async function* (this: PseudoGlossReader, { encoding }: ReadingSession) {
      const [scores, map] = await (await encoding.start(clips)).read()
      yield this.#split(new Float32Array(scores!), new Float32Array(map!), clips)
    }
    let results: FoundGlosses[] = []
    for await (const found of this.#sessions.use(call, work.bind(this))) results = found
    return results
  }

  /** Clips' own shares of what was found in all. */
  #split(scores: Float32Array, map: Float32Array, clips: readonly PoseFrames[]): FoundGlosses[] {
    const { classes, config } = this.#model
    const columns = scores.length / clips.length
    const stride = map.length / clips.length
    return clips.map(({ frames }, b) => {
      const own = scores.slice(b * columns, b * columns + classes.size)
      if (firstNonFinite(own) >= 0) throw diverged('the pseudo-gloss model', 'scores that are not')
      const tokens = tokensOf(frames, config)
      return {
        scores: own,
        map: map.slice(b * stride, b * stride + tokens * columns),
        columns,
        tokens,
        framesPerToken: framesPerToken(config),
      }
    })
  }

  #record(shape: { readonly rows: number; readonly length: number }): Promise<ReadingSession> {
    const model = this.#model
    return SourceEncoder.recordWith(
      this.#gpu,
      signReader(model),
      {
        ...shape,
        beside: (recording, tokens, lengths) => {
          const { scores, map } = pseudoGlossHead(recording, model, tokens, lengths)
          return { reports: [scores, map()] }
        },
      },
      async () => ({ decoding: nothing }),
    )
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#model.check()
  }
}
