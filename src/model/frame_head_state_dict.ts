// Sign2GPT's names for what makes features of frames, a linear layer and batch norm, translated to ours.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { withStatistic } from './slt_state_dict.js'
import { bareName } from './state_dict.js'

const PARTS: Readonly<Record<string, string>> = {
  'lin.weight': 'weight',
  'lin.bias': 'bias',
  'bn.weight': 'norm/gamma',
  'bn.bias': 'norm/beta',
}
/** Which become one tensor, and which row of it. */
const STATISTICS = ['bn.running_mean', 'bn.running_var'] as const
/** How many batches the statistics are of. */
const COUNTER = 'bn.num_batches_tracked'

/** Whether a tensor of a whole checkpoint is its frame head's. */
export const isFrameHeadName = (name: string): boolean => /^(sign_model\.)+spatial_model\.(lin|bn)\.\w+$/.test(bareName(name))

/**
 * Tensors of a frame head, weights or gradients, as those of one called `name`; how many batches its statistics are of is left out. Throws
 * ERR_CHECKPOINT naming those that a frame head does not have, one that is there twice, and a mean without a variance of its size.
 */
export function frameHeadTensors(theirs: HostTensors, name: string, who: string): Map<string, HostTensor> {
  const refuse = (problem: string) => new SignError('ERR_CHECKPOINT', who, problem, 'Export Sign2GPT’s model as it is trained')
  const own = new Map<string, HostTensor>()
  for (const [full, tensor] of theirs) {
    const bare = bareName(full).replace(/^(sign_model\.)*(spatial_model\.)?/, '')
    if (bare === COUNTER) continue
    if (!(bare in PARTS || (STATISTICS as readonly string[]).includes(bare)))
      throw refuse(`wanted a linear layer 'lin' and batch norm 'bn', got '${full}'`)
    if (own.has(bare)) throw refuse(`wanted one frame head, got '${full}' a second time`)
    own.set(bare, tensor)
  }
  const [mean, variance] = STATISTICS.map((part) => own.get(part))
  if (mean?.data.length !== variance?.data.length)
    throw refuse(
      `wanted '${STATISTICS.join("' and '")}' of one size, got ${mean?.data.length ?? 'none'} and ${variance?.data.length ?? 'none'}`,
    )
  const tensors = [...own].flatMap(([part, tensor]) => (part in PARTS ? [[`${name}/${PARTS[part]}`, tensor] as const] : []))
  if (!mean || !variance) return new Map(tensors)
  return new Map([...tensors, [`${name}/norm/running`, withStatistic(withStatistic(undefined, mean, 0), variance, 1)]])
}
