// Checkpoints of tasks that have one model, with sizes and named vocabularies: how they are described, saved and restored.

import type * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { PieceVocabulary } from '../text/pieces/piece_vocabulary.js'
import type { TextCoder } from '../text/text_coder.js'
import { Vocabulary } from '../text/vocabulary.js'
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
export function noVocabulary({ path, vocabularies, pieces }: Checkpoint, wanted: string): SignError {
  const problem = `wanted ${wanted}, got ${Object.keys({ ...vocabularies, ...pieces }).join(', ') || 'none'}`
  return new SignError('ERR_CHECKPOINT', path, problem, 'Save the checkpoint again')
}

/** What a task's model reads or writes text by, of words or of pieces of words. Throws ERR_CHECKPOINT where the checkpoint has none of that name. */
export function coderNamed(checkpoint: Checkpoint, name: string): TextCoder {
  const coder = checkpoint.pieces?.[name] ?? checkpoint.vocabularies[name]
  if (coder) return coder
  throw noVocabulary(checkpoint, `a vocabulary or tokenizer '${name}'`)
}

/** Where a checkpoint keeps them, for {@link coderNamed} to find. */
export function savedCoders(coders: Readonly<Record<string, TextCoder>>): Pick<CheckpointContent, 'vocabularies' | 'pieces'> {
  const entries = Object.entries(coders)
  const pieces = entries.filter((entry): entry is [string, PieceVocabulary] => entry[1] instanceof PieceVocabulary)
  const vocabularies = entries.filter((entry): entry is [string, Vocabulary] => entry[1] instanceof Vocabulary)
  return { vocabularies: Object.fromEntries(vocabularies), ...(pieces.length > 0 && { pieces: Object.fromEntries(pieces) }) }
}

/** What to save of a model with these weights, those of several sets by names that differ; with a state, the optimiser's moments too. */
export async function withTensors(
  weights: ParameterSet | readonly ParameterSet[],
  content: Omit<CheckpointContent, 'tensors'>,
): Promise<CheckpointContent> {
  const tensors = await Promise.all(
    [weights].flat().map((set) => savedTensors(set, content.state !== undefined, (part, name) => `${part}/${name}`)),
  )
  return { ...content, tensors: new Map(tensors.flat()) }
}

/** The tensors of a checkpoint by part, and whose they are, for messages. */
export interface SavedParts {
  readonly path: string
  tensors(part: Part): HostTensors
}

/** The model that `make` makes of a checkpoint's weights; in training, with the moments of all its sets. Where those do not fit, it is destroyed. Throws ERR_CHECKPOINT. */
export function restored<Model extends { readonly weights: ParameterSet; readonly sets?: readonly ParameterSet[]; destroy(): void }>(
  { path, tensors }: SavedParts,
  training: boolean | undefined,
  make: (weights: HostTensors) => Model,
): Model {
  const model = make(tensors('weights'))
  try {
    const { weights, sets = [weights] } = model
    if (training) for (const set of sets) loadMoments(set, (part) => (sets.length > 1 ? of(set, tensors(part)) : tensors(part)), path)
  } catch (error) {
    model.destroy()
    throw error
  }
  return model
}

/** The tensors of one set among those of several. */
const of = ({ specs }: ParameterSet, tensors: HostTensors): HostTensors =>
  new Map(specs.flatMap(({ name }) => (tensors.has(name) ? [[name, tensors.get(name)!] as const] : [])))
