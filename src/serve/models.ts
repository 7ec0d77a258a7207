// The models that are served, on one device: of motion, a batch for each language, and one that reads motion.

import { SignError } from '../base/errors.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { restorePoseToText } from '../checkpoint/pose_to_text.js'
import { restoreModel } from '../checkpoint/restore.js'
import { POSE_TO_TEXT, TEXT_TO_POSE } from '../checkpoint/tasks.js'
import { motionFrames } from '../data/motion_frames.js'
import type { Gpu } from '../device/gpu.js'
import { BatchGenerator } from '../infer/batch_generator.js'
import { Translator } from '../infer/translator.js'
import type { PoseToTextModel } from '../model/pose_to_text.js'
import type { LanguageGroup, SignModel } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import { tagAmong } from '../text/language_tag.js'
import { HttpProblem } from './problem.js'

/** A checkpoint under the name that requests call it by. */
export interface NamedCheckpoint {
  readonly name: string
  readonly checkpoint: Checkpoint
}

/** What signs one language of a model. */
export interface Signer {
  readonly model: string
  readonly group: LanguageGroup
  readonly batch: BatchGenerator
}

/** As published: what a request waits for is short. */
const BEAMS = 4

export class Models {
  readonly gpu: Gpu
  readonly signers: readonly Signer[]
  readonly reader: { readonly name: string; readonly model: PoseToTextModel } | undefined
  readonly #models: readonly SignModel[]
  readonly #translator: Translator | undefined

  /** Throws ERR_CHECKPOINT for a model of another task, or a reader of other frames than the 50 joints. The Gpu is theirs from now on. */
  constructor(gpu: Gpu, checkpoints: readonly NamedCheckpoint[], judge: NamedCheckpoint | undefined, rows: number) {
    this.gpu = gpu
    const restored = checkpoints.map(({ name, checkpoint }) => ({ name, model: restoreModel(gpu, checked(checkpoint, TEXT_TO_POSE)) }))
    this.#models = restored.map(({ model }) => model)
    this.signers = restored.flatMap(({ name, model }) =>
      model.groups.map((group) => ({ model: name, group, batch: new BatchGenerator(gpu, group, { rows }) })),
    )
    if (!judge) return
    const model = restorePoseToText(gpu, checked(judge.checkpoint, POSE_TO_TEXT))
    if (model.config.numbers !== COORDS) {
      const problem = `wanted a judge of ${COORDS} numbers a frame, got one of ${model.config.numbers}`
      throw new SignError('ERR_CHECKPOINT', judge.checkpoint.path, problem, 'Train one on the 50 joints')
    }
    this.reader = { name: judge.name, model }
    this.#translator = new Translator(gpu, model)
  }

  /** What signs what is asked for. Throws 404 naming those there are. */
  signer(name: string | undefined, language: string | undefined): Signer {
    const names = [...new Set(this.signers.map(({ model }) => model))]
    const model = name ?? (names.length === 1 ? names[0] : undefined)
    const ofModel = this.signers.filter((signer) => signer.model === model)
    if (ofModel.length === 0) throw notFound('model', names, name)
    const languages = ofModel.map(({ group }) => group.language)
    const tag = language === undefined ? (languages.length === 1 ? languages[0] : undefined) : tagAmong(language, languages)
    const signer = ofModel.find(({ group }) => group.language === tag)
    if (!signer) throw notFound('language', languages, language)
    return signer
  }

  /** What is read of a motion. Throws 404 where nothing is loaded that reads. */
  async translate(motion: Motion, signal: AbortSignal) {
    if (!this.reader || !this.#translator) throw new HttpProblem(404, 'ERR_USAGE', 'wanted a model that reads motion, got none loaded.')
    const { name, model } = this.reader
    const { fps, config } = model
    const { notes, ...frames } = motionFrames(motion, { fps, maxFrames: config.maxFrames }, `the model ${name}`)
    const [read] = await this.#translator.translate([frames], { beams: model.words ? BEAMS : 1, signal })
    const { text, glosses } = read!
    return { text, ...(glosses && { glosses: glosses.join(' ') }), notes, model: name }
  }

  async destroy(): Promise<void> {
    await Promise.allSettled([...this.signers.map(({ batch }) => batch.destroy()), this.#translator?.destroy()])
    for (const model of this.#models) model.destroy()
    this.reader?.model.destroy()
    await this.gpu.destroy()
  }
}

function checked(checkpoint: Checkpoint, task: string): Checkpoint {
  if (checkpoint.task === task) return checkpoint
  const problem = `wanted a model of task ${task}, got one of ${checkpoint.task}`
  throw new SignError('ERR_CHECKPOINT', checkpoint.path, problem, 'Text-to-pose models go to --model, a pose-to-text model to --judge')
}

function notFound(what: string, known: readonly string[], got: string | undefined): HttpProblem {
  const given = got === undefined ? 'none' : `'${got.slice(0, 60)}'`
  return new HttpProblem(got === undefined ? 400 : 404, 'ERR_USAGE', `wanted a ${what} of ${known.join(', ')}, got ${given}.`)
}
