// What checkpoints of every kind of model share: arenas as tensors under a prefix, and JSON in the file's metadata.

import { z } from 'zod'
import { SignError } from '../base/errors.js'
import { asFloat32, type Tensor, type TensorFile } from '../formats/safetensors.js'
import type { HostTensor, Weights } from '../model/weights.js'

/** The sizes that every kind of model has. */
export const savedSizes = {
  width: z.int(),
  heads: z.int(),
  hidden: z.int(),
  encoderLayers: z.int(),
  decoderLayers: z.int(),
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

/** The tensors of some arenas, named by `nameOf`. Weights that are not trained have no moments. */
export async function savedTensors(
  weights: Weights,
  wanted: readonly Part[],
  nameOf: (part: Part, name: string) => string,
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>()
  for (const part of wanted) {
    const arena = arenaOf(weights, part)
    if (!arena) continue
    for (const [name, { shape, data }] of await weights.save(arena))
      tensors.set(nameOf(part, name), { dtype: 'F32', shape, data } as Tensor)
  }
  return tensors
}

/** A file's tensors whose names begin with `prefix`, without it. */
export function tensorsUnder(file: TensorFile, prefix: string): Map<string, HostTensor> {
  const found = [...file.tensors].filter(([name]) => name.startsWith(prefix))
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), { shape: tensor.shape, data: asFloat32(tensor) }]))
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
