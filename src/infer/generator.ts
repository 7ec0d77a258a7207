// Text in, motion out: the sentence is encoded once, then frames come one dispatch chain at a time over key-value caches.
// Many frames run in one submission; the counter and the stop are decided on the GPU.

import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { Program, Recorder } from '../device/program.js'
import { LanguageGroup } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import type { Abortable } from './abort.js'
import { checkKind, checkOptions, checkTexts } from './asked.js'
import { type BonePolicy, boneHold } from './bone_policy.js'
import { refuseDivergedFrames } from './divergence.js'
import { type Chunk, frameStride, runFrames } from './frame_chunks.js'
import { endingRule, type FrameRows, firstInput, frameRows, recordFrame, wholeClip } from './frame_program.js'
import { checkPolicy, frameCounts, type LengthPolicy, policyFor } from './length_policy.js'
import { lengthsOf, sentenceTokens } from './sentence_tokens.js'
import { type Session, Sessions } from './sessions.js'
import { placing, shownInPieces, shownMotion } from './shown_motion.js'
import { paddedLength, SourceEncoder, tokenReader } from './source_encoder.js'

export interface GenerateOptions extends Abortable {
  /** Default `auto`. */
  readonly policy?: LengthPolicy
  /** For `oracle`: the reference's length of each sentence. */
  readonly lengths?: readonly number[]
  /**
   * Whether generated bones are held to the lengths of the training clips' (`hold`) or left as regressed (`free`). Default: hold where those
   * clips have bones of constant length, varying by at most 0.02 of it, else free.
   */
  readonly bones?: BonePolicy
}

interface FrameSession extends Session {
  readonly encoding: SourceEncoder
  readonly decoding: Program
  readonly rows: FrameRows
}

/**
 * Generates for one language group. Any number of calls may be under way at once: each gives what it gives alone. Programs are recorded once
 * for each (batch, sentence length), and once more for each further call at the same time.
 */
