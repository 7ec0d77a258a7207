// The released Progressive Transformers model's tensor names, translated to ours, and its sizes read off the shapes.

import { SignError } from '../base/errors.js'
import { COORDS } from '../motion/skeleton.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { ModelConfig } from './config.js'
import { layersIn } from './told_sizes.js'

/** Sub-layers: theirs by (stack, part), in the order the rules are tried. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^src_embed\.lut\.weight$/, 'tokens/table'],
  [/^trg_embed\.(weight|bias)$/, 'frames/$1'],
  [/^(en|de)coder\.layer_norm\.(weight|bias)$/, '$1coder/norm/$2'],
  [/^decoder\.output_layer\.weight$/, 'pose/weight'],
  [/^encoder\.layers\.(\d+)\.layer_norm\.(weight|bias)$/, 'encoder.$1/self/norm/$2'],
  [/^decoder\.layers\.(\d+)\.x_layer_norm\.(weight|bias)$/, 'decoder.$1/self/norm/$2'],
  [/^decoder\.layers\.(\d+)\.dec_layer_norm\.(weight|bias)$/, 'decoder.$1/cross/norm/$2'],
  [/^(en|de)coder\.layers\.(\d+)\.feed_forward\.layer_norm\.(weight|bias)$/, '$1coder.$2/feed_forward/norm/$3'],
  [/^(en|de)coder\.layers\.(\d+)\.feed_forward\.pwff_layer\.0\.(weight|bias)$/, '$1coder.$2/feed_forward/wide/$3'],
  [/^(en|de)coder\.layers\.(\d+)\.feed_forward\.pwff_layer\.3\.(weight|bias)$/, '$1coder.$2/feed_forward/narrow/$3'],
  [/^encoder\.layers\.(\d+)\.src_src_att\.([qkv]|output)_layer\.(weight|bias)$/, 'encoder.$1/self/$2/$3'],
  [/^decoder\.layers\.(\d+)\.trg_trg_att\.([qkv]|output)_layer\.(weight|bias)$/, 'decoder.$1/self/$2/$3'],
  [/^decoder\.layers\.(\d+)\.src_trg_att\.([qkv]|output)_layer\.(weight|bias)$/, 'decoder.$1/cross/$2/$3'],
]
const PARTS: Readonly<Record<string, string>> = { q: 'query', k: 'key', v: 'value', output: 'out' }

/** What wraps a model for several GPUs (`module`) or compiles it (`_orig_mod`) puts its own name before each part it wraps. */
const WRAPPERS: readonly string[] = ['module', '_orig_mod']
/** What people keep a state dict under in a larger checkpoint or module. */
const HOLDERS: readonly string[] = ['model', 'model_state', 'state_dict']

/** A tensor's name in the model itself, without what was wrapped around it. */
export function bareName(name: string): string {
  const parts = name.split('.').filter((part) => !WRAPPERS.includes(part))
  const first = parts.findIndex((part) => !HOLDERS.includes(part))
  return parts.slice(Math.max(first, 0)).join('.')
}

/** Whether a tensor is a table of position encodings: a buffer that follows from the width, of 200,000 rows in the published code. */
export const isPositionTable = (name: string): boolean => /^(en|de)coder\.pe\.pe$/.test(bareName(name))

/** Our name for one of theirs; undefined for a name that model does not have. */
export function nameFromStateDict(name: string): string | undefined {
  const bare = bareName(name)
  for (const [pattern, replacement] of RULES) {
    if (!pattern.test(bare)) continue
    const ours = bare.replace(pattern, replacement).replace(/\/([qkv]|output)\//, (_, part: string) => `/${PARTS[part]!}/`)
    return /\/norm\//.test(ours) ? ours.replace(/weight$/, 'gamma').replace(/bias$/, 'beta') : ours
  }
  return undefined
}

/**
 * Translates a state dict. Heads cannot be read off shapes; everything else can. Position tables are left out.
 * Throws ERR_CHECKPOINT naming the tensors that model does not have, one that is there twice, has an impossible shape, or is lacking.
 */
export function stateDictTensors(theirs: HostTensors, who: string) {
  const tensors = translated(theirs, who)
  const need = (name: string, rank: number): readonly number[] => {
    const shape = tensors.get(name)?.shape
    if (!shape) throw refused(who, `got none of '${name}'`, 'Export the whole state dict')
    if (shape.length !== rank || shape.some((extent) => extent < 1))
      throw refused(who, `got [${shape.join(', ')}] for '${name}'`, `Export it as it is trained: an array of ${rank} dimensions`)
    return shape
  }
  const [vocabularySize, width] = need('tokens/table', 2) as [number, number]
  const [outputs] = need('pose/weight', 2) as [number]
  const futureFrames = (outputs - 1) / COORDS
  if (!Number.isInteger(futureFrames) || futureFrames < 1)
    throw refused(who, `got one of ${outputs} numbers a frame`, `Only models of ${COORDS} coordinates and a counter can be imported`)
  const sizes: Partial<ModelConfig> = {
    width,
    hidden: need('encoder.0/feed_forward/wide/weight', 2)[0]!,
    encoderLayers: layersIn(tensors, 'encoder'),
    decoderLayers: layersIn(tensors, 'decoder'),
    futureFrames: futureFrames > 1 ? futureFrames : 0,
    justCounter: need('frames/weight', 2)[1] === 1,
  }
  return { tensors, sizes, vocabularySize }
}

/** Throws ERR_CHECKPOINT naming the tensors that the model does not have. */
export function checkStateDictNames(names: Iterable<string>, who: string): void {
  const unknown = [...names].filter((name) => !isPositionTable(name) && nameFromStateDict(name) === undefined)
  if (unknown.length === 0) return
  const named = unknown.slice(0, 5).map((name) => `'${name}'`)
  const more = unknown.length > named.length ? ` and ${unknown.length - named.length} more` : ''
  throw refused(who, `got tensors it does not have: ${named.join(', ')}${more}`, 'Export model.state_dict() alone')
}

function translated(theirs: HostTensors, who: string): Map<string, HostTensor> {
  checkStateDictNames(theirs.keys(), who)
  const kept = [...theirs].filter(([name]) => !isPositionTable(name))
  const from = new Map<string, string>()
  for (const [name] of kept) {
    const ours = nameFromStateDict(name)!
    const other = from.get(ours)
    if (other !== undefined) throw refused(who, `got '${other}' and '${name}' for one tensor`, 'Export one model alone')
    from.set(ours, name)
  }
  return new Map([...from].map(([ours, name]) => [ours, theirs.get(name)!]))
}

function refused(who: string, got: string, nextMove: string): SignError {
  return new SignError('ERR_CHECKPOINT', who, `wanted a Progressive Transformers state dict, ${got}`, nextMove)
}
