// The plain-loop twin of shaders/prefix_attention_row.wgsl, in float64: rows that are seen are put one behind the other, and read as one cache.

import { attentionRow } from './attention_row.js'

export interface PrefixAttentionRowShape {
  readonly batch: number
  /** Neighbouring samples that see one prefix. */
  readonly share: number
  readonly prefixRows: number
  readonly capacity: number
  readonly heads: number
  readonly headWidth: number
  readonly extra: number
  readonly scale: number
}

/** Keys or values [rows, D] of prefixes and of sentences. */
export interface KeysValues {
  readonly keys: Float64Array
  readonly values: Float64Array
}

/** y [B, D] from q [B, D]: each sample over the rows of its prefix that count, and those of its sentence so far; 0 where it sees none. */
export function prefixAttentionRow(
  q: Float64Array,
  { prefix, cache }: { readonly prefix: KeysValues; readonly cache: KeysValues },
  { prefixLengths, lengths }: { readonly prefixLengths: Uint32Array; readonly lengths: Uint32Array },
  { batch, share, prefixRows, capacity, heads, headWidth, extra, scale }: PrefixAttentionRowShape,
): Float64Array {
  const width = heads * headWidth
  const y = new Float64Array(q.length)
  for (let b = 0; b < batch; b++) {
    const own = Math.floor(b / share)
    const m = prefixLengths[own]!
    const n = Math.min(lengths[b]! + extra, capacity)
    const joined = (before: Float64Array, after: Float64Array) =>
      Float64Array.of(
        ...before.subarray(own * prefixRows * width, (own * prefixRows + m) * width),
        ...after.subarray(b * capacity * width, (b * capacity + n) * width),
      )
    const [keys, values] = [joined(prefix.keys, cache.keys), joined(prefix.values, cache.values)]
    const shape = { batch: 1, share: 1, capacity: m + n, heads, headWidth, extra: 0, scale }
    y.set(attentionRow(q.subarray(b * width, (b + 1) * width), keys, values, Uint32Array.of(m + n), shape), b * width)
  }
  return y
}
