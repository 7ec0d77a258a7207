// What a checkpoint of a sign translation model says, and the model made of it.

import * as z from 'zod'
import type { Gpu } from '../device/gpu.js'
import { type SignTranslationDescription, SignTranslationModel, type SignTranslationOptions } from '../model/sign_translation.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { coderNamed, restored, savedCoders, savedDescription, withTensors } from './one_model.js'
import { savedConvolvedSigns, savedTransformer } from './sizes.js'
import { SIGN_TRANSLATION } from './tasks.js'

const savedModel = z.strictObject({
  config: z.strictObject({
    signs: z.strictObject(savedConvolvedSigns),
    transformer: z.strictObject(savedTransformer),
    tied: z.boolean(),
    maxTokens: z.int().positive(),
  }),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function signTranslationDescription(checkpoint: Checkpoint): SignTranslationDescription {
  return { ...savedDescription(checkpoint, SIGN_TRANSLATION, savedModel), text: coderNamed(checkpoint, 'text') }
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export function signTranslationContent(model: SignTranslationModel, state?: unknown): Promise<CheckpointContent> {
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  const described = savedModel.strip().parse(model)
  return withTensors(model.weights, { task: SIGN_TRANSLATION, model: described, ...savedCoders({ text: model.text }), state })
}

/** The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, and where its tensors are not those of its sizes. */
export function restoreSignTranslation(gpu: Gpu, checkpoint: Checkpoint, options: SignTranslationOptions = {}): SignTranslationModel {
  const { path } = checkpoint
  const description = signTranslationDescription(checkpoint)
  const parts = { path, tensors: (part: Part) => tensorsUnder(checkpoint, `${part}/`) }
  return restored(parts, options.training, (tensors) => new SignTranslationModel(gpu, description, { ...options, tensors, who: path }))
}
