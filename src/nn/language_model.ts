// The layers of a decoder-only language model, as XGLM has them: pre-norm, each place seeing only those before it, a norm behind the last. What
// stands in a layer for its attention is given, so that adapters can be put there; the other half of a layer is the same for all.

import type { Tensor } from '../device/memory.js'
import { appendToCache, attention, attentionOverCache } from '../ops/attention.js'
import { feedForward, norm, project, projectMemory } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
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
    const { q, kv } = projections(r, name, x)
    const options = { heads: r.config.heads, keyLengths: lengths, causal: true }
    return output(r, name, x, (g) => attention(g, q, kv, kv, options))
  }

/**
 * Attention of one place more: lengths u32 [B] is how many there are so far, past each layer's keys and values of them, [B, capacity, 2D]. The step
 * of `causalAttention`: through `languageLayers` it gives the last row of that over the same places.
 */
export const cachedAttention =
  (past: readonly Tensor[], lengths: Tensor): AttentionHalf =>
  (r, name, x, layer) => {
    const { q, kv } = projections(r, name, x)
    const cache = past[layer]!
    return output(r, name, x, (g) => {
      appendToCache(g, cache, kv, lengths)
      return attentionOverCache(g, q, cache, lengths, { heads: r.config.heads, extra: 1 })
    })
  }

/** What attention reads of a layer's input. */
function projections(r: Recording, name: string, x: Tensor): { q: Tensor; kv: Tensor } {
  const normed = norm(r, `${name}/norm`, x)
  return { q: project(r, `${name}/query`, normed), kv: projectMemory(r, name, normed) }
}

const output = (r: Recording, name: string, x: Tensor, attend: (g: Recording['graph']) => Tensor): Tensor =>
  project(
    r,
    `${name}/out`,
    r.graph.recorder.scope(name, () => attend(r.graph)),
    { residual: x, dropout: r.config.residualDropout ?? 0 },
  )

/** The parameters of all layers and of the last norm. */
export function languageLayerSpecs(sizes: LayerSizes & { readonly decoderLayers: number }): ParameterSpec[] {
  const layers = Array.from({ length: sizes.decoderLayers }, (_, i) => [
    ...attentionSpecs(attentionName(i), sizes.width, ['value']),
    ...feedForwardSpecs(`${layerName(i)}/feed_forward`, sizes),
  ])
  return [...layers.flat(), ...normSpecs(`${LANGUAGE}/norm`, sizes.width)]
}

/** Where a layer's parameters of attention lie. */
export const attentionName = (i: number): string => `${layerName(i)}/self`

const layerName = (i: number): string => `${LANGUAGE}/layer.${i}`
