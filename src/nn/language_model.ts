// A decoder-only language model, as XGLM is one: embedded tokens, pre-norm layers in which each place sees only those before it, a norm behind the
// last, and the table of tokens again to predict the next. What stands in a layer for its attention is given, so that adapters can be put
// there; the other half of a layer is the same for all.

import type { Tensor } from '../device/memory.js'
import { appendToCache, attention, attentionOverCache } from '../ops/attention.js'
import { dropout } from '../ops/dropout.js'
import type { TokenIds } from '../ops/embedding.js'
import { embedTokens, type Places, type ShardedVocabulary } from '../ops/vocabulary.js'
import type { Init } from './init.js'
import { feedForward, headsOf, norm, project, projectMemory } from './layers.js'
import type { ParameterSet } from './parameter_set.js'
import { isMatrix, type ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { attentionSpecs, feedForwardSpecs, type LayerSizes, normSpecs } from './specs.js'

/** What all parameters of a language model are called first, so that they can lie among those of a larger model. */
const LANGUAGE = 'language'

/**
 * The first half of a layer: x plus what its attention adds. `name` is where its parameters lie: NAME/norm, NAME/query, NAME/key, NAME/value and
 * NAME/out. Values lie behind keys, for one product; queries are by themselves, since adapters want keys and values of other features too.
 */
export type AttentionHalf = (r: Recording, name: string, x: Tensor, layer: number) => Tensor

/** x [B, T, D] or, a place alone, [B, D], through all layers, `attend` first in each, and the last norm. */
export function languageLayers(r: Recording, x: Tensor, attend: AttentionHalf): Tensor {
  let y = x
  for (let i = 0; i < r.config.decoderLayers; i++) {
    y = attend(r, attentionName(i), y, i)
    y = feedForward(r, `${layerName(i)}/feed_forward`, y)
  }
  return norm(r, `${LANGUAGE}/norm`, y)
}

/** Attention over whole sentences, each place seeing those before it; lengths u32 [B]. */
export const causalAttention =
  (lengths: Tensor): AttentionHalf =>
  (r, name, x) => {
    const { q, kv } = layerProjections(r, name, x)
    const options = { ...headsOf(r), keyLengths: lengths, causal: true }
    const y = r.graph.recorder.scope(name, () => attention(r.graph, q, kv, kv, options))
    return layerOutput(r, name, x, y)
  }

/**
 * Attention of one place more: lengths u32 [B] is how many there are so far, past each layer's keys and values of them, [B, capacity, 2D]. The step
 * of `causalAttention`: through `languageLayers` it gives the last row of that over the same places.
 */
export const cachedAttention =
  (past: readonly Tensor[], lengths: Tensor): AttentionHalf =>
  (r, name, x, layer) => {
    const { q, kv } = layerProjections(r, name, x)
    const cache = past[layer]!
    const y = r.graph.recorder.scope(name, () => {
      appendToCache(r.graph, cache, kv, lengths)
      return attentionOverCache(r.graph, q, cache, lengths, { heads: r.config.heads, extra: 1 })
    })
    return layerOutput(r, name, x, y)
  }

/** What attention reads of a layer's input, through its norm. */
export function layerProjections(r: Recording, name: string, x: Tensor): { q: Tensor; kv: Tensor } {
  const normed = norm(r, `${name}/norm`, x)
  return { q: project(r, `${name}/query`, normed), kv: projectMemory(r, name, normed) }
}

/** x plus, dropped as residuals are, the projection of what attention made. */
export const layerOutput = (r: Recording, name: string, x: Tensor, y: Tensor): Tensor =>
  project(r, `${name}/out`, y, { residual: x, dropout: r.config.residualDropout ?? 0 })

/** Embedded tokens [B, T, D]: √D times each one's row of the table, plus its position, dropped as residuals are. */
export function embedLanguage({ graph, config }: Recording, tokens: TokenIds, vocabulary: ShardedVocabulary, places: Places): Tensor {
  const width = vocabulary.shards[0]!.table.value.shape[1]!
  return graph.recorder.scope(`${LANGUAGE}/tokens`, () =>
    dropout(graph, embedTokens(graph, tokens, vocabulary, places, Math.sqrt(width)), config.residualDropout ?? 0),
  )
}

/** The sizes that a language model's parameters follow from. */
export interface LanguageSizes extends LayerSizes {
  readonly layers: number
  /** Tokens there are. */
  readonly vocabulary: number
  /** The id of padding, whose row of the table begins as zeros. */
  readonly padding: number
  /** Most rows of a shard of the table, a multiple of 4; default what `shardRows` says. */
  readonly shardRows?: number | undefined
}

/** How a language model's parameters are held: trained, or frozen and then stored as f32 or f16, matrices at least. */
export interface LanguageStorage {
  readonly frozen: boolean
  readonly stored?: 'f32' | 'f16'
}

/** Bytes of a shard in f32 at most: half of what WebGPU promises of one binding. */
const SHARD_BYTES = 2 ** 26
/** Words of a shard at most, so that the logits of some thousand tokens can be bound. */
const SHARD_WORDS = 16_384

/** Rows of each shard of a table but the last. They follow from the width alone: a checkpoint has the same shards on every adapter. */
const shardRows = (width: number): number => Math.max(4, Math.min(SHARD_WORDS, Math.floor(SHARD_BYTES / (16 * width)) * 4))

/** First id and rows of each shard. */
export function shardsOf({
  vocabulary,
  width,
  shardRows: most = shardRows(width),
}: Pick<LanguageSizes, 'vocabulary' | 'width' | 'shardRows'>) {
  const count = Math.ceil(vocabulary / most)
  return Array.from({ length: count }, (_, i) => ({ first: i * most, classes: Math.min(most, vocabulary - i * most) }))
}

/** The vocabulary of a language model among `weights`. */
export function vocabularyOf(weights: ParameterSet, sizes: Pick<LanguageSizes, 'vocabulary' | 'width' | 'shardRows'>): ShardedVocabulary {
  const shards = shardsOf(sizes).map((shard, i) => ({ ...shard, table: weights.get(tableName(i)) }))
  return { shards, total: sizes.vocabulary }
}

/** The parameters of all layers and of the last norm. */
export function languageLayerSpecs(sizes: LayerSizes & { readonly decoderLayers: number }): ParameterSpec[] {
  const layers = Array.from({ length: sizes.decoderLayers }, (_, i) => [
    ...attentionSpecs(attentionName(i), sizes.width, ['value']),
    ...feedForwardSpecs(`${layerName(i)}/feed_forward`, sizes),
  ])
  return [...layers.flat(), ...normSpecs(`${LANGUAGE}/norm`, sizes.width)]
}

/** The parameters of a language model, in order. */
export function languageSpecs(sizes: LanguageSizes, { frozen, stored = 'f32' }: LanguageStorage = { frozen: false }): ParameterSpec[] {
  const { width, padding, layers } = sizes
  const tables = shardsOf(sizes).map(({ first, classes }, i): ParameterSpec => {
    const own = padding >= first && padding < first + classes
    const init: Init = { kind: 'normal', deviation: 1 / Math.sqrt(width), ...(own && { zeroRow: padding - first }) }
    return { name: tableName(i), shape: [classes, width], init, table: true }
  })
  const specs = [...tables, ...languageLayerSpecs({ ...sizes, decoderLayers: layers })]
  if (!frozen) return specs
  return specs.map((spec) => ({ ...spec, trainable: false, ...(stored === 'f16' && isMatrix(spec) && { dtype: 'f16' as const }) }))
}

export const tableName = (shard: number): string => `${LANGUAGE}/tokens.${shard}`

/** Where a layer's parameters of attention lie. */
export const attentionName = (i: number): string => `${layerName(i)}/self`

const layerName = (i: number): string => `${LANGUAGE}/layer.${i}`
