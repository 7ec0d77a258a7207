// Clips and sentences in; out, a feature of each, near each other where they belong together.

import { firstNonFinite } from '../base/finite.js'
import { Turns } from '../base/turns.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { tokenRows } from '../model/sign_rows.js'
import { matchingLayers, SignTextMatchingModel, signFeatures, textFeatures } from '../model/sign_text_matching.js'
import { placesOf } from '../nn/text_transformer.js'
import { padded } from '../ops/parameter.js'
import { checkKind } from './asked.js'
import { ClipReader, type ReadClipsOptions } from './clip_reader.js'
import { diverged } from './divergence.js'
import type { PoseFrames } from './pose_reader.js'
import { signArrays, signFeeds, tokenLengths } from './sign_reader.js'
import { type EncoderShape, SourceEncoder, type SourceReader } from './source_encoder.js'

/** Sentences read side by side. */
const SENTENCES = 32

/** Makes features of clips and of sentences, each a direction of length 1. */
export class SignTextMatcher implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: SignTextMatchingModel
  readonly #clips: ClipReader<Float32Array>
  /** Sentences go through one recorded program, one call at a time. */
  readonly #turns = new Turns()
  #sentences: Promise<SourceEncoder<Uint32Array>> | undefined

  /** Throws ERR_USAGE for what is no sign-text matching model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: SignTextMatchingModel) {
    checkKind(model, SignTextMatchingModel, 'sign-text matcher', 'a sign-text matching model')
    checkSameGpu('sign-text matching model', gpu, model.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#model = model
    const { signs, transformer } = model.config
    this.#clips = new ClipReader(gpu, {
      who: 'sign-text matcher',
      call: 'signs',
      model: { config: signs, check: () => model.check() },
      program: () => ({ reader: clipReader(model), beside: reported }),
      split: ([features], clips) => directions(features!, clips.length, transformer.width),
    })
  }

  /** The feature of each clip. Throws as `ClipReader.read`. */
  signs(clips: readonly PoseFrames[], options: ReadClipsOptions = {}): Promise<Float32Array[]> {
    return this.#clips.read(clips, options)
  }

  /** The feature of each sentence; of one that is longer than the model reads, that of its beginning. Throws ERR_DIVERGED where the model's numbers are not finite. */
  texts(sentences: readonly string[]): Promise<Float32Array[]> {
    return this.#turns.take(async () => {
      this.#model.check()
      const { config } = this.#model
      this.#sentences ??= this.#recordSentences()
      const encoder = await this.#sentences
      const ids = sentences.map((sentence) => this.#idsOf(sentence))
      const found: Float32Array[] = []
      for (let first = 0; first < ids.length; first += SENTENCES) {
        const some = ids.slice(first, first + SENTENCES)
        // Of a batch that is not full, the rest is the first sentence again.
        const full = Array.from({ length: SENTENCES }, (_, i) => some[i] ?? some[0]!)
        const [features] = await (await encoder.start(full)).read()
        found.push(...directions(features!, SENTENCES, config.transformer.width).slice(0, some.length))
      }
      return found
    })
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  async destroy(): Promise<void> {
    await this.#clips.destroy()
    const sentences = this.#sentences
    this.#sentences = undefined
    await sentences?.then(
      (encoder) => encoder.destroy(),
      () => undefined,
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #idsOf(sentence: string): Uint32Array {
    const { text, config } = this.#model
    const ids = text.encode(sentence)
    if (ids.length <= config.maxTokens) return ids
    const closing = text.encode('')
    return Uint32Array.from([...ids.subarray(0, config.maxTokens - closing.length), ...closing])
  }

  async #recordSentences(): Promise<SourceEncoder<Uint32Array>> {
    const shape = { rows: SENTENCES, length: padded(this.#model.config.maxTokens) }
    const reader = sentenceReader(this.#model)
    return (await SourceEncoder.recordWith(this.#gpu, reader, { ...shape, beside: reported }, async () => ({}))).encoding
  }
}

/** Features are what the host is told. */
const reported = (_: unknown, features: Tensor) => ({ reports: [features] })

/** Clips to their features, [rows, width]. */
function clipReader(model: SignTextMatchingModel): SourceReader<PoseFrames> {
  const { signs, transformer } = model.config
  return {
    weights: model.weights,
    config: matchingLayers(model.config),
    caches: () => [],
    record({ graph }, shape) {
      const { recorder } = graph
      const { feeds, inputs } = signFeeds(recorder, shape, signs)
      const own = {
        read: recorder.feed('read', [shape.rows, tokenRows(shape.length, signs) + 1], 'u32'),
        tokenLengths: recorder.feed('token_lengths', [shape.rows], 'u32'),
        first: recorder.feed('first', [shape.rows], 'u32'),
        none: recorder.feed('none', [1], 'u32'),
      }
      const { read: ids, tokenLengths: lengths, first: at, none } = own
      const encoded = signFeatures(model, graph, { ...inputs, places: { ids }, tokenLengths: lengths, feature: { at, none } })
      return { feeds: { ...feeds, ...own }, lengths, encoded }
    },
    lay(clips, shape) {
      const arrays = signArrays(clips, shape, signs)
      return {
        ...arrays,
        read: placesOf(shape.rows, tokenRows(shape.length, signs) + 1, transformer.places),
        tokenLengths: tokenLengths(arrays, signs).map((tokens) => tokens + 1),
        first: new Uint32Array(shape.rows),
        none: Uint32Array.of(0),
      }
    },
  }
}

/** Sentences to their features, [rows, width]. */
function sentenceReader(model: SignTextMatchingModel): SourceReader<Uint32Array> {
  const { config, text } = model
  return {
    weights: model.weights,
    config: matchingLayers(config),
    caches: () => [],
    record({ graph }, { rows, length }: EncoderShape) {
      const { recorder } = graph
      const feeds = {
        words: recorder.feed('words', [rows, length], 'u32'),
        placed: recorder.feed('placed', [rows, length], 'u32'),
        lengths: recorder.feed('sentence_lengths', [rows], 'u32'),
        last: recorder.feed('last', [rows], 'u32'),
        none: recorder.feed('none', [1], 'u32'),
      }
      const { words, placed, lengths, last: at, none } = feeds
      const encoded = textFeatures(model, graph, { tokens: { ids: words }, places: { ids: placed }, lengths, feature: { at, none } })
      return { feeds, lengths, encoded }
    },
    lay(sentences, { rows, length }) {
      const words = new Uint32Array(rows * length).fill(text.special.padding)
      for (const [b, ids] of sentences.entries()) words.set(ids, b * length)
      const lengths = Uint32Array.from(sentences, (ids) => ids.length)
      const placed = placesOf(rows, length, config.transformer.places)
      return { words, placed, lengths, last: lengths.map((own) => own - 1), none: Uint32Array.of(0) }
    },
  }
}

/** Rows of features, each divided by its length. */
function directions(features: ArrayBuffer, rows: number, width: number): Float32Array[] {
  const all = new Float32Array(features)
  if (firstNonFinite(all) >= 0) throw diverged('the sign-text matching model', 'features that are not')
  return Array.from({ length: rows }, (_, i) => {
    const row = all.slice(i * width, (i + 1) * width)
    const length = Math.hypot(...row)
    return row.map((number) => number / Math.max(length, 1e-12))
  })
}
