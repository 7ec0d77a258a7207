// Signing in, text out, through a frozen language model: the frames are read once, their keys and values made for every layer, and text comes a token at
// a time, the most likely one each time or the best of several beams.

import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { readTextToken, SignToTextModel, textLayers } from '../model/sign_to_text.js'
import { vocabularyTop } from '../ops/vocabulary.js'
import { checkKind, checkOptions } from './asked.js'
import type { BeamRules } from './beam.js'
import { BeamDecoder } from './beam_decoder.js'
import type { FoundSentence } from './beam_search.js'
import { inBatches } from './clip_batches.js'
import { checkPoseFrames, type PoseFrames } from './pose_reader.js'
import { checkedSearch, type Search, type TranslateOptions } from './search_options.js'
import { type Session, Sessions } from './sessions.js'
import { paddedSigning } from './sign_reader.js'
import { signTextReader } from './sign_text_reader.js'
import { SourceEncoder } from './source_encoder.js'
import type { TokenWriter } from './token_program.js'

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

interface TextSession extends Session {
  readonly encoding: SourceEncoder<PoseFrames>
  readonly decoding: BeamDecoder
}

/** Reads signing. Any number of calls may be under way at once: each gives what it gives alone. */
export class SignTranslator implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: SignToTextModel
  readonly #sessions = new Sessions<TextSession>('sign translator')

  /** Throws ERR_USAGE for what is no sign-to-text model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: SignToTextModel) {
    checkKind(model, SignToTextModel, 'sign translator', 'a sign-to-text model')
    checkSameGpu('sign-to-text model', gpu, model.gpu)
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
    return inBatches(clips, options.onProgress, (batch, indices) => this.#batch(batch, indices, search, options))
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
    const { start } = model.config.language
    return SourceEncoder.recordWith(this.#gpu, signTextReader(model), { rows: sentences, length }, async ({ memory, lengths }) => ({
      decoding: await BeamDecoder.record(
        this.#gpu,
        textWriter(model),
        { sentences, rules: rulesOf(search, model), start },
        { memory, memoryLengths: lengths },
      ),
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
  readonly #model: SignToTextModel
  readonly #clips: readonly number[]
  readonly #onText: (clip: number, text: string) => void
  readonly #ids: readonly number[][]
  readonly #over = new Set<number>()

  constructor(model: SignToTextModel, clips: readonly number[], onText: (clip: number, text: string) => void) {
    this.#model = model
    this.#clips = clips
    this.#onText = onText
    this.#ids = clips.map(() => [])
  }

  /** The next token of each clip. */
  more(tokens: Uint32Array): void {
    for (const [b, ids] of this.#ids.entries()) {
      if (tokens[b] === this.#model.config.language.end) this.#over.add(b)
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
function rulesOf({ beams, alpha, dialect, limit }: Search, { config }: SignToTextModel): BeamRules {
  const common = { beams, maxLength: limit, end: config.language.end }
  if (beams === 1) return { ...common, dialect: 'slrt', lengthPenalty: -1, finished: 'frozen' }
  // As transformers 4.31 counts, which the published numbers were made with.
  return { ...common, dialect, lengthPenalty: alpha, finished: 'frozen', cutCounts: 'all' }
}

/** A sign-to-text model as what writes text. */
function textWriter(model: SignToTextModel): TokenWriter {
  const { config, language, allWeights } = model
  return {
    weights: allWeights,
    config: textLayers(config),
    width: config.language.width,
    classes: config.language.vocabulary,
    step: ({ graph }, inputs) => readTextToken(model, graph, inputs),
    top: ({ graph }, x, options) => vocabularyTop(graph, x, language.vocabulary, options),
  }
}
