// Signing in, text out, through a frozen language model or a decoder of the model's own: the frames are read once, their keys and values made for every layer,
// and text comes a token at a time, the most likely one each time or the best of several beams.

import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { SignToTextModel } from '../model/sign_to_text.js'
import { SignTranslationModel } from '../model/sign_translation.js'
import { checkKind, checkOptions } from './asked.js'
import type { BeamRules } from './beam.js'
import { BeamDecoder } from './beam_decoder.js'
import type { FoundSentence } from './beam_search.js'
import { inBatches } from './clip_batches.js'
import { checkPoseFrames, type PoseFrames } from './pose_reader.js'
import { checkedSearch, type Search, type TranslateOptions } from './search_options.js'
import { type Session, Sessions } from './sessions.js'
import { paddedSigning } from './sign_reader.js'
import { signTextReader, textWriter } from './sign_text_reader.js'
import { SourceEncoder } from './source_encoder.js'
import { translationBeside, translationReader, translationWriter } from './translation_reader.js'

export interface SignTranslateOptions extends Omit<TranslateOptions, 'glossBeams' | 'finished'> {
  /** Called with a clip's text so far as each of its tokens is known, where the search is greedy: a beam's may still lose. */
  readonly onText?: (clip: number, text: string) => void
}

/** What was read of a clip. */
export interface SignedSentence {
  readonly text: string
  /** Ids, without the closing one. */
  readonly tokens: readonly number[]
  /** Log-probability by the penalty asked for; undefined where the search was greedy. */
  readonly score: number | undefined
}

/** As published: beams as in transformers, hypotheses divided by their length. */
const PUBLISHED = { dialect: 'huggingface', alpha: 1 } as const

/** The search that is asked for, as {@link searchSignature} tells it. */
export const signSearch = <O extends TranslateOptions>(options: O) => ({ ...PUBLISHED, ...options })

/** A model that writes what clips say. */
export type SignWritingModel = SignToTextModel | SignTranslationModel

interface TextSession extends Session {
  readonly encoding: SourceEncoder<PoseFrames>
  readonly decoding: BeamDecoder
}

/** Reads signing. Any number of calls may be under way at once: each gives what it gives alone. */
export class SignTranslator implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: SignWritingModel
  readonly #sessions = new Sessions<TextSession>('sign translator')

  /** Throws ERR_USAGE for what is no sign-to-text or sign translation model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: SignWritingModel) {
    if (!(model instanceof SignTranslationModel))
      checkKind(model, SignToTextModel, 'sign translator', 'a sign-to-text or sign translation model')
    checkSameGpu('model', gpu, model.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#model = model
  }

  /**
   * What each clip says, those of like length read side by side. Throws ERR_USAGE for an empty clip, one over the model's length or of other numbers a
   * frame, or impossible options; ERR_DIVERGED where the model's numbers are not finite, ERR_DISPOSED where what it needs is destroyed.
   */
  async translate(clips: readonly PoseFrames[], options: SignTranslateOptions = {}): Promise<SignedSentence[]> {
    checkOptions(options, 'translate')
    options.signal?.throwIfAborted()
    this.#check()
    const { text, config } = this.#model
    const search = checkedSearch(signSearch(options), { words: text, config })
    for (const [i, clip] of clips.entries()) checkPoseFrames(clip, `translate: clip ${i + 1}`, config.signs)
    return inBatches(clips, { ...options, work: 'clips translated' }, (batch, indices) => this.#batch(batch, indices, search, options))
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  async #batch(
    clips: readonly PoseFrames[],
    indices: readonly number[],
    search: Search,
    { signal, onText }: SignTranslateOptions,
  ): Promise<SignedSentence[]> {
    const length = paddedSigning(clips, this.#model.config.signs)
    const call = {
      shape: [clips.length, length, search.beams, search.limit, search.alpha, search.dialect].join(' '),
      record: () => this.#record(clips.length, length, search),
      check: () => this.#check(),
      signal,
    }
    const told = onText && search.beams === 1 ? new TextSoFar(this.#model, indices, onText) : undefined
    const work = async function* ({ encoding, decoding }: TextSession) {
      const reports = await encoding.start(clips)
      try {
        yield await decoding.search(signal, told && ((tokens) => told.more(tokens)))
      } finally {
        reports.drop()
      }
    }
    let found: FoundSentence[] = []
    for await (const sentences of this.#sessions.use(call, work)) found = sentences
    told?.all(found)
    const { text } = this.#model
    return found.map(({ ids, score }) => ({ text: text.decode(ids), tokens: ids, score: search.beams === 1 ? undefined : score }))
  }

  #record(sentences: number, length: number, search: Search): Promise<TextSession> {
    const model = this.#model
    const { start, end } = specialOf(model)
    const options = { sentences, rules: rulesOf(search, end), start }
    const own = model instanceof SignTranslationModel
    const reader = own ? translationReader(model) : signTextReader(model)
    const shape = { rows: sentences, length, ...(own && { beside: translationBeside(model) }) }
    return SourceEncoder.recordWith(this.#gpu, reader, shape, async ({ memory, lengths, kept }) => ({
      decoding: await BeamDecoder.record(this.#gpu, own ? translationWriter(model, kept) : textWriter(model), options, {
        memory,
        memoryLengths: lengths,
      }),
    }))
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#model.check()
  }
}

/** Tells of each clip's text as its tokens come. */
class TextSoFar {
  readonly #model: SignWritingModel
  readonly #clips: readonly number[]
  readonly #onText: (clip: number, text: string) => void
  readonly #ids: readonly number[][]
  readonly #over = new Set<number>()

  constructor(model: SignWritingModel, clips: readonly number[], onText: (clip: number, text: string) => void) {
    this.#model = model
    this.#clips = clips
    this.#onText = onText
    this.#ids = clips.map(() => [])
  }

  /** The next token of each clip. */
  more(tokens: Uint32Array): void {
    for (const [b, ids] of this.#ids.entries()) {
      if (tokens[b] === specialOf(this.#model).end) this.#over.add(b)
      if (this.#over.has(b)) continue
      ids.push(tokens[b]!)
      this.#tell(b, ids)
    }
  }

  /** What was found in the end: of a sentence that the limit cut off the last token comes here. */
  all(found: readonly FoundSentence[]): void {
    for (const [b, { ids }] of found.entries()) if (ids.length > this.#ids[b]!.length) this.#tell(b, ids)
  }

  #tell(b: number, ids: readonly number[]): void {
    this.#onText(this.#clips[b]!, this.#model.text.decode(ids))
  }
}

/** One beam that stops where it ends is greedy. */
function rulesOf({ beams, alpha, dialect, limit }: Search, end: number): BeamRules {
  const common = { beams, maxLength: limit, end }
  if (beams === 1) return { ...common, dialect: 'slrt', lengthPenalty: -1, finished: 'frozen' }
  // As transformers 4.31 counts, which the published numbers were made with.
  return { ...common, dialect, lengthPenalty: alpha, finished: 'frozen', cutCounts: 'all' }
}

/** The ids that texts begin and end with: the language model's own, or the coder's. */
const specialOf = (model: SignWritingModel): { readonly start: number; readonly end: number } =>
  model instanceof SignTranslationModel ? model.text.special : model.config.language
