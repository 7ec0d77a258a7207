// What a checkpoint of a VQ-Sign model says, and the model made of it.

import * as z from 'zod'
import type { Gpu } from '../device/gpu.js'
import { type VqSignDescription, VqSignModel, type VqSignOptions } from '../model/vq_sign.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { restored, savedDescription, withTensors } from './one_model.js'
import { savedSigns } from './sizes.js'
import { VQ_SIGN } from './tasks.js'

const savedModel = z.strictObject({
  config: z.strictObject({
    ...savedSigns,
    codes: z.int().positive(),
    contextLayers: z.int().min(0),
    steps: z.int().positive(),
  }),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export const vqSignDescription = (checkpoint: Checkpoint): VqSignDescription => savedDescription(checkpoint, VQ_SIGN, savedModel)

/** What to save of a model; with `state`, the optimiser's moments too. */
export function vqSignContent(model: VqSignModel, state?: unknown): Promise<CheckpointContent> {
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  const described = savedModel.strip().parse(model)
  return withTensors(model.weights, { task: VQ_SIGN, model: described, vocabularies: {}, state })
}

/** The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, and where its tensors are not those of its sizes. */
export function restoreVqSign(gpu: Gpu, checkpoint: Checkpoint, options: VqSignOptions = {}): VqSignModel {
  const { path } = checkpoint
  const description = vqSignDescription(checkpoint)
  const parts = { path, tensors: (part: Part) => tensorsUnder(checkpoint, `${part}/`) }
  return restored(parts, options.training, (tensors) => new VqSignModel(gpu, description, { ...options, tensors, who: path }))
}
