// Text in, motion out: the sentence is encoded once, then frames come one dispatch chain at a time over key-value caches.
// Many frames run in one submission; the counter and the stop are decided on the GPU.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import { shown } from '../base/shown.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { Program, Recorder } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'
import { counterMode, nextFrame } from '../kernels/next_frame.js'
import { inputNumbers, outputNumbers } from '../model/config.js'
import { scaleInto, unscaled } from '../model/frame_scaling.js'
import type { Recording } from '../model/layers.js'
import { LanguageGroup } from '../model/sign_model.js'
import { decodeFrame, encode, lengthHead, memoryCaches } from '../model/text_to_pose.js'
import type { Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import { specialId } from '../text/vocabulary.js'
import { checkKind, checkOptions, checkTexts } from './asked.js'
import { diverged, refuseDivergedFrames } from './divergence.js'
import { type Chunk, FRAME, runFrames } from './frame_chunks.js'
import { type Session, Sessions } from './sessions.js'

/**
 * How a clip's length is decided. `self-counter`: the model's own progress counter, made monotone. `predicted-length`: the length
 * head says N, the counter is then given. `oracle`: N is the reference's, for comparison with tables that leak it.
 */
export type LengthPolicy = 'self-counter' | 'predicted-length' | 'oracle'
export const lengthPolicies: readonly LengthPolicy[] = ['self-counter', 'predicted-length', 'oracle']

export interface GenerateOptions {
  readonly policy?: LengthPolicy
  /** For `oracle`: the reference's length of each sentence. */
  readonly lengths?: readonly number[]
  readonly signal?: AbortSignal | undefined
}

interface FrameSession extends Session {
  readonly feeds: Readonly<Record<'ids' | 'tokenLengths' | 'frame' | 'lengths' | 'done' | 'policy', Tensor>>
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
   * Streams the frames of one sentence, each 150 coordinates and the counter. Throws ERR_USAGE for a policy that cannot be followed
   * or an empty sentence, ERR_DIVERGED where the model's numbers are not finite; rejects with the signal's reason when aborted, with
   * ERR_DISPOSED when what it needs is destroyed.
   */
  async *stream(text: string, options: GenerateOptions = {}): AsyncGenerator<Float32Array> {
    checkOptions(options, 'generate')
    const { signal } = options
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
          yield unscaled(frames[0]!.subarray(sent * FRAME, sent * FRAME + COORDS + 1), this.#group.scaling)
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
    return texts.map((_, i) => {
      const frames = last!.done[i]!
      const joints = new Float32Array(frames * COORDS)
      for (let t = 0; t < frames; t++)
        joints.set(unscaled(last!.frames[i]!.subarray(t * FRAME, t * FRAME + COORDS), this.#group.scaling), t * COORDS)
      return { joints, frames, fps: this.#group.fps }
    })
  }

  async *#chunks(texts: readonly string[], options: GenerateOptions): AsyncGenerator<Chunk> {
    checkOptions(options, 'generate')
    options.signal?.throwIfAborted()
    this.#check()
    checkTexts(texts, 'generate', 'sentences')
    checkPolicy(options.policy)
    if (texts.length === 0) return
    const tokens = texts.map((text) => this.#encodeText(text))
    const batch = tokens.length
    const length = Math.ceil(Math.max(...tokens.map((ids) => ids.length)) / 4) * 4
    const shape = `${batch}x${length}`
    try {
      const session = await this.#sessions.lend(shape, () => this.#record(batch, length))
      try {
        const frames = await this.#start(session, tokens, length, options)
        const whole = 1 / this.#group.scaling.scale[COORDS]!
        let seen = 0
        for await (const chunk of runFrames(session.decoding, batch, { frames, whole }, options.signal)) {
          refuseDivergedFrames(chunk, seen, this.#group.language)
          seen = chunk.ran
          yield chunk
        }
      } finally {
        this.#sessions.giveBack(shape, session)
      }
    } catch (error) {
      options.signal?.throwIfAborted()
      // What was destroyed meanwhile has a better name than its memory.
      this.#check()
      throw error
    }
  }

  /** Encodes the sentences and writes what decoding starts from. Returns the frames of the longest, where they are known beforehand. */
  async #start(
    { encoding, decoding, feeds }: FrameSession,
    tokens: readonly Uint32Array[],
    length: number,
    { policy = 'self-counter', lengths }: GenerateOptions,
  ): Promise<number | undefined> {
    const { startFrame, scaling, config } = this.#group
    const batch = tokens.length
    const ids = new Uint32Array(batch * length).fill(specialId.padding)
    tokens.forEach((sentence, b) => {
      ids.set(sentence, b * length)
    })
    const tokenLengths = Uint32Array.from(tokens, (sentence) => sentence.length)
    encoding.write(feeds.ids, ids)
    encoding.write(feeds.tokenLengths, tokenLengths)
    const counts = await this.#frameCounts(policy, batch, lengths, await encoding.start())

    const inputStride = padded(inputNumbers(config))
    const start = new Float32Array(batch * inputStride)
    if (!config.justCounter) for (let b = 0; b < batch; b++) scaleInto(start, b * inputStride, startFrame, scaling)
    decoding.write(feeds.frame, start)
    decoding.write(feeds.lengths, new Uint32Array(batch))
    decoding.write(feeds.done, new Uint32Array(batch))
    decoding.write(
      feeds.policy,
      Float32Array.from(
        { length: 4 * batch },
        (_, i) => policyNumbers(counts?.[i >> 2], config.maxFrames, 1 / scaling.scale[COORDS]!)[i & 3]!,
      ),
    )
    return counts && Math.max(...counts)
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#group.check()
  }

  #encodeText(text: string): Uint32Array {
    const ids = Uint32Array.from(this.#group.vocabulary.encode(text))
    const { maxTokens } = this.#group.config
    if (ids.length < 2) throw new SignError('ERR_USAGE', 'generate', `wanted a sentence, got "${text}"`, 'Give at least one word')
    if (ids.length > maxTokens) {
      throw new SignError('ERR_USAGE', 'generate', `wanted at most ${maxTokens} tokens, got ${ids.length}`, 'Split the sentence')
    }
    return ids
  }

  /** Frames of each sentence where the policy fixes them beforehand; only the length head's word is waited for. */
  async #frameCounts(
    policy: LengthPolicy,
    batch: number,
    given: readonly number[] | undefined,
    encoded: PendingReports,
  ): Promise<number[] | undefined> {
    const { maxFrames } = this.#group.config
    if (policy !== 'predicted-length') encoded.drop()
    if (policy === 'self-counter') return undefined
    if (policy === 'oracle') {
      const counts = given ? Array.from(given) : []
      if (counts.length === batch && counts.every((n) => Number.isInteger(n) && n > 0)) return counts.map((n) => Math.min(maxFrames, n))
      const got = given ? `[${counts.join(', ')}] for ${batch}` : 'none'
      const problem = `wanted a reference length for each sentence under policy oracle, got ${got}`
      throw new SignError('ERR_USAGE', 'generate', problem, 'Pass the frames of a reference for each')
    }
    const [logLengths] = await encoded.read()
    if (!logLengths) {
      throw new SignError(
        'ERR_USAGE',
        'generate',
        'wanted a model with a length head for predicted-length, got one without',
        'Train with lengthHead: true',
      )
    }
    const head = new Float32Array(logLengths)
    const at = firstNonFinite(head)
    if (at >= 0) throw diverged(`the model of ${this.#group.language}`, `a length of ${head[at]}`)
    return Array.from({ length: batch }, (_, b) => Math.max(1, Math.min(maxFrames, Math.round(Math.exp(head[b * (head.length / batch)]!)))))
  }

  async #record(batch: number, length: number): Promise<FrameSession> {
    const { weights, config, positions } = this.#group
    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const ids = recorder.feed('ids', [batch, length], 'u32')
    const tokenLengths = recorder.feed('token_lengths', [batch], 'u32')
    const memory = encode(recording, { ids }, tokenLengths, positions)
    const projected = memoryCaches(recording, memory).map((cache) => recorder.keep(cache))
    if (config.lengthHead) recorder.report(lengthHead(recording, memory, tokenLengths))
    const encoding = await Program.build(this.#gpu, recorder)
    const shared = (tensor: Tensor): Tensor => ({ ...tensor, region: encoding.region(tensor) })
    try {
      return { encoding, ...(await this.#recordFrame(batch, projected.map(shared), shared(tokenLengths), { ids, tokenLengths })) }
    } catch (error) {
      encoding.destroy()
      throw error
    }
  }

  async #recordFrame(batch: number, memory: readonly Tensor[], memoryLengths: Tensor, sentence: { ids: Tensor; tokenLengths: Tensor }) {
    const { weights, config, positions } = this.#group
    const capacity = config.maxFrames
    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const inputStride = padded(inputNumbers(config))
    const frame = recorder.feed('frame', [batch, inputStride])
    const lengths = recorder.feed('lengths', [batch], 'u32')
    const done = recorder.feed('done', [batch], 'u32')
    const policy = recorder.feed('policy', [batch, 4])
    const frames = recorder.keep(recorder.tensor('frames', [batch, capacity, FRAME]))
    const past = Array.from({ length: config.decoderLayers }, (_, i) =>
      recorder.keep(recorder.tensor(`past.${i}`, [batch, capacity, 2 * config.width])),
    )
    const pred = decodeFrame(recording, { frame, lengths, positions, past, memory, memoryLengths })
    recorder.run(
      nextFrame,
      { pred, policy, lengths, done, input: frame, frames },
      {
        batch,
        capacity,
        stride: FRAME,
        coords: COORDS,
        predStride: pred.shape.at(-1)!,
        predCounter: outputNumbers(config) - 1,
        inputStride,
        inputCounter: inputNumbers(config) - 1,
      },
    )
    recorder.report(done)
    recorder.report(frames)
    return { decoding: await Program.build(this.#gpu, recorder), feeds: { ...sentence, frame, lengths, done, policy } }
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The group stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }
}

/** Throws ERR_USAGE, naming those there are, for an unknown policy. */
function checkPolicy(policy: LengthPolicy = 'self-counter'): void {
  if (lengthPolicies.includes(policy)) return
  const problem = `wanted a policy of ${lengthPolicies.join(', ')}, got ${shown(policy)}`
  throw new SignError('ERR_USAGE', 'generate', problem, 'Choose one of them')
}

/** The numbers `next_frame` follows, where a whole clip is `whole` on the model's counter: least step, given step, stop, mode. */
function policyNumbers(count: number | undefined, maxFrames: number, whole: number): readonly [number, number, number, number] {
  return count === undefined
    ? [whole / maxFrames, 0, whole, counterMode.own]
    : [0, whole / count, whole * (1 - 0.5 / count), counterMode.given]
}
