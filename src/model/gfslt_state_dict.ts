// The tensor names of the released GFSLT-VLP and of Hugging Face's mBART within it, translated to ours.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { flattened } from './resnet_state_dict.js'
import { withStatistic } from './slt_state_dict.js'

const NORM: Readonly<Record<string, string>> = { weight: 'gamma', bias: 'beta', running_mean: 'running', running_var: 'running' }
const PARTS: Readonly<Record<string, string>> = { q: 'query', k: 'key', v: 'value', out: 'out' }
const NORMS: Readonly<Record<string, string>> = { self_attn: 'self', encoder_attn: 'cross', final: 'feed_forward' }

const RULES: readonly (readonly [RegExp, (...parts: string[]) => string | undefined])[] = [
  [/^(?:.+\.)?temporal_conv\.([04])\.(weight|bias)$/, (_, at, part) => `time.${Number(at) / 4}/${part}`],
  [/^(?:.+\.)?temporal_conv\.([15])\.(\w+)$/, (_, at, part) => `time.${(Number(at) - 1) / 4}/norm/${NORM[part!]}`],
  [/^sign_emb\.src_emb\.(weight|bias)$/, (_, part) => `tokens/${part}`],
  [/^sign_emb\.bn_ac\.0\.(\w+)$/, (_, part) => `tokens/norm/${NORM[part!]}`],
  [/^model\.shared\.weight$/, () => 'words/table'],
  [/^lm_head\.weight$/, () => 'words/out/weight'],
  [/^final_logits_bias$/, () => 'words/out/bias'],
  [/^model\.(en|de)coder\.embed_positions\.weight$/, (_, side) => `${side}coder/positions`],
  [/^model\.(en|de)coder\.layernorm_embedding\.(weight|bias)$/, (_, side, part) => `${side}coder/embedding_norm/${NORM[part!]}`],
  [/^model\.(en|de)coder\.layer_norm\.(weight|bias)$/, (_, side, part) => `${side}coder/norm/${NORM[part!]}`],
  [
    /^model\.(en|de)coder\.layers\.(\d+)\.(self|encoder)_attn\.(q|k|v|out)_proj\.(weight|bias)$/,
    (_, side, layer, of, part, kind) => `${side}coder.${layer}/${of === 'self' ? 'self' : 'cross'}/${PARTS[part!]}/${kind}`,
  ],
  [
    /^model\.(en|de)coder\.layers\.(\d+)\.(self_attn|encoder_attn|final)_layer_norm\.(weight|bias)$/,
    (_, side, layer, of, part) => `${side}coder.${layer}/${NORMS[of!]}/norm/${NORM[part!]}`,
  ],
  [
    /^model\.(en|de)coder\.layers\.(\d+)\.fc([12])\.(weight|bias)$/,
    (_, side, layer, half, part) => `${side}coder.${layer}/feed_forward/${half === '1' ? 'wide' : 'narrow'}/${part}`,
  ],
]

/** Our name for one of theirs; undefined for a name that model does not have. */
export function nameFromGfslt(name: string): string | undefined {
  for (const [pattern, ours] of RULES) {
    const found = pattern.exec(name)
    if (found) return ours(...found)
  }
  return undefined
}

/** Translates tensors of any kind (weights, gradients). Throws ERR_CHECKPOINT naming those that model does not have. */
export function gfsltTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  const unknown: string[] = []
  for (const [name, tensor] of theirs) {
    if (name.endsWith('.num_batches_tracked')) continue
    const ours = nameFromGfslt(name)
    if (ours === undefined) unknown.push(name)
    else if (ours.endsWith('/running')) tensors.set(ours, withStatistic(tensors.get(ours), tensor, name.endsWith('running_mean') ? 0 : 1))
    else if (ours === 'words/out/bias') tensors.set(ours, { shape: [tensor.data.length], data: tensor.data })
    else tensors.set(ours, tensor.shape.length > 2 ? flattened(tensor) : tensor)
  }
  if (unknown.length === 0) return tensors
  const problem = `wanted a state dict of GFSLT-VLP, got tensors it does not have: ${unknown.slice(0, 5).join(', ')}`
  throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the model’s state dict alone')
}
