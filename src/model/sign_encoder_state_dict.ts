// The tensor names of Sign2GPT's released sign encoder, translated to ours, and its sizes read off the shapes.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { SignEncoderConfig } from '../nn/sign_encoder_config.js'
import { bareName } from './state_dict.js'

/** What the names begin with in a checkpoint of the first stage, and of the second. */
const PREFIX = /^(sign_model\.){1,2}encoder\./

/** A layer by its place in the network, where pools take places too, and among those beside it. */
const LAYER = /^network_block\.network\.(\d+)\.(\d+)\.(.+)$/

const RULES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^token_mixer\.in_proj_container\.([qkv])_proj\.(weight|bias)$/, (part, kind) => `self/${PARTS[part!]}/${kind}`],
  [/^token_mixer\.proj\.(weight|bias)$/, (kind) => `self/out/${kind}`],
  [/^mlp\.mlp\.([03])\.(weight|bias)$/, (at, kind) => `feed_forward/${at === '0' ? 'wide' : 'narrow'}/${kind}`],
  [/^norm([12])\.(weight|bias)$/, (half, kind) => `${HALVES[half!]}/norm/${kind === 'weight' ? 'gamma' : 'beta'}`],
  [/^layer_scale_([12])$/, (half) => `${HALVES[half!]}/scale`],
]
const PARTS: Readonly<Record<string, string>> = { q: 'query', k: 'key', v: 'value' }
const HALVES: Readonly<Record<string, string>> = { 1: 'self', 2: 'feed_forward' }

/** Tables that follow from the sizes: positions, and the frequencies of angles. */
const isTable = (name: string): boolean => name === 'embedding_block.pos_emb.pos' || /(^|\.)rotary_embeddings\.inv_freq$/.test(name)

/** Whether a tensor of a whole checkpoint is the sign encoder's, tables included. */
export const isSignEncoderName = (name: string): boolean => PREFIX.test(bareName(name))

/**
 * Translates tensors of any kind (weights, gradients) by name, with the prefix of either stage or none; tables are left out. Throws ERR_CHECKPOINT
 * naming those that a sign encoder does not have, one that is there twice, or a layer that is lacking.
 */
export function signEncoderTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  const found = [...theirs].flatMap(([name, tensor]) => {
    const bare = bareName(name).replace(PREFIX, '')
    return isTable(bare) ? [] : [{ name, tensor, place: placeOf(bare) }]
  })
  const unknown = found.filter(({ place }) => place === undefined).map(({ name }) => `'${name}'`)
  if (unknown.length > 0)
    throw refused(who, `got tensors it does not have: ${unknown.slice(0, 5).join(', ')}`, 'Export the sign encoder alone')
  const firstLayers = firstLayerOf(
    found.map(({ place }) => place!),
    who,
  )
  const tensors = new Map<string, HostTensor>()
  for (const { name, tensor, place } of found) {
    const ours = `sign_encoder/layer.${firstLayers.get(place!.slot)! + place!.block}/${place!.part}`
    if (tensors.has(ours)) throw refused(who, `got '${name}' a second time`, 'Export one model alone')
    tensors.set(ours, tensor)
  }
  return tensors
}

/**
 * Sizes that names and shapes tell: all but heads, unless the frequencies of their angles are there, and whether the frame rate is halved where there
 * are several stages. Throws ERR_CHECKPOINT for those of no such model.
 */
export function signEncoderSizes(
  theirs: ReadonlyMap<string, Pick<HostTensor, 'shape'>>,
  who: string,
): Pick<SignEncoderConfig, 'width' | 'hidden' | 'stages'> & Partial<Pick<SignEncoderConfig, 'heads' | 'downSampling'>> {
  const names = [...theirs.keys()]
  const bare = names.map((name) => bareName(name).replace(PREFIX, ''))
  const shapeOf = (pattern: RegExp) => theirs.get(names[bare.findIndex((name) => pattern.test(name))] ?? '')?.shape
  const [hidden, width] = shapeOf(/\.mlp\.mlp\.0\.weight$/) ?? []
  if (hidden === undefined || width === undefined)
    throw refused(who, "got no '….mlp.mlp.0.weight' of two dimensions", 'Export the whole sign encoder')
  const bySlot = firstLayerOf(
    bare.flatMap((name) => placeOf(name) ?? []),
    who,
  )
  const [slots, firstLayers] = [[...bySlot.keys()], [...bySlot.values()]]
  const layers = new Set(bare.flatMap((name) => LAYER.exec(name)?.slice(1, 3).join('.') ?? [])).size
  const [frequencies] = shapeOf(/(^|\.)rotary_embeddings\.inv_freq$/) ?? []
  if (frequencies !== undefined && width % (2 * frequencies) !== 0)
    throw refused(who, `got ${frequencies} frequencies of angles for a width of ${width}`, 'Export the whole sign encoder')
  return {
    width,
    hidden,
    stages: firstLayers.map((first, stage) => (firstLayers[stage + 1] ?? layers) - first),
    ...(frequencies !== undefined && { heads: width / (2 * frequencies) }),
    ...(slots.length > 1 && { downSampling: isPooled(slots, who) }),
  }
}

/** Whether a pool stands between each two stages, which takes a place in the network too. */
function isPooled(slots: readonly number[], who: string): boolean {
  const steps = new Set(slots.slice(1).map((slot, i) => slot - slots[i]!))
  if (slots[0] === 0 && steps.size === 1 && (steps.has(1) || steps.has(2))) return steps.has(2)
  const got = `got stages at places ${slots.join(', ')} of its network`
  throw refused(who, got, 'Export all of it; only pools between all stages, or between none, can be read')
}

interface Place {
  readonly slot: number
  readonly block: number
  /** Ours, within the layer. */
  readonly part: string
}

function placeOf(bare: string): Place | undefined {
  const [, slot, block, rest] = LAYER.exec(bare) ?? []
  for (const [pattern, ours] of rest === undefined ? [] : RULES) {
    const parts = pattern.exec(rest!)
    if (parts) return { slot: Number(slot), block: Number(block), part: ours(...parts.slice(1)) }
  }
  return undefined
}

/** The number of each stage's first layer, by its place in the network, in order. */
function firstLayerOf(places: readonly Place[], who: string): Map<number, number> {
  const slots = [...new Set(places.map(({ slot }) => slot))].sort((a, b) => a - b)
  let layers = 0
  return new Map(
    slots.map((slot) => {
      const blocks = new Set(places.filter((place) => place.slot === slot).map(({ block }) => block))
      const lacking = [...blocks].findIndex((_, block) => !blocks.has(block))
      if (lacking >= 0) throw refused(who, `got none of layer network.${slot}.${lacking}`, 'Export the whole sign encoder')
      const first = layers
      layers += blocks.size
      return [slot, first] as const
    }),
  )
}

function refused(who: string, got: string, nextMove: string): SignError {
  return new SignError('ERR_CHECKPOINT', who, `wanted a state dict of Sign2GPT’s sign encoder, ${got}`, nextMove)
}
