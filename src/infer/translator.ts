// Signing in, text out: the frames are encoded once; CTC tells their glosses, and words come one dispatch chain at a time over key-value caches,
// the most likely one each time or the best of several beams.

import { firstNonFinite } from '../base/finite.js'
import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { BLANK, decodeWord, glossOfClass, PoseToTextModel, poseToTextLayers } from '../model/pose_to_text.js'
import { specialId } from '../text/vocabulary.js'
import { checkKind, checkOptions } from './asked.js'
import { BeamDecoder } from './beam_decoder.js'
import { inBatches } from './clip_batches.js'
import { classRuns, readLabels } from './ctc/reading.js'
import { runSteps, type Steps } from './decoding_loop.js'
import { diverged, refuseDivergedLogits } from './divergence.js'
import { checkPoseFrames, classesOf, type PoseFrames, paddedFrames, poseReader, poseReport } from './pose_reader.js'
import { checkedSearch, type Search, type TranslateOptions } from './search_options.js'
import { type Session, Sessions } from './sessions.js'
import { SourceEncoder } from './source_encoder.js'
import { TokenProgram, type TokenWriter } from './token_program.js'

/** Frames of a clip that were read as one gloss: from `from` up to, not including, `to`. */
export interface LabelledRun {
  readonly label: string
  readonly from: number
  readonly to: number
}

/** What was read of a clip. */
export interface TranslatedClip {
  /** The words with spaces between; of a model that only recognises, the glosses. */
  readonly text: string
  /** Undefined where the model only recognises. */
  readonly words: readonly string[] | undefined
  /** Log-probability of the words by the penalty asked for; undefined where the search was greedy. */
  readonly score: number | undefined
  /** Undefined where the model only translates. */
  readonly glosses: readonly string[] | undefined
  /** The frames of each gloss, by the most likely class of each frame. */
  readonly alignment: readonly LabelledRun[] | undefined
  /** `[width]`: the mean of the encoder's features. */
  readonly features: Float32Array
}

/** Words run between two looks at the result. */
const CHUNK = 8
interface GreedyWords {
  readonly done: Uint32Array
  readonly tokens: Uint32Array
}

interface TextSession extends Session {
  readonly encoding: SourceEncoder<PoseFrames>
  readonly decoding: TokenProgram | BeamDecoder | typeof nothing
}

/** What decodes for a model without a decoder. */
const nothing = { destroy: () => undefined }

