// What a checkpoint of a pose-to-text model says, and the model made of it.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import { largest } from '../model/config.js'
import { MOST_NUMBERS, type PoseToTextDescription, PoseToTextModel, type PoseToTextOptions } from '../model/pose_to_text.js'
import { arenaOf, savedTensors } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { parsedAs } from './metadata.js'
import { savedSizes } from './sizes.js'
import { checkTask, POSE_TO_TEXT } from './tasks.js'

const savedModel = z.strictObject({
  config: z.strictObject({
    ...savedSizes,
    maxFrames: z.int().positive().max(largest.maxFrames),
    numbers: z.int().positive().max(MOST_NUMBERS),
  }),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function poseToTextDescription(checkpoint: Checkpoint): PoseToTextDescription {
  checkTask(checkpoint, POSE_TO_TEXT)
  const { path, model, vocabularies } = checkpoint
  const { glosses, words } = vocabularies
  if (!glosses && !words) {
    const problem = `wanted a vocabulary of glosses or words, got ${Object.keys(vocabularies).join(', ') || 'none'}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Save the checkpoint again')
  }
  return { ...parsedAs(savedModel, model, 'the description of a model', path), glosses, words }
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export async function poseToTextContent(model: PoseToTextModel, state?: unknown): Promise<CheckpointContent> {
  const { config, glosses, words, languages, fps, trainedOn, seed } = model
  return {
    task: POSE_TO_TEXT,
    // In the schema's order of keys, whoever made it: equal models give equal bytes.
    model: savedModel.parse({ config, languages: [...languages], fps, trainedOn: [...trainedOn], seed }),
    vocabularies: { ...(glosses && { glosses }), ...(words && { words }) },
    state,
    tensors: new Map(await savedTensors(model.weights, state !== undefined, (part, name) => `${part}/${name}`)),
  }
}

/** The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, and where its tensors are not those of its sizes. */
export function restorePoseToText(gpu: Gpu, checkpoint: Checkpoint, options: PoseToTextOptions = {}): PoseToTextModel {
  const { path } = checkpoint
  const tensors = tensorsUnder(checkpoint, 'weights/')
  const model = new PoseToTextModel(gpu, poseToTextDescription(checkpoint), { ...options, tensors, who: path })
  try {
    if (options.training)
      for (const part of ['first', 'second'] as const)
        model.weights.load(tensorsUnder(checkpoint, `${part}/`), path, arenaOf(model.weights, part))
  } catch (error) {
    model.destroy()
    throw error
  }
  return model
}
