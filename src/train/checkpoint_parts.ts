// What checkpoints of every kind of model share: arenas as tensors under a prefix, and JSON in the file's metadata.

import { z } from 'zod'
import { SignError } from '../base/errors.js'
import { firstNonFinite, placeIn } from '../base/finite.js'
import { shown } from '../base/shown.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { asWeights } from '../formats/safetensors/float.js'
import type { Tensor } from '../formats/safetensors/types.js'
import { MOST_LAYERS } from '../model/config.js'
import type { HostTensor, HostTensors, Weights } from '../model/weights.js'

/** The sizes that every kind of model has. */
export const savedSizes = {
  width: z.int(),
  heads: z.int(),
  hidden: z.int(),
  encoderLayers: z.int().max(MOST_LAYERS),
  decoderLayers: z.int().max(MOST_LAYERS),
  dropout: z.number(),
  activation: z.enum(['relu', 'gelu']),
  maxTokens: z.int(),
}

/** The arenas a file holds: weights, and the optimiser's first and second moments. */
export const parts = ['weights', 'first', 'second'] as const
export type Part = (typeof parts)[number]

export function arenaOf(weights: Weights, part: Part) {
  return part === 'weights' ? weights.values : weights[part]
}

/**
 * The tensors of some arenas, named by `nameOf`. Weights that are not trained have no moments.
 * Throws ERR_DIVERGED naming `who` and the tensor for a number that is not finite: what cannot be gone on from may not replace what can.
 */
export async function savedTensors(
  who: string,
  weights: Weights,
  wanted: readonly Part[],
  nameOf: (part: Part, name: string) => string,
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>()
  for (const part of wanted) {
    const arena = arenaOf(weights, part)
    if (!arena) continue
    for (const [name, { shape, data }] of await weights.save(arena)) {
      const at = firstNonFinite(data)
      if (at >= 0) throw unsaved(who, nameOf(part, name), `${data[at]} at ${placeIn(shape, at)}`)
      tensors.set(nameOf(part, name), { dtype: 'F32', shape, data } as Tensor)
    }
  }
  return tensors
}

/** What a number that is not finite comes to when it should be saved. */
export function unsaved(who: string, what: string, got: string): SignError {
  const problem = `wanted finite numbers to save, got ${got} in ${what}`
  return new SignError('ERR_DIVERGED', who, problem, 'Lower the learning rate; checkpoints saved before are as they were')
}

/** What was read from a checkpoint, whatever the model. */
export interface ModelFile {
  readonly tensors: HostTensors
  readonly metadata: Readonly<Record<string, string>>
  /** What its user should know, as sentences. */
  readonly notes: readonly string[]
}

/** Reads a file of weights, every number of which is finite. Throws ERR_CHECKPOINT. */
export async function readModelFile(path: string): Promise<ModelFile> {
  const { tensors, metadata, checked } = await readSafetensors(path)
  const weights = [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: asWeights(name, tensor, path) }] as const)
  const notes = checked ? [] : [`${path} has no checksums, as older versions wrote it: damage to it would go unseen`]
  return { tensors: new Map(weights), metadata, notes }
}

/** What a trainer saved to go on from. Throws ERR_CHECKPOINT for a model meant for use only, such as the best one. */
export function trainerState({ path, state }: { readonly path: string; readonly state: unknown }): unknown {
  if (state !== undefined) return state
  const problem = 'wanted a checkpoint to go on from, got a model for use only'
  throw new SignError('ERR_CHECKPOINT', path, problem, 'Put a checkpoint of the run there, or start anew with --overwrite')
}

/** What is given to `who`, which makes a model of a checkpoint, where that is none of its task. */
export function notCheckpoint(who: string, task: 'text-to-pose' | 'text-to-gloss', got: unknown): SignError {
  const [reader, other] = task === 'text-to-pose' ? ['readCheckpoint', 'restoreGlossModel'] : ['readGlossCheckpoint', 'restoreModel']
  const isFile = typeof got === 'object' && got !== null && 'path' in got
  const problem = `wanted a checkpoint of a ${task} model, got ${isFile ? `one of another task, ${got.path}` : shown(got)}`
  return new SignError('ERR_USAGE', who, problem, isFile ? `Give it to ${other}` : `Read one with ${reader}`)
}

/** A file's tensors whose names begin with `prefix`, without it. */
export function tensorsUnder({ tensors }: ModelFile, prefix: string): Map<string, HostTensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(prefix))
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

/** Throws ERR_CHECKPOINT where the text is no JSON. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const problem = `wanted JSON in the metadata, got ${(cause as Error).message}`
    throw new SignError('ERR_CHECKPOINT', path, problem, 'Write the checkpoint again', { cause })
  }
}
