// The two sub-layers everything is made of, pre-norm: multi-head attention and the feed-forward block, each with its residual.

import type { Tensor } from '../device/memory.js'
import { appendToCache, attention, attentionOverCache } from '../ops/attention.js'
import { batchNorm as batchNormOp } from '../ops/batch_norm.js'
import { dropout } from '../ops/dropout.js'
import { gelu } from '../ops/gelu.js'
import { layerNorm } from '../ops/layer_norm.js'
import { type LinearFinish, linear } from '../ops/linear.js'
import type { Recording } from './recording.js'

const LAYER_NORM_EPSILON = 1e-6

/** As PyTorch has them. */
const BATCH_NORM = { epsilon: 1e-5, momentum: 0.1 }

/** y = x·wᵀ + b with the parameters under `name`, and what `finish` asks for. */
export function project(
  { graph, weights }: Pick<Recording, 'graph' | 'weights'>,
  name: string,
  x: Tensor,
  finish: LinearFinish = {},
): Tensor {
  return graph.recorder.scope(name, () => linear(graph, x, weights.get(`${name}/weight`), weights.get(`${name}/bias`), finish))
}

/**
 * Several projections of x in one product, side by side in the last dimension; their parameters lie one behind the other. A key's bias adds the same
 * to all scores of a query, unless what is done to keys depends on where they stand.
 */
export function projectTogether(
  { graph, weights }: Recording,
  name: string,
  parts: readonly string[],
  x: Tensor,
  { idleKeyBias = true }: { readonly idleKeyBias?: boolean } = {},
): Tensor {
  const together = (kind: string) => weights.joined(parts.map((part) => `${name}/${part}/${kind}`))
  const [weight, bias] = [together('weight'), together('bias')]
  const count = weight.value.shape[0]! / parts.length
  const idleBias = idleKeyBias ? { first: parts.indexOf('key') * count, count } : undefined
  return graph.recorder.scope(`${name}/${parts.join('+')}`, () => linear(graph, x, weight, bias, { idleBias }))
}

/** Keys and values of a cross-attention's memory [B, U, D]: [B, U, 2D]. */
export const projectMemory = (r: Recording, name: string, memory: Tensor): Tensor => projectTogether(r, name, ['key', 'value'], memory)

export function norm({ graph, weights, config: { normEpsilon = LAYER_NORM_EPSILON } }: Recording, name: string, x: Tensor): Tensor {
  return graph.recorder.scope(name, () => layerNorm(graph, x, weights.get(`${name}/gamma`), weights.get(`${name}/beta`), normEpsilon))
}

/**
 * Batch norm of x [B, T, D] over the frames before each of lengths [B], 0 at padding, with the parameters under `name`. In training by the
 * statistics of the batch, and the running ones are moved towards them; otherwise by the running ones. A batch that goes through in several
 * passes (micro-batches) is normalised by each pass's own statistics, and each pass moves the running ones.
 */
export function batchNorm({ graph, weights }: Pick<Recording, 'graph' | 'weights'>, name: string, x: Tensor, lengths: Tensor): Tensor {
  const [gamma, beta, running] = ['gamma', 'beta', 'running'].map((part) => weights.get(`${name}/${part}`))
  return graph.recorder.scope(name, () => batchNormOp(graph, x, lengths, { gamma: gamma!, beta: beta!, running: running! }, BATCH_NORM))
}

/** What every attention of a model is told. */
export const headsOf = ({ config: { heads, attentionDropout } }: Pick<Recording, 'config'>) => ({ heads, dropout: attentionDropout })

/** x + Out(attention(LN x, LN x, LN x)); keyLengths u32 [B]. */
export function selfAttention(r: Recording, name: string, x: Tensor, options: { keyLengths: Tensor; causal: boolean }): Tensor {
  const normed = norm(r, `${name}/norm`, x)
  const qkv = projectTogether(r, name, ['query', 'key', 'value'], normed)
  const attended = r.graph.recorder.scope(name, () => attention(r.graph, qkv, qkv, qkv, { ...headsOf(r), ...options }))
  return project(r, `${name}/out`, attended, { residual: x, dropout: r.config.residualDropout ?? 0 })
}

/** x + Out(attention(LN x, memory, memory)); memoryLengths u32 [B]. */
export function crossAttention(r: Recording, name: string, x: Tensor, memory: Tensor, memoryLengths: Tensor): Tensor {
  const q = project(r, `${name}/query`, norm(r, `${name}/norm`, x))
  const kv = projectMemory(r, name, memory)
  const options = { ...headsOf(r), keyLengths: memoryLengths, causal: false }
  const attended = r.graph.recorder.scope(name, () => attention(r.graph, q, kv, kv, options))
  return project(r, `${name}/out`, attended, { residual: x, dropout: r.config.residualDropout ?? 0 })
}

/** x + Drop(W₂·Drop(act(W₁·LN x + b₁)) + b₂) */
export function feedForward(r: Recording, name: string, x: Tensor): Tensor {
  const { graph, config } = r
  const normed = norm(r, `${name}/norm`, x)
  const { dropout: rate, activationDropout = rate } = config
  const relu = config.activation === 'relu'
  const wide = project(r, `${name}/wide`, normed, relu ? { relu, dropout: activationDropout } : {})
  const form = config.activation === 'gelu-erf' ? 'erf' : 'tanh'
  // A GELU's way back needs the sums themselves, so they are stored and it is a kernel of its own.
  const activated = relu ? wide : graph.recorder.scope(name, () => dropout(graph, gelu(graph, wide, form), activationDropout))
  return project(r, `${name}/narrow`, activated, { dropout: rate, residual: x })
}

/** One frame's self-attention over all frames so far: x [B, D], the new key and value appended to the cache [B, capacity, 2D] first. */
export function cachedSelfAttention(r: Recording, name: string, x: Tensor, cache: Tensor, lengths: Tensor): Tensor {
  const normed = norm(r, `${name}/norm`, x)
  const qkv = projectTogether(r, name, ['query', 'key', 'value'], normed)
  const attended = r.graph.recorder.scope(name, () => {
    appendToCache(r.graph, cache, qkv, lengths)
    return attentionOverCache(r.graph, qkv, cache, lengths, { heads: r.config.heads, extra: 1 })
  })
  return project(r, `${name}/out`, attended, { residual: x, dropout: r.config.residualDropout ?? 0 })
}

/** One frame's cross-attention: the memory's keys and values were projected once, before the first frame. */
export function cachedCrossAttention(r: Recording, name: string, x: Tensor, memory: Tensor, memoryLengths: Tensor): Tensor {
  const q = project(r, `${name}/query`, norm(r, `${name}/norm`, x))
  const attended = r.graph.recorder.scope(name, () =>
    attentionOverCache(r.graph, q, memory, memoryLengths, { heads: r.config.heads, extra: 0 }),
  )
  return project(r, `${name}/out`, attended, { residual: x, dropout: r.config.residualDropout ?? 0 })
}
