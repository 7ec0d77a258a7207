// What a checkpoint of a pseudo-gloss model says, and the model made of it.

import * as z from 'zod'
import type { Gpu } from '../device/gpu.js'
import { type PseudoGlossDescription, PseudoGlossModel, type PseudoGlossOptions } from '../model/pseudo_gloss.js'
import { PseudoGlossClasses } from '../text/pseudo_gloss/classes.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { restored, savedDescription, withTensors } from './one_model.js'
import { savedSigns } from './sizes.js'
import { PSEUDO_GLOSS } from './tasks.js'

const savedModel = z.strictObject({
  config: z.strictObject({
    ...savedSigns,
    vectorWidth: z.int().positive(),
    headDropout: z.number(),
    trained: z.strictObject({ vectors: z.boolean(), temperatures: z.boolean() }),
  }),
  classes: z.unknown(),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function pseudoGlossDescription(checkpoint: Checkpoint): PseudoGlossDescription {
  const described = savedDescription(checkpoint, PSEUDO_GLOSS, savedModel)
  return { ...described, classes: PseudoGlossClasses.fromJSON(described.classes, checkpoint.path) }
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export function pseudoGlossContent(model: PseudoGlossModel, state?: unknown): Promise<CheckpointContent> {
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  const described = savedModel.strip().parse({ ...model, classes: model.classes.toJSON() })
  return withTensors(model.weights, { task: PSEUDO_GLOSS, model: described, vocabularies: {}, state })
}

/** The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, and where its tensors are not those of its sizes. */
export function restorePseudoGloss(gpu: Gpu, checkpoint: Checkpoint, options: PseudoGlossOptions = {}): PseudoGlossModel {
  const { path } = checkpoint
  const description = pseudoGlossDescription(checkpoint)
  const parts = { path, tensors: (part: Part) => tensorsUnder(checkpoint, `${part}/`) }
  return restored(parts, options.training, (tensors) => new PseudoGlossModel(gpu, description, { ...options, tensors, who: path }))
}
