// Which weights of an attention its kernels drop, bit for bit. Attention with them, and its gradients, are in reference/attention and attention_half.

import type { AttentionShape, Keep } from './attention.js'
import { pcg4d } from './pcg4d.js'

export interface Drops {
  /** u32 [4], of which two are used. */
  readonly seed: Uint32Array
  readonly stream: number
  /** Share of the pairs that is dropped, as the shader sees it, a float32 value in [0, 1). */
  readonly rate: number
}

/** 0 for a share of the pairs and 1/(1 - rate) for the rest. A query's draws are whole fours of keys. */
export function keepOf({ keys }: Pick<AttentionShape, 'keys'>, { seed, stream, rate }: Drops): Keep {
  const threshold = Math.floor(rate * 2 ** 32)
  return (line, key) => {
    const at = line * Math.ceil(keys / 4) + (key >>> 2)
    return pcg4d(at, stream, seed[0]!, seed[1]!)[key & 3]! >= threshold ? 1 / (1 - rate) : 0
  }
}
