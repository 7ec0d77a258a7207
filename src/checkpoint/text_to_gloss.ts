// What a checkpoint of a text-to-gloss model says.

import * as z from 'zod'
import type { GlossModel, GlossModelDescription } from '../model/text_to_gloss.js'
import type { HostTensor } from '../nn/host_tensor.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { noVocabulary, savedDescription, withTensors } from './one_model.js'
import { savedSizes } from './sizes.js'
import { TEXT_TO_GLOSS } from './tasks.js'

const savedModel = z.strictObject({
  config: z.strictObject(savedSizes),
  languages: z.array(z.string()),
  reads: z.enum(['prompt', 'text']),
})

/** A text-to-gloss model as it was read, still on the host. */
export interface GlossCheckpoint {
  readonly task: typeof TEXT_TO_GLOSS
  /** Where it was read from, or the name it was given: for messages. */
  readonly path: string
  readonly description: GlossModelDescription
  /** What its user should know, as sentences; a command says them on standard error. */
  readonly notes: readonly string[]
  /** What the trainer saved to go on from; absent in a model meant for use only. */
  readonly state: unknown
  tensors(part: Part): Map<string, HostTensor>
}

/** Takes a checkpoint as a text-to-gloss model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function glossCheckpoint(checkpoint: Checkpoint): GlossCheckpoint {
  const described = savedDescription(checkpoint, TEXT_TO_GLOSS, savedModel)
  const { path, vocabularies, notes, state } = checkpoint
  const { source, gloss } = vocabularies
  if (!source || !gloss) throw noVocabulary(checkpoint, 'the vocabularies source and gloss')
  return {
    task: TEXT_TO_GLOSS,
    path,
    description: { ...described, source, gloss },
    notes,
    state,
    tensors: (part) => tensorsUnder(checkpoint, `${part}/`),
  }
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export function glossContent(model: GlossModel, state?: unknown): Promise<CheckpointContent> {
  const { source, gloss } = model
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  return withTensors(model.weights, { task: TEXT_TO_GLOSS, model: savedModel.strip().parse(model), vocabularies: { source, gloss }, state })
}
