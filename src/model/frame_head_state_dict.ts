// Sign2GPT's names for what follows its image encoder, a linear layer and batch norm, translated to ours.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { withStatistic } from './slt_state_dict.js'

const PARTS: Readonly<Record<string, string>> = {
  'lin.weight': 'weight',
  'lin.bias': 'bias',
  'bn.weight': 'norm/gamma',
  'bn.bias': 'norm/beta',
  'bn.running_mean': 'norm/running',
  'bn.running_var': 'norm/running',
}

/**
 * Tensors of a frame head, weights or gradients, as those of one called `name`; how many batches its statistics are of is left out. Throws
 * ERR_CHECKPOINT naming those that a frame head does not have.
 */
export function frameHeadTensors(theirs: HostTensors, name: string, who: string): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  for (const [full, tensor] of theirs) {
    const bare = full.replace(/^(sign_model\.)*(spatial_model\.)?/, '')
    if (bare === 'bn.num_batches_tracked') continue
    const part = PARTS[bare]
    if (part === undefined) {
      const problem = `wanted a linear layer 'lin' and batch norm 'bn', got '${full}'`
      throw new SignError('ERR_CHECKPOINT', who, problem, 'Export Sign2GPT’s model as it is trained')
    }
    const ours = `${name}/${part}`
    tensors.set(ours, part === 'norm/running' ? withStatistic(tensors.get(ours), tensor, bare === 'bn.running_mean' ? 0 : 1) : tensor)
  }
  return tensors
}
