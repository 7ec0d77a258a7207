// The tensor names of the released Sign Language Transformers model (neccam/slt), translated to ours, and its sizes read off the shapes.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { PoseToTextConfig } from './pose_to_text.js'
import { bareName, isPositionTable, nameFromStateDict } from './state_dict.js'
import { layersIn, matrixShapes } from './told_sizes.js'

const NORM: Readonly<Record<string, string>> = { weight: 'gamma', bias: 'beta', running_mean: 'running', running_var: 'running' }

/** Names that this model has and Progressive Transformers do not. */
const RULES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^sgn_embed\.ln\.(weight|bias)$/, (_, part) => `frames/${part}`],
  [/^txt_embed\.lut\.weight$/, () => 'words/table'],
  [/^(sgn|txt)_embed\.norm\.norm\.(weight|bias|running_mean|running_var)$/, (_, side, part) => `${SIDE[side!]}/norm/${NORM[part!]}`],
  [/^gloss_output_layer\.(weight|bias)$/, (_, part) => `gloss/${part}`],
  [/^decoder\.output_layer\.weight$/, () => 'words/out/weight'],
]
const SIDE: Readonly<Record<string, string>> = { sgn: 'frames', txt: 'words' }

/** What says nothing of the model: tables that follow from its sizes, and how many batches its statistics are of. */
const isLeftOut = (name: string): boolean => isPositionTable(name) || /\.num_batches_tracked$/.test(name)

/** Our name for one of theirs; undefined for a name that model does not have. The two running statistics of a norm have one. */
export function nameFromSltStateDict(name: string): string | undefined {
  const bare = bareName(name)
  for (const [pattern, ours] of RULES) {
    const found = pattern.exec(bare)
    if (found) return ours(...found)
  }
  const ours = nameFromStateDict(bare)
  return ours !== undefined && /^(en|de)coder[./]/.test(ours) ? ours : undefined
}

/** Translates tensors of any kind (weights, gradients) by name; of a norm's running mean and variance one tensor [2, width] is made. Throws ERR_CHECKPOINT naming those that model does not have. */
export function sltTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  const unknown: string[] = []
  for (const [name, tensor] of theirs) {
    if (isLeftOut(name)) continue
    const ours = nameFromSltStateDict(name)
    if (ours === undefined) unknown.push(name)
    else if (ours.endsWith('/running')) tensors.set(ours, withStatistic(tensors.get(ours), tensor, name.endsWith('running_mean') ? 0 : 1))
    else tensors.set(ours, tensor)
  }
  if (unknown.length === 0) return tensors
  const problem = `wanted a Sign Language Transformers state dict, got tensors it does not have: ${unknown.slice(0, 5).join(', ')}`
  throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the model’s state dict alone')
}

/** Running statistics [2, width] with a mean (row 0) or a variance (row 1) put in. */
export function withStatistic(both: HostTensor | undefined, { data }: HostTensor, row: 0 | 1): HostTensor {
  const joined = both?.data.slice() ?? new Float32Array(2 * data.length)
  joined.set(data, row * data.length)
  return { shape: [2, data.length], data: joined }
}

/** Throws ERR_CHECKPOINT naming a running mean without its variance among PyTorch's names, and the other way round: one alone would be taken for 0. */
export function checkStatistics(names: Iterable<string>, who: string): void {
  const all = new Set(names)
  for (const name of all) {
    const [, norm, which] = /^(.*)running_(mean|var)$/.exec(name) ?? []
    if (norm === undefined) continue
    const other = `${norm}running_${which === 'mean' ? 'var' : 'mean'}`
    if (!all.has(other))
      throw new SignError('ERR_CHECKPOINT', who, `wanted '${other}' beside '${name}', got none`, 'Export the whole state dict')
  }
}

/** Sizes that shapes tell: all but the heads, and how long clips and texts may be. */
export function sltSizes(tensors: HostTensors, who: string) {
  const shapeOf = matrixShapes(tensors, who)
  const [width, numbers] = shapeOf('frames/weight')
  const sizes: Pick<PoseToTextConfig, 'width' | 'hidden' | 'encoderLayers' | 'decoderLayers' | 'numbers'> = {
    width,
    numbers,
    hidden: shapeOf('encoder.0/feed_forward/wide/weight')[0],
    encoderLayers: layersIn(tensors, 'encoder'),
    decoderLayers: layersIn(tensors, 'decoder'),
  }
  const rows = (name: string) => (tensors.has(name) ? shapeOf(name)[0] : undefined)
  return { sizes, glossClasses: rows('gloss/weight'), vocabularySize: rows('words/table') }
}
