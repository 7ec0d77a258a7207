// What a checkpoint of a pose-to-text model says, and the model made of it.

import * as z from 'zod'
import type { Gpu } from '../device/gpu.js'
import { largest, MOST_NUMBERS } from '../model/config.js'
import { type PoseToTextDescription, PoseToTextModel, type PoseToTextOptions } from '../model/pose_to_text.js'
import { layoutNames } from '../motion/layout/layout.js'
import { glossForms, MOST_SAMPLES } from '../nn/gloss_attention.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { noVocabulary, restored, savedDescription, withTensors } from './one_model.js'
import { savedSizes } from './sizes.js'
import { POSE_TO_TEXT } from './tasks.js'

const savedModel = z.strictObject({
  config: z.strictObject({
    ...savedSizes,
    maxFrames: z.int().positive().max(largest.maxFrames),
    numbers: z.int().positive().max(MOST_NUMBERS),
    layout: z.enum(layoutNames).exactOptional(),
    attentionDropout: z.number().exactOptional(),
    glossAttention: z.strictObject({ samples: z.int().positive().max(MOST_SAMPLES), form: z.enum(glossForms) }).exactOptional(),
  }),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function poseToTextDescription(checkpoint: Checkpoint): PoseToTextDescription {
  const described = savedDescription(checkpoint, POSE_TO_TEXT, savedModel)
  const { glosses, words } = checkpoint.vocabularies
  if (!glosses && !words) throw noVocabulary(checkpoint, 'a vocabulary of glosses or words')
  return { ...described, glosses, words }
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export function poseToTextContent(model: PoseToTextModel, state?: unknown): Promise<CheckpointContent> {
  const { glosses, words } = model
  const vocabularies = { ...(glosses && { glosses }), ...(words && { words }) }
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  return withTensors(model.weights, { task: POSE_TO_TEXT, model: savedModel.strip().parse(model), vocabularies, state })
}

/** The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, and where its tensors are not those of its sizes. */
export function restorePoseToText(gpu: Gpu, checkpoint: Checkpoint, options: PoseToTextOptions = {}): PoseToTextModel {
  const { path } = checkpoint
  const description = poseToTextDescription(checkpoint)
  const parts = { path, tensors: (part: Part) => tensorsUnder(checkpoint, `${part}/`) }
  return restored(parts, options.training, (tensors) => new PoseToTextModel(gpu, description, { ...options, tensors, who: path }))
}
