// Text in, motion out: the sentence is encoded once, then frames come one dispatch chain at a time over key-value caches.
// Many frames run in one submission; the counter and the stop are decided on the GPU.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { Program, Recorder } from '../device/program.js'
import { nextFrame } from '../kernels/next_frame.js'
import { inputNumbers, outputNumbers } from '../model/config.js'
import { scaleInto, unscaled } from '../model/frame_scaling.js'
import { sentenceIds } from '../model/sentence_ids.js'
import { counterOf, LanguageGroup } from '../model/sign_model.js'
import { decodeFrame, lengthHead, type PoseRecording, tokenDurations } from '../model/text_to_pose.js'
import type { Motion } from '../motion/clip.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import type { Abortable } from './abort.js'
import { checkKind, checkOptions, checkTexts } from './asked.js'
import { type BonePolicy, boneHold } from './bone_policy.js'
import { refuseDivergedFrames } from './divergence.js'
import { type Chunk, frameStride, runFrames } from './frame_chunks.js'
import { checkPolicy, frameCounts, type LengthPolicy, policyFor, policyNumbers } from './length_policy.js'
import { type Session, Sessions } from './sessions.js'
import { shownMotion } from './shown_motion.js'
import { type EncoderOptions, paddedLength, SourceEncoder, tokenReader } from './source_encoder.js'

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
  readonly feeds: Readonly<Record<'frame' | 'lengths' | 'done' | 'policy', Tensor>>
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
    const { signal } = options
    const placed = this.#placed(options)
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
        for (; sent < ready; sent++) {
          signal?.throwIfAborted()
          this.#check()
          yield placed(frames[0]!.subarray(sent * stride, sent * stride + numbers + 1))
        }
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
      const placed = this.#placed(options)
      for (let t = 0; t < frames; t++) joints.set(placed(last!.frames[i]!.subarray(t * stride, t * stride + numbers)), t * numbers)
      return shownMotion(this.#group, { joints, frames, fps: this.#group.fps })
    })
  }

  /** What makes a motion's frames, one after the other, of what the model says: in the units of the data, the bones held where they are to be. */
  #placed({ bones }: GenerateOptions): (frame: Float32Array) => Float32Array {
    const { scaling } = this.#group
    const hold = boneHold(this.#group, bones)
    return (frame) => hold?.hold(unscaled(frame, scaling)) ?? unscaled(frame, scaling)
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
    const tokens = texts.map((text) => this.#encodeText(text))
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
    const { scaling, config } = this.#group
    const { numbers } = config
    const frames = await this.#start(session, tokens, options)
    const whole = 1 / scaling.scale[numbers]!
    let seen = 0
    for await (const chunk of runFrames(session.decoding, tokens.length, { frames, whole, numbers }, options.signal)) {
      refuseDivergedFrames(chunk, seen, this.#group)
      seen = chunk.ran
      yield chunk
    }
  }

  /** Encodes the sentences and writes what decoding starts from. Returns the frames of the longest, where they are known beforehand. */
  async #start(
    { encoding, decoding, feeds }: FrameSession,
    tokens: readonly Uint32Array[],
    { policy = 'auto', lengths }: GenerateOptions,
  ): Promise<number | undefined> {
    const { startFrame, scaling, config, language } = this.#group
    const { numbers } = config
    const batch = tokens.length
    const request = { policy: policyFor(policy, config), lengths, batch, config, language }
    const counts = await frameCounts(request, await encoding.start(tokens))
    const inputStride = padded(inputNumbers(config))
    const start = new Float32Array(batch * inputStride)
    if (!config.justCounter) for (let b = 0; b < batch; b++) scaleInto(start, b * inputStride, startFrame, scaling)
    const whole = 1 / scaling.scale[numbers]!
    decoding.write(feeds.frame, start)
    decoding.write(feeds.lengths, new Uint32Array(batch))
    decoding.write(feeds.done, new Uint32Array(batch))
    decoding.write(feeds.policy, Float32Array.from(tokens.flatMap((_, b) => policyNumbers(counts?.[b], config, whole))))
    return counts && Math.max(...counts)
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#group.check()
  }

  #encodeText(text: string): Uint32Array {
    const { vocabulary, config } = this.#group
    const { maxTokens } = config
    const ids = sentenceIds(this.#group, text)
    if (vocabulary.tokensOf(text).length === 0)
      throw new SignError('ERR_USAGE', 'generate', `wanted a sentence, got "${text}"`, 'Give at least one word')
    if (ids.length > maxTokens) {
      throw new SignError('ERR_USAGE', 'generate', `wanted at most ${maxTokens} tokens, got ${ids.length}`, 'Split the sentence')
    }
    return ids
  }

  #record(batch: number, length: number): Promise<FrameSession> {
    return SourceEncoder.recordWith(
      this.#gpu,
      tokenReader(this.#group),
      { rows: batch, length, beside: lengthsOf(this.#group) },
      (encoding) => this.#recordFrame(batch, encoding),
    )
  }

  async #recordFrame(batch: number, { memory, lengths: memoryLengths, kept: { features, spans } }: SourceEncoder) {
    const { weights, config, positions, boneTables: bones } = this.#group
    const { maxFrames: capacity, numbers } = config
    const stride = frameStride(numbers)
    const recorder = new Recorder()
    const recording: PoseRecording = { graph: new Graph(recorder), weights, config }
    const inputStride = padded(inputNumbers(config))
    const frame = recorder.feed('frame', [batch, inputStride])
    const lengths = recorder.feed('lengths', [batch], 'u32')
    const done = recorder.feed('done', [batch], 'u32')
    const policy = recorder.feed('policy', [batch, 4])
    const frames = recorder.keep(recorder.tensor('frames', [batch, capacity, stride]))
    const past = Array.from({ length: config.decoderLayers }, (_, i) =>
      recorder.keep(recorder.tensor(`past.${i}`, [batch, capacity, 2 * config.width])),
    )
    const timing = features && spans && { features, spans, lengths: memoryLengths, ...counterOf(this.#group) }
    const pred = decodeFrame(recording, { frame, lengths, positions, past, memory, memoryLengths, timing, bones })
    recorder.run(
      nextFrame,
      { pred, policy, lengths, done, input: frame, frames },
      {
        batch,
        capacity,
        stride,
        coords: numbers,
        predStride: pred.shape.at(-1)!,
        // Not read where the counter is given.
        predCounter: outputNumbers(config) - 1,
        inputStride,
        inputCounter: inputNumbers(config) - 1,
      },
    )
    recorder.report(done)
    recorder.report(frames)
    return { decoding: await Program.build(this.#gpu, recorder), feeds: { frame, lengths, done, policy } }
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The group stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }
}

/** The logarithm of each clip's frames, where a model knows it, and which tokens are signed when. */
function lengthsOf({ config }: LanguageGroup): EncoderOptions['beside'] {
  if (config.durations)
    return (recording, features, lengths) => {
      const { spans, logFrames } = tokenDurations(recording, features, lengths)
      return { reports: [logFrames], kept: { features, spans } }
    }
  return config.lengthHead
    ? (recording, features, lengths) => ({ reports: [lengthHead({ ...recording, config }, features, lengths)] })
    : undefined
}
