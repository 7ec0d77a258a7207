// What a checkpoint of a text-to-gloss model says.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { GlossModel, GlossModelDescription } from '../model/text_to_gloss.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { type Part, savedTensors } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { parsedAs } from './metadata.js'
import { savedSizes } from './sizes.js'
import { checkTask, TEXT_TO_GLOSS } from './tasks.js'

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
  checkTask(checkpoint, TEXT_TO_GLOSS)
  const { path, model, vocabularies, notes, state } = checkpoint
  const described = parsedAs(savedModel, model, 'the description of a model', path)
  const { source, gloss } = vocabularies
  if (!source || !gloss) {
    const problem = `wanted the vocabularies source and gloss, got ${Object.keys(vocabularies).join(', ') || 'none'}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Save the checkpoint again')
  }
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
export async function glossContent(model: GlossModel, state?: unknown): Promise<CheckpointContent> {
  const { config, source, gloss, languages, reads } = model
  return {
    task: TEXT_TO_GLOSS,
    // In the schema's order of keys, whoever made it: equal models give equal bytes.
    model: savedModel.parse({ config, languages: [...languages], reads }),
    vocabularies: { source, gloss },
    state,
    tensors: new Map(await savedTensors(model.weights, state !== undefined, (part, name) => `${part}/${name}`)),
  }
}
