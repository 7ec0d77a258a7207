// A model's arenas as tensors of a checkpoint: its weights and, where it is to be trained on, the optimiser's moments.

import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { ParameterSet } from '../nn/parameter_set.js'

/** Weights, and the optimiser's first and second moments. */
export const parts = ['weights', 'first', 'second'] as const
export type Part = (typeof parts)[number]

export function arenaOf(weights: ParameterSet, part: Part) {
  return part === 'weights' ? weights.values : weights[part]
}

/** The tensors of some weights, `weights/…` by name; with `moments`, of their moments too, where they are trained. */
export async function savedTensors(
  weights: ParameterSet,
  moments: boolean,
  nameOf: (part: Part, name: string) => string,
): Promise<[string, HostTensor][]> {
  const tensors: [string, HostTensor][] = []
  for (const part of moments ? parts : (['weights'] as const)) {
    const arena = arenaOf(weights, part)
    if (arena) for (const [name, tensor] of await weights.save(arena)) tensors.push([nameOf(part, name), tensor])
  }
  return tensors
}

/** Loads the moments of weights in training. Throws ERR_CHECKPOINT naming `who` where they do not fit. */
export function loadMoments(weights: ParameterSet, tensorsOf: (part: Part) => HostTensors, who: string): void {
  for (const part of ['first', 'second'] as const) weights.load(tensorsOf(part), who, arenaOf(weights, part))
}
