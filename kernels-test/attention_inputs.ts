// What the tests of attention feed it, in f32 and in halves alike.

import type { AttentionInputs, AttentionShape } from '../src/reference/attention.js'
import { noise, widened } from './harness.js'

export function shapeOf(batch: number, heads: number, headWidth: number, queries: number, keys: number, causal = 0): AttentionShape {
  return { batch, queries, keys, heads, headWidth, causal, scale: Math.fround(1 / Math.sqrt(headWidth)) }
}

export type Inputs = AttentionInputs & { readonly dy: Float64Array }

/** Noise; q and k of the given size. */
export function inputsOf({ batch, queries, keys, heads, headWidth }: AttentionShape, lengths: readonly number[], size = 1): Inputs {
  const width = heads * headWidth
  return {
    q: noise(batch * queries * width, 1, size),
    k: noise(batch * keys * width, 2, size),
    v: noise(batch * keys * width, 3),
    dy: noise(batch * queries * width, 4),
    keyLengths: Uint32Array.from({ length: batch }, (_, b) => lengths[b % lengths.length]!),
  }
}

/** Queries, keys and values side by side, as a self-attention has them: the params that say so, and the three with NaN beside them. */
export function sideBySide({ q, k, v }: Inputs, width: number) {
  const [wideQ, wideK, wideV] = [q, k, v].map((x, i) => widened(x, width, 3 * width, i * width)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  return {
    q: wideQ,
    k: wideK,
    v: wideV,
    columns: { queryStride: 3 * width, keyStride: 3 * width, keyColumn: width, valueColumn: 2 * width },
  }
}
