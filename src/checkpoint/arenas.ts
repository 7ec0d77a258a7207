// A model's arenas as tensors of a checkpoint: its weights and, where it is to be trained on, the optimiser's moments.

import { SignError } from '../base/errors.js'
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

/**
 * Loads the moments of weights in training, those that their optimiser keeps: another may have saved more. Throws ERR_CHECKPOINT naming `who` where they do
 * not fit, or were not kept.
 */
export function loadMoments(weights: ParameterSet, tensorsOf: (part: Part) => HostTensors, who: string): void {
  for (const part of ['first', 'second'] as const) {
    const arena = arenaOf(weights, part)
    if (!arena) continue
    const tensors = tensorsOf(part)
    if (part === 'second' && tensors.size === 0 && arena.specs.length > 0) {
      const problem = 'wanted second moments, as adam and adamw keep them, got the checkpoint of a run with sgd'
      throw new SignError('ERR_CHECKPOINT', who, problem, 'Resume with optimiser.kind sgd, or start another run from its weights')
    }
    weights.load(tensors, who, arena)
  }
}
