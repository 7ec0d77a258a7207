// Checkpoints of tasks that have one model, with sizes and named vocabularies: how they are described, saved and restored.

import type * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { loadMoments, type Part, savedTensors } from './arenas.js'
import type { Checkpoint, CheckpointContent } from './checkpoint.js'
import { parsedAs } from './metadata.js'
import { checkTask } from './tasks.js'

/** What a checkpoint says of its model, vocabularies aside. Throws ERR_CHECKPOINT for one of another task, and for a description that is damaged. */
export function savedDescription<T>(checkpoint: Checkpoint, task: string, schema: z.ZodType<T>): T {
  checkTask(checkpoint, task)
  return parsedAs(schema, checkpoint.model, 'the description of a model', checkpoint.path)
}

/** What a checkpoint without the `wanted` vocabularies is refused with. */
export function noVocabulary({ path, vocabularies }: Checkpoint, wanted: string): SignError {
  const problem = `wanted ${wanted}, got ${Object.keys(vocabularies).join(', ') || 'none'}`
  return new SignError('ERR_CHECKPOINT', path, problem, 'Save the checkpoint again')
}

/** What to save of a model with these weights; with a state, the optimiser's moments too. */
export async function withTensors(weights: ParameterSet, content: Omit<CheckpointContent, 'tensors'>): Promise<CheckpointContent> {
  const tensors = await savedTensors(weights, content.state !== undefined, (part, name) => `${part}/${name}`)
  return { ...content, tensors: new Map(tensors) }
}

/** The tensors of a checkpoint by part, and whose they are, for messages. */
export interface SavedParts {
  readonly path: string
  tensors(part: Part): HostTensors
}

/** The model that `make` makes of a checkpoint's weights; in training, with its moments. Where those do not fit, it is destroyed. Throws ERR_CHECKPOINT. */
export function restored<Model extends { readonly weights: ParameterSet; destroy(): void }>(
  { path, tensors }: SavedParts,
  training: boolean | undefined,
  make: (weights: HostTensors) => Model,
): Model {
  const model = make(tensors('weights'))
  try {
    if (training) loadMoments(model.weights, tensors, path)
  } catch (error) {
    model.destroy()
    throw error
  }
  return model
}
