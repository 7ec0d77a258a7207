// Whole checkpoints of the released Sign2GPT (Wong et al. 2024), of either stage: which part of the model each of their tensors is of.

import { SignError } from '../base/errors.js'
import { adapterNameOf } from './adapter_state_dict.js'
import { nameFromDinov2 } from './dinov2_state_dict.js'
import { isFrameHeadName } from './frame_head_state_dict.js'
import { isPrototypeName } from './prototype_state_dict.js'
import { isSignEncoderName } from './sign_encoder_state_dict.js'
import { bareName } from './state_dict.js'
import { isXglmName } from './xglm_state_dict.js'

/** What tensors are of: `prototypes` in a checkpoint of the first stage; in one of the second `adapters`, and `language` where it holds its language model. */
export type Sign2gptPart = 'image' | 'frames' | 'encoder' | 'prototypes' | 'adapters' | 'language'

/** What says nothing of the model: how many batches statistics are of, and the table of positions of what follows the sign encoder. */
const isLeftOut = (bare: string): boolean => /\.num_batches_tracked$/.test(bare) || /^post_model\.(\w+\.)*pos$/.test(bare)

/** Whether tensors of these names are of a checkpoint of Sign2GPT: whether there is a sign encoder among them. */
export const isSign2gpt = (names: Iterable<string>): boolean => [...names].some(isSignEncoderName)

/** Which stage the tensors of these parts are of. Throws ERR_CHECKPOINT naming `who` for parts that make no whole checkpoint. */
export function sign2gptStage(parts: Iterable<Sign2gptPart>, who: string): 1 | 2 {
  const found = new Set(parts)
  const lost = (['frames', 'encoder'] as const).find((part) => !found.has(part))
  const stages = (['prototypes', 'adapters'] as const).filter((part) => found.has(part))
  if (lost === undefined && stages.length === 1) return stages[0] === 'prototypes' ? 1 : 2
  const got = lost === undefined ? (stages.length > 1 ? 'one of both' : "one without 'post_model.'") : `one without ${NAMES[lost]}`
  const problem = `wanted a whole checkpoint of Sign2GPT’s first stage or of its second, got ${got}`
  throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the whole state dict')
}

const NAMES = { frames: "the linear layer 'lin' and batch norm 'bn' of frames", encoder: "'sign_model.encoder.'" }

/** The part of each tensor, without those that say nothing. Throws ERR_CHECKPOINT naming those of no part. */
export function sign2gptParts(names: Iterable<string>, who: string): Map<string, Sign2gptPart> {
  const parts = new Map<string, Sign2gptPart>()
  const unknown: string[] = []
  for (const name of names) {
    const bare = bareName(name)
    if (isLeftOut(bare)) continue
    const part = partOf(bare)
    if (part) parts.set(name, part)
    else unknown.push(`'${name}'`)
  }
  if (unknown.length === 0) return parts
  const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''
  const problem = `wanted a state dict of Sign2GPT, got tensors it does not have: ${unknown.slice(0, 5).join(', ')}${more}`
  throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the whole state dict of one stage alone')
}

function partOf(bare: string): Sign2gptPart | undefined {
  if (isSignEncoderName(bare)) return 'encoder'
  if (isFrameHeadName(bare)) return 'frames'
  if (/^(sign_model\.)+spatial_model\./.test(bare)) return nameFromDinov2(bare) === undefined ? undefined : 'image'
  if (adapterNameOf(bare)) return 'adapters'
  if (isPrototypeName(bare)) return 'prototypes'
  return bare.startsWith('lang_model.') && isXglmName(bare) ? 'language' : undefined
}
