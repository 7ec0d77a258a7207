// The tensor names of the SignDW Transformer (SignVerse-2M), translated to ours, and its sizes read off the shapes.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { type ModelConfig, presets } from './config.js'
import { type FrameScaling, rawFrames } from './frame_scaling.js'
import { bareName } from './state_dict.js'
import { layersIn, matrixShapes } from './told_sizes.js'

const RULES: readonly (readonly [RegExp, string])[] = [
  [/^token_embed\.weight$/, 'tokens/table'],
  [/^target_embed\.(weight|bias)$/, 'frames/$1'],
  [/^output_norm\.(weight|bias)$/, 'decoder/norm/$1'],
  [/^pose_head\.(weight|bias)$/, 'pose/$1'],
  [/^length_head\.0\.(weight|bias)$/, 'length/norm/$1'],
  [/^length_head\.1\.(weight|bias)$/, 'length.0/$1'],
  [/^length_head\.3\.(weight|bias)$/, 'length.1/$1'],
  [/^(en|de)coder\.layers\.(\d+)\.self_attn\.out_proj\.(weight|bias)$/, '$1coder.$2/self/out/$3'],
  [/^decoder\.layers\.(\d+)\.multihead_attn\.out_proj\.(weight|bias)$/, 'decoder.$1/cross/out/$2'],
  [/^(en|de)coder\.layers\.(\d+)\.linear1\.(weight|bias)$/, '$1coder.$2/feed_forward/wide/$3'],
  [/^(en|de)coder\.layers\.(\d+)\.linear2\.(weight|bias)$/, '$1coder.$2/feed_forward/narrow/$3'],
  [/^(en|de)coder\.layers\.(\d+)\.norm1\.(weight|bias)$/, '$1coder.$2/self/norm/$3'],
  [/^encoder\.layers\.(\d+)\.norm2\.(weight|bias)$/, 'encoder.$1/feed_forward/norm/$2'],
  [/^decoder\.layers\.(\d+)\.norm2\.(weight|bias)$/, 'decoder.$1/cross/norm/$2'],
  [/^decoder\.layers\.(\d+)\.norm3\.(weight|bias)$/, 'decoder.$1/feed_forward/norm/$2'],
]
/** Queries, keys and values of an attention, one behind the other. */
const STACKED = /^(en|de)coder\.layers\.(\d+)\.(self|multihead)_attn\.in_proj_(weight|bias)$/
const STACK = ['query', 'key', 'value'] as const

/** Whether a name is one of a SignDW Transformer's own. */
export const isSignDwName = (name: string): boolean => /^(token_embed|target_embed|pose_head|length_head)\./.test(bareName(name))

/** What z-scored a model's poses, where they were: its checkpoint has them beside the state dict. */
const STATISTICS = ['pose_mean', 'pose_std'] as const
const isStatistic = (name: string): boolean => (STATISTICS as readonly string[]).includes(bareName(name))

/** Throws ERR_CHECKPOINT naming the first tensor that the model does not have. */
export function checkSignDwNames(names: Iterable<string>, who: string): void {
  for (const name of names) {
    const bare = bareName(name)
    if (isStatistic(name) || STACKED.test(bare) || RULES.some(([pattern]) => pattern.test(bare))) continue
    const problem = `wanted a SignDW Transformer's state dict, got a tensor it does not have: '${name}'`
    throw new SignError('ERR_CHECKPOINT', who, problem, 'Export model_state, with pose_mean and pose_std where it has them')
  }
}

/** The units of a model of z-scored poses, as its statistics say; undefined where it has none. Throws ERR_CHECKPOINT for one of the two alone or of another length. */
export function signDwScaling(theirs: HostTensors, numbers: number, who: string): FrameScaling | undefined {
  const [mean, std] = STATISTICS.map((name) => [...theirs].find(([full]) => bareName(full) === name)?.[1].data)
  if (!mean && !std) return undefined
  if (mean?.length !== numbers || std?.length !== numbers || !std.every((scale) => scale > 0)) {
    const problem = `wanted ${numbers} numbers of pose_mean and as many above 0 of pose_std, got ${mean?.length ?? 0} and ${std?.length ?? 0}`
    throw new SignError('ERR_CHECKPOINT', who, problem, 'Export both, or neither')
  }
  const scaling = rawFrames(numbers)
  scaling.centre.set(mean)
  scaling.scale.set(std)
  return scaling
}

/**
 * Translates tensors of any kind (weights, gradients) by name. Stacked matrices are taken apart; rows of unknown and padding tokens, of which theirs
 * come in the other order, change places; statistics of poses are left out. Throws ERR_CHECKPOINT naming those that model does not have.
 */
export function signDwTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  checkSignDwNames(theirs.keys(), who)
  const tensors = new Map<string, HostTensor>()
  for (const [name, tensor] of theirs) {
    if (isStatistic(name)) continue
    const bare = bareName(name)
    const stacked = STACKED.exec(bare)
    if (stacked) {
      const [, stack, layer, kind, part] = stacked
      const of = `${stack}coder.${layer}/${kind === 'self' ? 'self' : 'cross'}`
      STACK.forEach((one, i) => {
        tensors.set(`${of}/${one}/${part}`, third(tensor, i))
      })
      continue
    }
    const rule = RULES.find(([pattern]) => pattern.test(bare))!
    const ours = bare.replace(...rule)
    const named = ours.includes('norm/') ? ours.replace(/weight$/, 'gamma').replace(/bias$/, 'beta') : ours
    tensors.set(named, named === 'tokens/table' ? firstRowsExchanged(tensor) : tensor)
  }
  return tensors
}

/** Rows of the i-th third. */
function third({ shape: [rows, ...rest], data }: HostTensor, i: number): HostTensor {
  const length = data.length / 3
  return { shape: [rows! / 3, ...rest], data: data.slice(i * length, (i + 1) * length) }
}

function firstRowsExchanged({ shape, data }: HostTensor): HostTensor {
  const width = shape[1]!
  const rows = data.slice()
  rows.set(data.subarray(width, 2 * width))
  rows.set(data.subarray(0, width), width)
  return { shape, data: rows }
}

/** Sizes that shapes tell: all but the heads, and how long clips and texts may be. Tensors by our names. */
export function signDwSizes(tensors: HostTensors, who: string): { sizes: ModelConfig; vocabularySize: number } {
  const shapeOf = matrixShapes(tensors, who, 'Export the whole of model_state')
  const [vocabularySize, width] = shapeOf('tokens/table')
  const sizes = {
    ...presets.signdw,
    // The published data: scores of a body are indices, places shares of a square picture.
    scores: 'codes' as const,
    units: 'picture' as const,
    width,
    numbers: shapeOf('pose/weight')[0],
    hidden: shapeOf('encoder.0/feed_forward/wide/weight')[0],
    encoderLayers: layersIn(tensors, 'encoder'),
    decoderLayers: layersIn(tensors, 'decoder'),
  }
  return { sizes, vocabularySize }
}
