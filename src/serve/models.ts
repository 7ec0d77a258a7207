// The models that are served, on one device: those of motion, and one that reads motion.

import { SignError } from '../base/errors.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { restorePoseToText } from '../checkpoint/pose_to_text.js'
import { POSE_TO_TEXT, TEXT_TO_POSE } from '../checkpoint/tasks.js'
import { motionFrames } from '../data/motion_frames.js'
import type { Gpu } from '../device/gpu.js'
import { Translator } from '../infer/translator.js'
import type { PoseToTextModel } from '../model/pose_to_text.js'
import type { Motion } from '../motion/clip.js'
import { coordinatesOf, type Layout } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { notAmong, ServedModel } from './served_model.js'

/** A checkpoint under the name that requests call it by. */
export interface NamedCheckpoint {
  readonly name: string
  readonly checkpoint: Checkpoint
}

/** What reads motion: of one layout. */
export interface Reader {
  readonly name: string
  readonly model: PoseToTextModel
  readonly layout: Layout
}

/** As published: what a request waits for is short. */
const BEAMS = 4

export class Models {
  readonly gpu: Gpu
  readonly served: readonly ServedModel[]
  readonly reader: Reader | undefined
  readonly #translator: Translator | undefined

  /** Throws ERR_CHECKPOINT for a model of another task, or a reader of numbers that are of no layout. The Gpu is theirs from now on. */
  constructor(gpu: Gpu, checkpoints: readonly NamedCheckpoint[], judge: NamedCheckpoint | undefined, rows: number) {
    this.gpu = gpu
    for (const { checkpoint } of checkpoints) checkTask(checkpoint, TEXT_TO_POSE)
    this.served = checkpoints.map((named) => new ServedModel(gpu, named, rows))
    if (!judge) return
    checkTask(judge.checkpoint, POSE_TO_TEXT)
    const model = restorePoseToText(gpu, judge.checkpoint)
    const layout = layoutOfMotion(model.config)
    if (model.config.numbers !== coordinatesOf(layout)) {
      const problem = `wanted a judge of ${coordinatesOf(layout)} numbers a frame, the points of ${layout.name}, got one of ${model.config.numbers}`
      throw new SignError('ERR_CHECKPOINT', judge.checkpoint.path, problem, 'Train one on motions of a layout')
    }
    this.reader = { name: judge.name, model, layout }
    this.#translator = new Translator(gpu, model)
  }

  /** What signs one language each, or all that share its weights. */
  get signers() {
    return this.served.flatMap(({ signers }) => signers)
  }

  /** The model of a name, which the only one need not be told. Throws 404 naming those there are. */
  model(name: string | undefined): ServedModel {
    const { served } = this
    const found = name === undefined && served.length === 1 ? served[0] : served.find((model) => model.name === name)
    const names = served.map((model) => model.name)
    if (!found) throw notAmong('model', names, name)
    return found
  }

  /** What is read of a motion, which is of the reader's layout and in its scale. There is a reader. */
  async translate(motion: Motion, signal: AbortSignal) {
    const { name, model } = this.reader!
    const { fps, config } = model
    const { notes, ...frames } = motionFrames(motion, { fps, maxFrames: config.maxFrames }, `the model ${name}`)
    const [read] = await this.#translator!.translate([frames], { beams: model.words ? BEAMS : 1, signal })
    const { text, glosses } = read!
    return { text, ...(glosses && { glosses: glosses.join(' ') }), notes, model: name }
  }

  async destroy(): Promise<void> {
    await Promise.allSettled([...this.served.map((model) => model.destroy()), this.#translator?.destroy()])
    this.reader?.model.destroy()
    await this.gpu.destroy()
  }
}

function checkTask(checkpoint: Checkpoint, task: string): void {
  if (checkpoint.task === task) return
  const problem = `wanted a model of task ${task}, got one of ${checkpoint.task}`
  throw new SignError('ERR_CHECKPOINT', checkpoint.path, problem, 'Text-to-pose models go to --model, a pose-to-text model to --judge')
}
