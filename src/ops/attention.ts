import { bug } from '../base/errors.js'
import type { ParamValues } from '../device/kernel.js'
import { elements, type Tensor } from '../device/memory.js'
import { attentionDelta, attentionGradKeyValue, attentionGradQuery, attention as attentionKernel } from '../kernels/attention.js'
import {
  attentionDropped,
  attentionDroppedGradKeyValue,
  attentionDroppedGradQuery,
  attentionHalfDropped,
  attentionHalfDroppedGradKeyValue,
  attentionHalfDroppedGradQuery,
} from '../kernels/attention_dropped.js'
import { attentionHalf, attentionHalfGradKeyValue, attentionHalfGradQuery } from '../kernels/attention_half.js'
import { attentionRow } from '../kernels/attention_row.js'
import { cacheAppend } from '../kernels/cache_append.js'
import { prefixAttentionRow } from '../kernels/prefix_attention_row.js'
import { toHalf } from '../kernels/to_half.js'
import type { Graph } from './graph.js'
import { headColumns } from './head_columns.js'
import { padded } from './parameter.js'

const whole = {
  inFull: { attention: attentionKernel, gradQuery: attentionGradQuery, gradKeyValue: attentionGradKeyValue },
  inHalf: { attention: attentionHalf, gradQuery: attentionHalfGradQuery, gradKeyValue: attentionHalfGradKeyValue },
}
const dropped = {
  inFull: { attention: attentionDropped, gradQuery: attentionDroppedGradQuery, gradKeyValue: attentionDroppedGradKeyValue },
  inHalf: { attention: attentionHalfDropped, gradQuery: attentionHalfDroppedGradQuery, gradKeyValue: attentionHalfDroppedGradKeyValue },
}

export interface AttentionOptions {
  readonly heads: number
  /** u32 [B] */
  readonly keyLengths: Tensor
  readonly causal: boolean
  /** Share of the weights that training drops; default none. */
  readonly dropout?: number | undefined
}

/**
 * softmax(q·kᵀ/√(head width))·v for each head; the score matrix is never stored.
 * q [B, Tq, D], k and v [B, Tk, D]; keys at or past keyLengths[b] are not seen, nor, when causal, keys after the query.
 * k and v may be one tensor [B, Tk, 2D], given twice, and q, k and v one [B, T, 3D], given thrice; where their gradients are wanted, the former at least.
 * Where the loss is scaled for it, the products are of halves, as those of linear layers are. Heads whose width is no multiple of 4 are read with zeros
 * behind them, which add nothing to any product.
 */
export function attention(g: Graph, q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  const headWidth = sideBySide(q, k, v).width / options.heads
  const scale = 1 / Math.sqrt(headWidth)
  if (headWidth % 4 === 0) return attentionOf(g, q, k, v, { ...options, scale })
  const apart = padded(headWidth)
  const queries = headColumns(g, q, headWidth, apart)
  const keys = k === q ? queries : headColumns(g, k, headWidth, apart)
  const values = v === k ? keys : headColumns(g, v, headWidth, apart)
  return headColumns(g, attentionOf(g, queries, keys, values, { ...options, scale }), apart, headWidth)
}

