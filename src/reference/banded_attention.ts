// The plain-loop twin of shaders/banded_attention*.wgsl, in float64: the same pairs seen and dropped.

import { logSumExpOf } from './attention.js'
import { pcg4d } from './pcg4d.js'

export interface BandedShape {
  readonly batch: number
  readonly length: number
  readonly heads: number
  readonly headWidth: number
  /** Rows are seen that far before and behind. */
  readonly reach: number
  /** Rows past a clip's length see its rows in reach and themselves. */
  readonly padded: boolean
  readonly scale: number
  /** u32 [4], of which two are used. */
  readonly seed: Uint32Array
  readonly stream: number
  /** Share of the pairs that is dropped, as the shader sees it, a float32 value in [0, 1). */
  readonly rate: number
}

/** y [B, length, heads·headWidth] and logSumExp [B, heads, length]; both 0 where nothing is seen. qkv [B, length, 3·heads·headWidth] */
export function bandedAttention(qkv: Float64Array, lengths: Uint32Array, shape: BandedShape) {
  const y = new Float64Array(qkv.length / 3)
  const logSumExp = new Float64Array(shape.batch * shape.heads * shape.length)
  forEachPair(qkv, lengths, shape, ({ line, level, weight, keep, value, out }) => {
    logSumExp[line] = level
    for (let c = 0; c < shape.headWidth; c++) y[out + c]! += keep * weight * qkv[value + c]!
  })
  return { y, logSumExp }
}

/** The gradient at qkv. dy [B, length, heads·headWidth] */
export function bandedAttentionGrad(qkv: Float64Array, dy: Float64Array, lengths: Uint32Array, shape: BandedShape): Float64Array {
  const dqkv = new Float64Array(qkv.length)
  const { y } = bandedAttention(qkv, lengths, shape)
  forEachPair(qkv, lengths, shape, ({ weight, keep, query, key, value, out }) => {
    let weightGrad = 0
    for (let c = 0; c < shape.headWidth; c++) weightGrad += dy[out + c]! * (keep * qkv[value + c]! - y[out + c]!)
    for (let c = 0; c < shape.headWidth; c++) {
      dqkv[query + c]! += shape.scale * weight * weightGrad * qkv[key + c]!
      dqkv[key + c]! += shape.scale * weight * weightGrad * qkv[query + c]!
      dqkv[value + c]! += keep * weight * dy[out + c]!
    }
  })
  return dqkv
}

/** A query and a key that it sees. */
interface Pair {
  /** The query's place in [B, heads, length], and the log-sum-exp of its scores. */
  readonly line: number
  readonly level: number
  /** Softmax, and what dropping makes of it: 0 or 1/(1 - rate). */
  readonly weight: number
  readonly keep: number
  /** Where the columns of both and of the value begin in qkv, and those of the query's row in y. */
  readonly query: number
  readonly key: number
  readonly value: number
  readonly out: number
}

function forEachPair(qkv: Float64Array, lengths: Uint32Array, shape: BandedShape, visit: (pair: Pair) => void): void {
  const { batch, length, heads, headWidth, scale } = shape
  const width = heads * headWidth
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < length; i++) {
        const start = (row: number) => (b * length + row) * 3 * width + h * headWidth
        const keys = visibleTo(i, lengths[b]!, shape)
        if (keys.length === 0) continue
        const scores = keys.map((j) => {
          let product = 0
          for (let c = 0; c < headWidth; c++) product += qkv[start(i) + c]! * qkv[start(j) + width + c]!
          return scale * product
        })
        const level = logSumExpOf(scores)
        const line = (b * heads + h) * length + i
        keys.forEach((j, n) => {
          const places = {
            query: start(i),
            key: start(j) + width,
            value: start(j) + 2 * width,
            out: (b * length + i) * width + h * headWidth,
          }
          visit({ line, level, weight: Math.exp(scores[n]! - level), keep: keepOf(line, i, j, shape), ...places })
        })
      }
    }
  }
}

/** The rows that row i of a clip of `rows` rows sees. */
function visibleTo(i: number, rows: number, { length, reach, padded }: BandedShape): number[] {
  if (i >= rows && !padded) return []
  return Array.from({ length }, (_, j) => j).filter((j) => i === j || (Math.abs(i - j) <= reach && j < rows))
}

function keepOf(line: number, i: number, j: number, { reach, seed, stream, rate }: BandedShape): number {
  const pair = line * (2 * reach + 1) + j - i + reach
  const bits = pcg4d(pair >>> 2, stream, seed[0]!, seed[1]!)[pair & 3]!
  return bits >= Math.floor(rate * 2 ** 32) ? 1 / (1 - rate) : 0
}
