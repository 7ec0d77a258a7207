// The released Progressive Transformers model's tensor names, translated to ours, and its sizes read off the shapes.

import { SignError } from '../base/errors.js'
import { COORDS } from '../motion/skeleton.js'
import type { ModelConfig } from './config.js'
import type { HostTensor, HostTensors } from './weights.js'

/** Sub-layers: theirs by (stack, part), in the order the rules are tried. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^src_embed\.lut\.weight$/, 'tokens/table'],
  [/^trg_embed\./, 'frames/'],
  [/^(en|de)coder\.layer_norm\./, '$1coder/norm/'],
  [/^decoder\.output_layer\.weight$/, 'pose/weight'],
  [/^encoder\.layers\.(\d+)\.layer_norm\./, 'encoder.$1/self/norm/'],
  [/^decoder\.layers\.(\d+)\.x_layer_norm\./, 'decoder.$1/self/norm/'],
  [/^decoder\.layers\.(\d+)\.dec_layer_norm\./, 'decoder.$1/cross/norm/'],
  [/^(en|de)coder\.layers\.(\d+)\.feed_forward\.layer_norm\./, '$1coder.$2/feed_forward/norm/'],
  [/^(en|de)coder\.layers\.(\d+)\.feed_forward\.pwff_layer\.0\./, '$1coder.$2/feed_forward/wide/'],
  [/^(en|de)coder\.layers\.(\d+)\.feed_forward\.pwff_layer\.3\./, '$1coder.$2/feed_forward/narrow/'],
  [/^(en|de)coder\.layers\.(\d+)\.(?:src_src|trg_trg)_att\.([qkv]|output)_layer\./, '$1coder.$2/self/$3/'],
  [/^decoder\.layers\.(\d+)\.src_trg_att\.([qkv]|output)_layer\./, 'decoder.$1/cross/$2/'],
]
const PARTS: Readonly<Record<string, string>> = { q: 'query', k: 'key', v: 'value', output: 'out' }

/** Our name for one of theirs; undefined for a name that model does not have. */
export function nameFromStateDict(name: string): string | undefined {
  for (const [pattern, replacement] of RULES) {
    if (!pattern.test(name)) continue
    const ours = name.replace(pattern, replacement).replace(/\/([qkv]|output)\//, (_, part: string) => `/${PARTS[part]!}/`)
    return /\/norm\//.test(ours) ? ours.replace(/weight$/, 'gamma').replace(/bias$/, 'beta') : ours
  }
  return undefined
}

/**
 * Translates a state dict. Heads cannot be read off shapes; everything else can.
 * Throws ERR_CHECKPOINT naming the first tensor that model does not have, or the one it lacks.
 */
export function stateDictTensors(theirs: HostTensors, who: string) {
  const tensors = new Map<string, HostTensor>()
  for (const [name, tensor] of theirs) {
    const ours = nameFromStateDict(name)
    if (!ours)
      throw new SignError(
        'ERR_CHECKPOINT',
        who,
        `wanted a Progressive Transformers state dict, got tensor '${name}'`,
        'Export model.state_dict() alone',
      )
    tensors.set(ours, tensor)
  }
  const need = (name: string): HostTensor => {
    const tensor = tensors.get(name)
    if (!tensor)
      throw new SignError(
        'ERR_CHECKPOINT',
        who,
        `wanted a Progressive Transformers state dict, got none of '${name}'`,
        'Export the whole state dict',
      )
    return tensor
  }
  const layers = (stack: string) =>
    new Set([...tensors.keys()].map((name) => new RegExp(`^${stack}\\.(\\d+)/`).exec(name)?.[1]).filter(Boolean)).size
  const [vocabularySize, width] = need('tokens/table').shape as [number, number]
  const futureFrames = (need('pose/weight').shape[0]! - 1) / COORDS
  const sizes: Partial<ModelConfig> = {
    width,
    hidden: need('encoder.0/feed_forward/wide/weight').shape[0]!,
    encoderLayers: layers('encoder'),
    decoderLayers: layers('decoder'),
    futureFrames: futureFrames > 1 ? futureFrames : 0,
    justCounter: need('frames/weight').shape[1] === 1,
  }
  return { tensors, sizes, vocabularySize }
}