/** As `attention`, of heads whose width is a multiple of 4. */
function attentionOf(
  g: Graph,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { heads, keyLengths, causal, dropout = 0, scale }: AttentionOptions & { readonly scale: number },
): Tensor {
  const [batch, queries] = q.shape as [number, number, number]
  const { width, columns } = sideBySide(q, k, v)
  const headWidth = width / heads
  const params = { batch, queries, keys: k.shape[1]!, heads, headWidth, causal: causal ? 1 : 0, scale, ...columns }
  const y = g.tensor('y', [batch, queries, width])
  const logSumExp = g.tensor('log_sum_exp', [batch, heads, queries])
  const halved = g.training?.scaling !== undefined
  const launch = launches(g, params, dropout)
  const factor = (x: Tensor) => (halved ? asHalves(g, x) : x)
  const queryFactor = factor(q)
  const keyFactor = k === q ? queryFactor : factor(k)
  const factors = { q: queryFactor, k: keyFactor, v: v === k ? keyFactor : factor(v), keyLengths }
  launch.attention({ ...factors, y, logSumExp })

  g.onBackward(y, [q, k, v], (dy) => {
    if (k !== v && (g.requiresGrad(k) || g.requiresGrad(v))) throw bug(y.name, 'keys and values whose gradients are wanted are one tensor')
    const rowStats = g.tensor('lines', [batch, heads, queries, 2])
    g.recorder.run(attentionDelta, { y, dy, logSumExp, rowStats }, { batch, queries, heads, headWidth })
    const given = { ...factors, dy: factor(dy), rowStats }
    const atQueries = (dq: Tensor) => launch.gradQuery({ ...given, dq })
    const atKeys = (dkv: Tensor) => launch.gradKeyValue({ ...given, dkv })
    if (q === k) {
      g.addGrad(q, (grad) => {
        atQueries(grad)
        atKeys(grad)
      })
    } else {
      g.addGrad(q, atQueries)
      g.addGrad(k, atKeys)
    }
  })
  return y
}

type Buffers<Name extends keyof typeof whole.inFull> = { readonly [K in keyof (typeof whole.inFull)[Name]['buffers']]: Tensor }

/** How attention and its gradients are recorded: by kernels that drop where something is dropped, and the same of it there and back. */
function launches(g: Graph, params: ParamValues<typeof attentionKernel.params>, rate: number) {
  const { recorder, training } = g
  const precision = training?.scaling ? 'inHalf' : 'inFull'
  if (!training || rate === 0) {
    const kernels = whole[precision]
    return {
      attention: (buffers: Buffers<'attention'>) => recorder.run(kernels.attention, buffers, params),
      gradQuery: (buffers: Buffers<'gradQuery'>) => recorder.run(kernels.gradQuery, buffers, params),
      gradKeyValue: (buffers: Buffers<'gradKeyValue'>) => recorder.run(kernels.gradKeyValue, buffers, params),
    }
  }
  const kernels = dropped[precision]
  const { seed } = training
  const draws = { ...params, stream: g.nextStream(), rate }
  return {
    attention: (buffers: Buffers<'attention'>) => recorder.run(kernels.attention, { ...buffers, seed }, draws),
    gradQuery: (buffers: Buffers<'gradQuery'>) => recorder.run(kernels.gradQuery, { ...buffers, seed }, draws),
    gradKeyValue: (buffers: Buffers<'gradKeyValue'>) => recorder.run(kernels.gradKeyValue, { ...buffers, seed }, draws),
  }
}

/** x rounded to halves. */
function asHalves(g: Graph, x: Tensor): Tensor {
  const y = g.tensor('halves', x.shape, 'f16')
  g.recorder.run(toHalf, { x, y }, { n: elements(x.shape) })
  return y
}

/** The width of one of three tensors, and where its columns lie: queries before keys before values in what is shared. */
function sideBySide(q: Tensor, k: Tensor, v: Tensor) {
  const [queryStride, keyStride] = [q.shape.at(-1)!, k.shape.at(-1)!]
  if (q === k)
    return { width: queryStride / 3, columns: { queryStride, keyStride, keyColumn: queryStride / 3, valueColumn: (2 * queryStride) / 3 } }
  return { width: queryStride, columns: { queryStride, keyStride, keyColumn: 0, valueColumn: k === v ? queryStride : 0 } }
}

/** Appends the last columns of this frame's x [B, …], its key and value, to a layer's cache [B, capacity, 2D] of them at lengths[b]. */
export function appendToCache(g: Graph, cache: Tensor, x: Tensor, lengths: Tensor): void {
  const [batch, capacity, width] = cache.shape as [number, number, number]
  const stride = x.shape.at(-1)!
  g.recorder.run(cacheAppend, { x, lengths, cache }, { batch, capacity, width, stride, column: stride - width })
}

