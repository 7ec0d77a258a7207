// Text in, motion out: the sentence is encoded once, then frames come one dispatch chain at a time over key-value caches.
// Many frames run in one submission; the counter and the stop are decided on the GPU.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import { once } from '../base/once.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'
import { counterMode, nextFrame } from '../kernels/next_frame.js'
import { inputNumbers, outputNumbers } from '../model/config.js'
import { scaleInto, unscaled } from '../model/frame_scaling.js'
import type { Recording } from '../model/layers.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { decodeFrame, encode, lengthHead, memoryCaches } from '../model/text_to_pose.js'
import type { Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import { diverged, refuseDivergedFrames } from './divergence.js'
import { type Chunk, FRAME, runFrames } from './frame_chunks.js'

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

interface Decoder {
  readonly encoding: Program
  readonly decoding: Program
  readonly feeds: Readonly<Record<'ids' | 'tokenLengths' | 'frame' | 'lengths' | 'done' | 'policy', Tensor>>
}

/** Generates for one language group; programs are recorded once for each (batch, sentence length) and kept. */
export class Generator {
  readonly #gpu: Gpu
  readonly #group: LanguageGroup
  readonly #decoders = new Map<string, Promise<Decoder>>()

  constructor(gpu: Gpu, group: LanguageGroup) {
    this.#gpu = gpu
    this.#group = group
  }

  /**
   * Streams the frames of one sentence, each 150 coordinates and the counter. Throws ERR_USAGE for a policy that cannot be followed
   * or an empty sentence, ERR_DIVERGED where the model's numbers are not finite; rejects with the signal's reason when aborted.
   */
  async *stream(text: string, options: GenerateOptions = {}): AsyncGenerator<Float32Array> {
    let sent = 0
    for await (const { frames, done, ran } of this.#chunks([text], options)) {
      const ready = done[0] || ran
      for (; sent < ready; sent++) yield unscaled(frames[0]!.subarray(sent * FRAME, sent * FRAME + COORDS + 1), this.#group.scaling)
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
    const { startFrame, scaling, config } = this.#group
    const { policy = 'self-counter', signal } = options
    signal?.throwIfAborted()
    const batch = texts.length
    const tokens = texts.map((text) => this.#encodeText(text))
    const length = Math.ceil(Math.max(...tokens.map((ids) => ids.length)) / 4) * 4
    const { encoding, decoding, feeds } = await this.#decoder(batch, length)

    const ids = new Uint32Array(batch * length).fill(PADDING)
    tokens.forEach((sentence, b) => {
      ids.set(sentence, b * length)
    })
    const tokenLengths = Uint32Array.from(tokens, (sentence) => sentence.length)
    encoding.write(feeds.ids, ids)
    encoding.write(feeds.tokenLengths, tokenLengths)
    const counts = await this.#frameCounts(policy, batch, options.lengths, await encoding.start())

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

    let seen = 0
    for await (const chunk of runFrames(
      decoding,
      batch,
      { frames: counts && Math.max(...counts), whole: 1 / scaling.scale[COORDS]! },
      signal,
    )) {
      refuseDivergedFrames(chunk, seen, this.#group.language)
      seen = chunk.ran
      yield chunk
    }
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
      if (given?.length === batch) return given.map((n) => Math.min(maxFrames, n))
      throw new SignError(
        'ERR_USAGE',
        'generate',
        'wanted a reference length for each sentence under policy oracle, got none',
        'Pass a reference',
      )
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

  #decoder(batch: number, length: number): Promise<Decoder> {
    const key = `${batch}x${length}`
    return once(this.#decoders, key, () => this.#record(batch, length))
  }

  async #record(batch: number, length: number): Promise<Decoder> {
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
    return { encoding, ...(await this.#recordFrame(batch, projected.map(shared), shared(tokenLengths), { ids, tokenLengths })) }
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

  async destroy(): Promise<void> {
    for (const decoder of this.#decoders.values()) {
      const { encoding, decoding } = await decoder
      encoding.destroy()
      decoding.destroy()
    }
    this.#decoders.clear()
  }
}

const PADDING = 1

/** The numbers `next_frame` follows, where a whole clip is `whole` on the model's counter: least step, given step, stop, mode. */
function policyNumbers(count: number | undefined, maxFrames: number, whole: number): readonly [number, number, number, number] {
  return count === undefined
    ? [whole / maxFrames, 0, whole, counterMode.own]
    : [0, whole / count, whole * (1 - 0.5 / count), counterMode.given]
}
