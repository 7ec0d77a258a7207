// A checkpoint's model on the GPU.

import { SignError } from '../base/errors.js'
import { shown } from '../base/shown.js'
import type { Gpu } from '../device/gpu.js'
import { SignModel } from '../model/sign_model.js'
import { GlossModel } from '../model/text_to_gloss.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import { loadMoments } from './arenas.js'
import type { Checkpoint } from './checkpoint.js'
import { restored } from './one_model.js'
import { TEXT_TO_GLOSS, TEXT_TO_POSE } from './tasks.js'
import { type GlossCheckpoint, glossCheckpoint } from './text_to_gloss.js'
import { type PoseCheckpoint, poseCheckpoint } from './text_to_pose.js'

/**
 * The text-to-pose model of a checkpoint; with `training`, the moments too of the groups that have them: the others stay as they are.
 * Throws ERR_USAGE for what is no checkpoint of such a model, ERR_CHECKPOINT for an inconsistent one and where its tensors are not those of its sizes.
 */
export function restoreModel(
  gpu: Gpu,
  source: PoseCheckpoint | Checkpoint,
  { training = false, precision, moments }: Partial<ParameterSetOptions> = {},
): SignModel {
  const checkpoint = isUntyped(source, TEXT_TO_POSE) ? poseCheckpoint(source) : source
  if (!Array.isArray(checkpoint?.groups)) throw notCheckpoint('restoreModel', TEXT_TO_POSE, checkpoint)
  const model = new SignModel(gpu, { training, precision, moments })
  try {
    for (const description of checkpoint.groups) {
      const { language } = description
      const trains = training && checkpoint.tensors('first', language).size > 0
      const tensors = checkpoint.tensors('weights', language)
      const { weights } = model.addLanguage(description, { tensors, training: trains, who: checkpoint.path })
      if (trains) loadMoments(weights, (part) => checkpoint.tensors(part, language), checkpoint.path)
    }
  } catch (error) {
    model.destroy()
    throw error
  }
  return model
}

/**
 * The text-to-gloss model of a checkpoint; with `training`, its moments too.
 * Throws ERR_USAGE for what is no checkpoint of such a model, ERR_CHECKPOINT where its tensors are not those of its sizes.
 */
export function restoreGlossModel(gpu: Gpu, source: GlossCheckpoint | Checkpoint, options: Partial<ParameterSetOptions> = {}): GlossModel {
  const checkpoint = isUntyped(source, TEXT_TO_GLOSS) ? glossCheckpoint(source) : source
  if (!checkpoint?.description) throw notCheckpoint('restoreGlossModel', TEXT_TO_GLOSS, checkpoint)
  const { description, path } = checkpoint
  return restored(checkpoint, options.training, (tensors) => new GlossModel(gpu, description, { ...options, tensors, who: path }))
}

/** Whether it was read as a checkpoint of any task, which turned out to be of this one. */
function isUntyped(source: PoseCheckpoint | GlossCheckpoint | Checkpoint, task: string): source is Checkpoint {
  return source?.task === task && source.tensors instanceof Map
}

/** What is given to `who`, which makes a model of a checkpoint, where that is none of its task. */
function notCheckpoint(who: string, task: typeof TEXT_TO_POSE | typeof TEXT_TO_GLOSS, got: unknown): SignError {
  const [reader, other] = task === TEXT_TO_POSE ? ['readCheckpoint', 'restoreGlossModel'] : ['readGlossCheckpoint', 'restoreModel']
  const isFile = typeof got === 'object' && got !== null && 'path' in got
  const problem = `wanted a checkpoint of a ${task} model, got ${isFile ? `one of another task, ${got.path}` : shown(got)}`
  return new SignError('ERR_USAGE', who, problem, isFile ? `Give it to ${other}` : `Read one with ${reader}`)
}