export class Generator implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #group: LanguageGroup
  readonly #sessions = new Sessions<FrameSession>('generator')

  /** Throws ERR_USAGE for what is no language group, and for a group of another Gpu. */
  constructor(gpu: Gpu, group: LanguageGroup) {
    checkKind(group, LanguageGroup, 'generator', "a language group, as model.group('ASL') of a text-to-pose model")
    checkSameGpu(`model ${group.language}`, gpu, group.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#group = group
  }

  /**
   * Streams the frames of one sentence, each its numbers (150 coordinates) and the counter. Throws ERR_USAGE for a policy that cannot be followed,
   * unknown bone lengths that should be held, or an empty sentence, ERR_DIVERGED where the model's numbers are not finite; rejects with the
   * signal's reason when aborted, with ERR_DISPOSED when what it needs is destroyed.
   */
  async *stream(text: string, options: GenerateOptions = {}): AsyncGenerator<Float32Array> {
    checkOptions(options, 'generate')
    const placed = placing(this.#group, options.bones)
    for await (const frames of this.#ready(text, options)) {
      for (const frame of frames) {
        options.signal?.throwIfAborted()
        this.#check()
        yield placed(frame)
      }
    }
  }

  /**
   * Streams the motion of one sentence in pieces, each of the frames that came since the one before. Joined they are the motion of {@link generate}, but that
   * a motion in a picture is in the scale of the first piece that shows shoulders. Throws as {@link stream}.
   */
  async *pieces(text: string, options: GenerateOptions = {}): AsyncGenerator<Motion> {
    checkOptions(options, 'generate')
    const placed = placing(this.#group, options.bones)
    const shown = shownInPieces(this.#group)
    const { fps, config } = this.#group
    for await (const frames of this.#ready(text, options)) {
      const joints = new Float32Array(frames.length * config.numbers)
      for (const [t, frame] of frames.entries()) joints.set(placed(frame.subarray(0, config.numbers)), t * config.numbers)
      yield shown({ joints, frames: frames.length, fps })
    }
  }

  /** The frames of one sentence as the model says them, those of a submission at once. */
  async *#ready(text: string, options: GenerateOptions): AsyncGenerator<Float32Array[]> {
    const { signal } = options
    const { numbers } = this.#group.config
    const stride = frameStride(numbers)
    const chunks = this.#chunks([text], options)
    // Aborted, it ends whether somebody reads on or not.
    const end = () => void chunks.return(undefined)
    signal?.addEventListener('abort', end)
    try {
      let sent = 0
      for await (const { frames, done, ran } of chunks) {
        const ready = done[0] || ran
        const row = (t: number) => frames[0]!.subarray(t * stride, t * stride + numbers + 1)
        if (ready > sent) yield Array.from({ length: ready - sent }, (_, i) => row(sent + i))
        sent = Math.max(sent, ready)
      }
      signal?.throwIfAborted()
    } finally {
      signal?.removeEventListener('abort', end)
    }
  }

  /** The motions of several sentences, generated side by side. Throws as {@link stream}. */
  async generate(texts: readonly string[], options: GenerateOptions = {}): Promise<Motion[]> {
    let last: Chunk | undefined
    for await (const chunk of this.#chunks(texts, options)) last = chunk
    const { numbers } = this.#group.config
    const stride = frameStride(numbers)
    return texts.map((_, i) => {
      const frames = last!.done[i]!
      const joints = new Float32Array(frames * numbers)
      const placed = placing(this.#group, options.bones)
      for (let t = 0; t < frames; t++) joints.set(placed(last!.frames[i]!.subarray(t * stride, t * stride + numbers)), t * numbers)
      return shownMotion(this.#group, { joints, frames, fps: this.#group.fps })
    })
  }

  async *#chunks(texts: readonly string[], options: GenerateOptions): AsyncGenerator<Chunk> {
    checkOptions(options, 'generate')
    const { signal } = options
    signal?.throwIfAborted()
    this.#check()
    checkTexts(texts, 'generate', 'sentences')
    checkPolicy(options.policy)
    boneHold(this.#group, options.bones)
    if (texts.length === 0) return
    const tokens = texts.map((text) => sentenceTokens(this.#group, text))
    const batch = tokens.length
    const length = paddedLength(tokens)
    const call = {
      shape: `${batch}x${length}`,
      record: () => this.#record(batch, length),
      check: () => this.#check(),
      signal,
    }
    yield* this.#sessions.use(call, (session) => this.#generate(session, tokens, options))
  }

  async *#generate(session: FrameSession, tokens: readonly Uint32Array[], options: GenerateOptions): AsyncGenerator<Chunk> {
    const { numbers } = this.#group.config
    const frames = await this.#start(session, tokens, options)
    const whole = wholeClip(this.#group)
    let seen = 0
    for await (const chunk of runFrames(session.decoding, tokens.length, { frames, whole, numbers }, options.signal)) {
      refuseDivergedFrames(chunk, seen, this.#group)
      seen = chunk.ran
      yield chunk
    }
  }

  /** Encodes the sentences and writes what decoding starts from. Returns the frames of the longest, where they are known beforehand. */
  async #start(
    { encoding, decoding, rows }: FrameSession,
    tokens: readonly Uint32Array[],
    { policy = 'auto', lengths }: GenerateOptions,
  ): Promise<number | undefined> {
    const { config, language } = this.#group
    const batch = tokens.length
    const request = { policy: policyFor(policy, config), lengths, batch, config, language }
    const counts = await frameCounts(request, await encoding.start(tokens))
    const first = firstInput(this.#group)
    decoding.write(
      rows.frame,
      Float32Array.from({ length: batch * first.length }, (_, i) => first[i % first.length]!),
    )
    decoding.write(rows.lengths, new Uint32Array(batch))
    decoding.write(rows.done, new Uint32Array(batch))
    decoding.write(rows.policy, Float32Array.from(tokens.flatMap((_, b) => endingRule(this.#group, counts?.[b]))))
    return counts && Math.max(...counts)
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#group.check()
  }

  #record(batch: number, length: number): Promise<FrameSession> {
    return SourceEncoder.recordWith(
      this.#gpu,
      tokenReader(this.#group),
      { rows: batch, length, beside: lengthsOf(this.#group) },
      (encoding) => this.#recordFrame(batch, encoding),
    )
  }

  async #recordFrame(batch: number, sentences: SourceEncoder) {
    const recorder = new Recorder()
    const rows = frameRows(
      this.#group.config,
      this.#group.config.maxFrames,
      (name, shape, dtype) => recorder.feed(name, [batch, ...shape], dtype),
      (name, shape) => recorder.keep(recorder.tensor(name, [batch, ...shape])),
    )
    recordFrame(recorder, this.#group, rows, sentences)
    return { decoding: await Program.build(this.#gpu, recorder), rows }
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The group stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }
}