/**
 * Attention of one query a sample, the first D columns of q [B, …], over the first lengths[b] + extra rows of a cache [B, capacity, 2D] of its own; or,
 * where there are fewer caches and lengths, of the one that it shares with its neighbours, as many for each.
 */
export function attentionOverCache(g: Graph, q: Tensor, cache: Tensor, lengths: Tensor, options: { heads: number; extra: number }): Tensor {
  const { heads } = options
  const headWidth = cache.shape.at(-1)! / 2 / heads
  const scale = 1 / Math.sqrt(headWidth)
  if (headWidth % 4 === 0) return overCacheOf(g, q, cache, lengths, { ...options, scale })
  const apart = padded(headWidth)
  const [queries, rows] = [headColumns(g, q, headWidth, apart), headColumns(g, cache, headWidth, apart)]
  return headColumns(g, overCacheOf(g, queries, rows, lengths, { ...options, scale }), apart, headWidth)
}

/** As `attentionOverCache`, of heads whose width is a multiple of 4. */
function overCacheOf(
  g: Graph,
  q: Tensor,
  cache: Tensor,
  lengths: Tensor,
  { heads, extra, scale }: { heads: number; extra: number; scale: number },
): Tensor {
  const [caches, capacity, both] = cache.shape as [number, number, number]
  const headWidth = both / 2 / heads
  const queryStride = q.shape.at(-1)!
  const batch = elements(q.shape) / queryStride
  const share = batch / caches
  if (!Number.isInteger(share)) throw bug(cache.name, `wanted caches that ${batch} samples share evenly, got ${caches}`)
  const y = g.tensor('y', [batch, both / 2])
  const params = { batch, share, capacity, heads, headWidth, extra, scale, queryStride }
  g.recorder.run(attentionRow, { q, cache, lengths, y }, params)
  return y
}

/** Keys and values side by side [B, capacity, 2D], and how many rows of each count, u32 [B]. */
export interface KeyValueCache {
  readonly cache: Tensor
  readonly lengths: Tensor
}

/**
 * As `attentionOverCache`, over the rows of a prefix first and behind them those of what is written so far: lengths[b] + extra. Prefixes may be fewer, each of as
 * many neighbouring samples.
 */
export function attentionAfterPrefix(
  g: Graph,
  q: Tensor,
  prefix: KeyValueCache,
  past: KeyValueCache,
  options: { heads: number; extra: number },
): Tensor {
  const { heads } = options
  const headWidth = past.cache.shape.at(-1)! / 2 / heads
  const scale = 1 / Math.sqrt(headWidth)
  if (headWidth % 4 === 0) return afterPrefixOf(g, q, prefix, past, { ...options, scale })
  const apart = padded(headWidth)
  const widened = ({ cache, lengths }: KeyValueCache) => ({ cache: headColumns(g, cache, headWidth, apart), lengths })
  const queries = headColumns(g, q, headWidth, apart)
  return headColumns(g, afterPrefixOf(g, queries, widened(prefix), widened(past), { ...options, scale }), apart, headWidth)
}

/** As `attentionAfterPrefix`, of heads whose width is a multiple of 4. */
function afterPrefixOf(
  g: Graph,
  q: Tensor,
  prefix: KeyValueCache,
  { cache, lengths }: KeyValueCache,
  { heads, extra, scale }: { heads: number; extra: number; scale: number },
): Tensor {
  const [batch, capacity, both] = cache.shape as [number, number, number]
  const [prefixes, prefixRows] = prefix.cache.shape as [number, number, number]
  const share = batch / prefixes
  if (!Number.isInteger(share)) throw bug(prefix.cache.name, `wanted prefixes that ${batch} samples share evenly, got ${prefixes}`)
  const y = g.tensor('y', [batch, both / 2])
  const sizes = { batch, share, prefixRows, capacity, heads, headWidth: both / 2 / heads }
  const tensors = { q, prefix: prefix.cache, prefixLengths: prefix.lengths, cache, lengths, y }
  g.recorder.run(prefixAttentionRow, tensors, { ...sizes, extra, scale, queryStride: q.shape.at(-1)! })
  return y
}
