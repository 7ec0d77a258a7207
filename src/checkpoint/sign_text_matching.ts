// What a checkpoint of a sign-text matching model says, and the model made of it.

import * as z from 'zod'
import type { Gpu } from '../device/gpu.js'
import { type SignTextMatchingDescription, SignTextMatchingModel, type SignTextMatchingOptions } from '../model/sign_text_matching.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { coderNamed, restored, savedCoders, savedDescription, withTensors } from './one_model.js'
import { savedConvolvedSigns, savedTransformer } from './sizes.js'
import { SIGN_TEXT_MATCHING } from './tasks.js'

const { heads, hidden, encoderLayers, activation } = savedTransformer

const savedModel = z.strictObject({
  config: z.strictObject({
    signs: z.strictObject(savedConvolvedSigns),
    transformer: z.strictObject(savedTransformer),
    sentences: z.strictObject({ heads, hidden, encoderLayers, activation }),
    restoring: z.strictObject({ tied: z.boolean() }).nullable(),
    maxTokens: z.int().positive(),
  }),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function signTextMatchingDescription(checkpoint: Checkpoint): SignTextMatchingDescription {
  return { ...savedDescription(checkpoint, SIGN_TEXT_MATCHING, savedModel), text: coderNamed(checkpoint, 'text') }
}

/** What to save of a model; with `state`, the optimisers' moments too. */
export function signTextMatchingContent(model: SignTextMatchingModel, state?: unknown): Promise<CheckpointContent> {
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  const described = savedModel.strip().parse(model)
  return withTensors(model.sets, { task: SIGN_TEXT_MATCHING, model: described, ...savedCoders({ text: model.text }), state })
}

/** The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, and where its tensors are not those of its sizes. */
export function restoreSignTextMatching(gpu: Gpu, checkpoint: Checkpoint, options: SignTextMatchingOptions = {}): SignTextMatchingModel {
  const { path } = checkpoint
  const description = signTextMatchingDescription(checkpoint)
  const parts = { path, tensors: (part: Part) => tensorsUnder(checkpoint, `${part}/`) }
  return restored(parts, options.training, (tensors) => new SignTextMatchingModel(gpu, description, { ...options, tensors, who: path }))
}
