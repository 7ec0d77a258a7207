// A judge out of its checkpoint.

import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { SignError } from '../base/errors.js'
import { type Checkpoint, tensorsUnder } from '../checkpoint/checkpoint.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { restorePoseToText } from '../checkpoint/pose_to_text.js'
import { motionFrames } from '../data/motion_frames.js'
import type { Gpu } from '../device/gpu.js'
import { type TranslateOptions as Search, searchSignature } from '../infer/search_options.js'
import { type TranslatedClip, Translator } from '../infer/translator.js'
import type { PoseToTextModel } from '../model/pose_to_text.js'
import type { Clip, Motion } from '../motion/clip.js'
import { coordinatesOf, type LayoutName } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { glossWord } from '../text/lang_gloss.js'
import { tokenise } from '../text/tokenise.js'
import { specials } from '../text/vocabulary.js'
import type { Judge, TranslateOptions, Translation } from './judge.js'

/** How a judge looks for words and glosses. */
export type OpenJudgeOptions = Pick<Search, 'beams' | 'alpha' | 'dialect' | 'limit' | 'glossBeams'>

/** As the SLRTP-2025 evaluation searches. */
const DEFAULTS = { beams: 3, alpha: -1 } as const

/** Opens the judge in a checkpoint. Throws ERR_CHECKPOINT for a file that holds none, and for one of frames that are the points of no layout. */
export async function openJudge(gpu: Gpu, path: string, options: OpenJudgeOptions = {}): Promise<Judge> {
  const checkpoint = await readCheckpoint(path)
  const model = restorePoseToText(gpu, checkpoint)
  const layout = layoutOfMotion(model.config)
  if (model.config.numbers === coordinatesOf(layout)) return new CheckpointJudge(path, checkpoint, model, { ...DEFAULTS, ...options })
  const { numbers } = model.config
  model.destroy()
  const problem = `wanted a judge of ${coordinatesOf(layout)} numbers a frame, the points of ${layout.name}, got one of ${numbers}`
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Train one with model.layout, or translate with signllm judge translate --numbers')
}

class CheckpointJudge implements Judge {
  readonly name: string
  readonly hash: string
  readonly seed: number
  readonly unit: 'words' | 'letters'
  readonly layout: LayoutName
  readonly trainedOn: ReadonlySet<string>
  readonly signature: string
  readonly #model: PoseToTextModel
  readonly #translator: Translator
  readonly #search: OpenJudgeOptions
  readonly #read = new WeakMap<Motion, TranslatedClip>()
  readonly #notes = new Set<string>()

  constructor(path: string, checkpoint: Checkpoint, model: PoseToTextModel, search: OpenJudgeOptions) {
    // A run's folder tells more than `best.safetensors`, and no more of anybody's machine.
    this.name = `${basename(dirname(path))}/${basename(path)}`
    this.hash = hashOf(checkpoint)
    this.seed = model.seed
    this.unit = model.words ? 'words' : 'letters'
    this.layout = layoutOfMotion(model.config).name
    this.trainedOn = new Set(model.trainedOn)
    this.#search = search
    this.signature = searchSignature(model, search)
    this.#model = model
    this.#translator = new Translator(model.gpu, model)
    for (const note of checkpoint.notes) this.#notes.add(note)
    if (!model.words && !readsLetters(model))
      this.#notes.add(`judge ${this.name} reads glosses only: they are held against the texts, which are others; mind the gloss WER alone`)
  }

  unknownIn({ text, gloss = '' }: Clip): readonly string[] {
    const { words, glosses } = this.#model
    if (words) return words.unknownIn(text)
    // Glosses may carry their language in the vocabulary, and not in the corpus.
    const known = new Set(glosses!.tokens.map(glossWord))
    return tokenise(gloss, 'whitespace').filter((token) => !known.has(token))
  }

  get notes(): readonly string[] {
    return [...this.#notes]
  }

  async translate(motions: readonly Motion[], options: TranslateOptions = {}): Promise<Translation[]> {
    return (await this.#readAll(motions, options)).map(({ text, glosses, alignment }) => ({
      text: this.#model.words ? text : wordsOf(glosses!),
      ...(glosses && { glosses: wordsOf(glosses) }),
      ...(alignment && { alignment: alignment.map((run) => ({ ...run, label: glossWord(run.label) })) }),
    }))
  }

  async features(motions: readonly Motion[]): Promise<Float32Array[]> {
    return (await this.#readAll(motions, {})).map(({ features }) => features)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#translator.destroy()
    this.#model.destroy()
  }

  /** What is read of motions, those read before as they were. */
  async #readAll(motions: readonly Motion[], options: TranslateOptions): Promise<TranslatedClip[]> {
    const fresh = motions.filter((motion) => !this.#read.has(motion))
    const read = await this.#translator.translate(
      fresh.map((motion) => this.#framesOf(motion)),
      { ...this.#search, ...options },
    )
    for (const [i, motion] of fresh.entries()) this.#read.set(motion, read[i]!)
    return motions.map((motion) => this.#read.get(motion)!)
  }

  /** A motion as the judge learned to see: at its frame rate, and no longer than its table of positions. */
  #framesOf(motion: Motion): { values: Float32Array; frames: number } {
    const { fps, config } = this.#model
    const { notes, ...frames } = motionFrames(motion, { fps, maxFrames: config.maxFrames }, `judge ${this.name}`)
    for (const note of notes) this.#notes.add(note)
    return frames
  }
}

/** Letters of an alphabet, some of which are written with two or three. */
const LONGEST_LETTER = 3

/** Whether all that a model without words tells are letters. */
const readsLetters = ({ glosses }: PoseToTextModel): boolean =>
  glosses!.tokens.slice(specials.length).every((token) => [...glossWord(token)].length <= LONGEST_LETTER)

const wordsOf = (glosses: readonly string[]): string => glosses.map(glossWord).join(' ')

/** Of what decides what it reads: weights, sizes and vocabularies. */
function hashOf(checkpoint: Checkpoint): string {
  const hash = createHash('sha256').update(JSON.stringify([checkpoint.model, checkpoint.vocabularies]))
  for (const [name, { data }] of tensorsUnder(checkpoint, 'weights/'))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex').slice(0, 12)
}