/** Reads signing. Any number of calls may be under way at once: each gives what it gives alone. */
export class Translator implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: PoseToTextModel
  readonly #sessions = new Sessions<TextSession>('translator')

  /** Throws ERR_USAGE for what is no pose-to-text model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: PoseToTextModel) {
    checkKind(model, PoseToTextModel, 'translator', 'a pose-to-text model')
    checkSameGpu('pose-to-text model', gpu, model.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#model = model
  }

  /**
   * What each clip says, those of like length read side by side. Throws ERR_USAGE for an empty clip, one over the model's length or of other numbers a
   * frame, or impossible options; ERR_DIVERGED where the model's numbers are not finite, ERR_DISPOSED where what it needs is destroyed.
   */
  async translate(clips: readonly PoseFrames[], options: TranslateOptions = {}): Promise<TranslatedClip[]> {
    checkOptions(options, 'translate')
    options.signal?.throwIfAborted()
    this.#check()
    const search = checkedSearch(options, this.#model)
    for (const [i, clip] of clips.entries()) checkPoseFrames(clip, `translate: clip ${i + 1}`, this.#model.config)
    return inBatches(clips, { ...options, work: 'clips translated' }, (batch) => this.#batch(batch, search, options.signal))
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  async #batch(clips: readonly PoseFrames[], search: Search, signal: AbortSignal | undefined): Promise<TranslatedClip[]> {
    const length = paddedFrames(clips)
    const call = {
      shape: [clips.length, length, search.beams, search.limit, search.alpha, search.dialect, search.finished].join(' '),
      record: () => this.#record(clips.length, length, search),
      check: () => this.#check(),
      signal,
    }
    const work = async function* (this: Translator, session: TextSession) {
      yield await this.#read(session, clips, length, search, signal)
    }
    let results: TranslatedClip[] = []
    for await (const found of this.#sessions.use(call, work.bind(this))) results = found
    return results
  }

  async #read(
    { encoding, decoding }: TextSession,
    clips: readonly PoseFrames[],
    length: number,
    search: Search,
    signal: AbortSignal | undefined,
  ): Promise<TranslatedClip[]> {
    // Every beam of a clip reads the clip itself.
    const reports = await encoding.start(clips.flatMap((clip) => new Array<PoseFrames>(search.beams).fill(clip)))
    const found = await this.#sentences(decoding, clips.length, search, signal).catch((error: unknown) => {
      reports.drop() // else its memory is held for a reader who will not come
      throw error
    })
    const [means, logits] = await reports.read()
    const { width } = this.#model.config
    const features = new Float32Array(means!)
    const stride = features.length / (clips.length * search.beams)
    return clips.map(({ frames }, b) => {
      const row = b * search.beams
      const own = features.slice(row * stride, row * stride + width)
      if (firstNonFinite(own) >= 0) throw diverged(POSE_MODEL, 'features that are not')
      const words = found?.[b]?.ids.map((id) => this.#model.words!.tokens[id]!)
      const signed = logits && this.#glosses(new Float32Array(logits), row, { frames, length, rows: clips.length * search.beams }, search)
      return {
        text: (words ?? signed!.glosses).join(' '),
        words,
        score: found?.[b]?.score,
        glosses: signed?.glosses,
        alignment: signed?.alignment,
        features: own,
      }
    })
  }

  /** Each clip's words as ids, without the closing one; undefined of a model that only recognises. */
  async #sentences(
    decoding: TextSession['decoding'],
    batch: number,
    search: Search,
    signal: AbortSignal | undefined,
  ): Promise<readonly { readonly ids: readonly number[]; readonly score: number | undefined }[] | undefined> {
    if (decoding instanceof BeamDecoder) return decoding.search(signal)
    if (!(decoding instanceof TokenProgram)) return undefined
    decoding.restart()
    const { limit } = search
    const steps: Steps<GreedyWords> = {
      chunk: CHUNK,
      most: limit,
      expected: CHUNK,
      further: CHUNK,
      read: ([done, tokens, logits]) => {
        refuseDivergedLogits(new Float32Array(logits!), batch, this.#model.words!.tokens, POSE_MODEL)
        return { done: new Uint32Array(done!), tokens: new Uint32Array(tokens!) }
      },
      expect: ({ done }) => (done.every((count) => count > 0) ? 'done' : 0),
    }
    let last: GreedyWords | undefined
    for await (const state of runSteps(decoding, steps, signal)) last = state
    return Array.from(last!.done, (count, b) => {
      const ids = [...last!.tokens.subarray(b * limit, b * limit + count)]
      return { ids: ids.at(-1) === specialId.end ? ids.slice(0, -1) : ids, score: undefined }
    })
  }

  #glosses(logits: Float32Array, row: number, { frames, length, rows }: { frames: number; length: number; rows: number }, search: Search) {
    const glosses = this.#model.glosses!
    const stride = logits.length / rows / length
    const own = logits.subarray(row * length * stride, (row * length + frames) * stride)
    const given = { logits: own, frames, classes: classesOf(this.#model), stride, blank: BLANK }
    const name = (label: number) => glossOfClass(label, glosses)
    return {
      glosses: readLabels(given, search.glossBeams).map(name),
      alignment: classRuns(given).map((run) => ({ ...run, label: name(run.label) })),
    }
  }

  #record(batch: number, length: number, { beams, limit, alpha, dialect, finished }: Search): Promise<TextSession> {
    const model = this.#model
    const rules = { dialect, beams, lengthPenalty: alpha, maxLength: limit, end: specialId.end, finished }
    return SourceEncoder.recordWith(
      this.#gpu,
      poseReader(model),
      { rows: batch * beams, length, beside: poseReport(model) },
      async (encoding): Promise<Pick<TextSession, 'decoding'>> => {
        if (!model.words) return { decoding: nothing }
        const writer = wordWriter(model)
        if (beams === 1) return { decoding: await TokenProgram.record(this.#gpu, writer, { batch, beams, limit }, encoding) }
        const { memory, lengths: memoryLengths } = encoding
        return {
          decoding: await BeamDecoder.record(
            this.#gpu,
            writer,
            { sentences: batch, rules, start: specialId.start },
            { memory, memoryLengths },
          ),
        }
      },
    )
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#model.check()
  }
}

/** The model, for messages. */
const POSE_MODEL = 'the pose-to-text model'

/** A pose-to-text model as what writes words. */
function wordWriter(model: PoseToTextModel): TokenWriter {
  const { weights, config, words } = model
  return {
    weights,
    config: poseToTextLayers(model),
    width: config.width,
    classes: words!.size,
    step: (recording, inputs) => decodeWord(recording, model, inputs),
  }
}
