// The plain-loop twin of shaders/gloss_*.wgsl, in float64.

import { logSumExpOf } from './attention.js'
import { pcg4d } from './pcg4d.js'

export interface GlossShape {
  readonly batch: number
  readonly length: number
  readonly heads: number
  readonly headWidth: number
  readonly samples: number
  /** Numbers of a row of offsets, heads·samples or more. */
  readonly columns: number
  /** As published: other places, and half of what lies there. */
  readonly released: boolean
  readonly scale: number
  /** u32 [4], of which two are used. */
  readonly seed: Uint32Array
  readonly stream: number
  /** Share of the samples that is dropped, as the shader sees it, a float32 value in [0, 1). */
  readonly rate: number
}

export interface GlossInputs {
  /** [B, length, D] */
  readonly q: Float64Array
  /** [B, length, 2D] */
  readonly kv: Float64Array
  /** [B, length, columns] */
  readonly offsets: Float64Array
}

/** y [B, length, D]; logSumExp [B, heads, length]; positions and attention [B, heads, length, samples], both NaN in rows without samples. */
export function glossAttention(inputs: GlossInputs, lengths: Uint32Array, shape: GlossShape) {
  const lines = shape.batch * shape.heads * shape.length
  const y = new Float64Array(inputs.q.length)
  const logSumExp = new Float64Array(lines)
  const positions = new Float64Array(lines * shape.samples).fill(Number.NaN)
  const attention = positions.slice()
  forEachSample(inputs, lengths, shape, ({ line, n, level, position, weight, keep, valueAt, row }) => {
    logSumExp[line] = level
    positions[line * shape.samples + n] = position
    attention[line * shape.samples + n] = weight
    for (let c = 0; c < shape.headWidth; c++) y[row + c]! += keep * weight * valueAt(c)
  })
  return { y, logSumExp, positions, attention }
}

/** The gradients at q, kv and offsets. dy [B, length, D] */
export function glossAttentionGrad(inputs: GlossInputs, dy: Float64Array, lengths: Uint32Array, shape: GlossShape) {
  const { q, kv, offsets } = inputs
  const width = shape.heads * shape.headWidth
  const { y } = glossAttention(inputs, lengths, shape)
  const [dq, dkv, doffsets] = [new Float64Array(q.length), new Float64Array(kv.length), new Float64Array(offsets.length)]
  forEachSample(inputs, lengths, shape, ({ weight, keep, keyAt, valueAt, neighbours, offset, row }) => {
    let weightGrad = 0
    for (let c = 0; c < shape.headWidth; c++) weightGrad += dy[row + c]! * (keep * valueAt(c) - y[row + c]!)
    const e = shape.scale * weight * weightGrad
    for (let c = 0; c < shape.headWidth; c++) {
      dq[row + c]! += e * keyAt(c)
      for (const { at, share, slope } of neighbours) {
        dkv[at + c]! += share * e * q[row + c]!
        dkv[at + width + c]! += share * keep * weight * dy[row + c]!
        doffsets[offset]! += slope * (e * q[row + c]! * kv[at + c]! + keep * weight * dy[row + c]! * kv[at + width + c]!)
      }
    }
  })
  return { dq, dkv, doffsets }
}

/** A row beside a place: where its key begins in kv, how much of it lies there, and how that changes with the offset. */
interface Neighbour {
  readonly at: number
  readonly share: number
  readonly slope: number
}

interface Sample {
  /** The query's place in [B, heads, length], which of its samples this is, and the log-sum-exp of its scores. */
  readonly line: number
  readonly n: number
  readonly level: number
  readonly position: number
  /** Softmax, and what dropping makes of it: 0 or 1/(1 - rate). */
  readonly weight: number
  readonly keep: number
  readonly keyAt: (column: number) => number
  readonly valueAt: (column: number) => number
  readonly neighbours: readonly Neighbour[]
  /** Its place in offsets, and where the columns of its row begin in q and y. */
  readonly offset: number
  readonly row: number
}

function forEachSample({ q, kv, offsets }: GlossInputs, lengths: Uint32Array, shape: GlossShape, visit: (sample: Sample) => void): void {
  const { batch, length, heads, headWidth, samples, columns, scale } = shape
  const width = heads * headWidth
  for (let b = 0; b < batch; b++) {
    const rows = Math.min(lengths[b]!, length)
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < (shape.released && rows > 0 ? length : rows); i++) {
        const row = (b * length + i) * width + h * headWidth
        const line = (b * heads + h) * length + i
        const taken = Array.from({ length: samples }, (_, n) => {
          const offset = (b * length + i) * columns + h * samples + n
          const { position, slope } = placeOf(i, n, offsets[offset]!, rows, shape)
          const neighbours = besides(position, slope, shape).map(({ frame, ...rest }) => ({
            ...rest,
            at: 2 * (b * length + frame) * width + h * headWidth,
          }))
          const mixed = (part: number) => (c: number) => neighbours.reduce((sum, { at, share }) => sum + share * kv[at + part + c]!, 0)
          return { n, offset, position, neighbours, keyAt: mixed(0), valueAt: mixed(width) }
        })
        const scores = taken.map(({ keyAt }) => {
          let product = 0
          for (let c = 0; c < headWidth; c++) product += q[row + c]! * keyAt(c)
          return scale * product
        })
        const level = logSumExpOf(scores)
        taken.forEach((sample, n) => {
          visit({ ...sample, line, level, row, weight: Math.exp(scores[n]! - level), keep: keepOf(line * samples + n, shape) })
        })
      }
    }
  }
}

/** Where a sample lies, and how that changes with its offset. */
function placeOf(i: number, n: number, offset: number, rows: number, { samples, length, released }: GlossShape) {
  const span = rows - 1
  const position = i + n - (released ? Math.ceil(samples / 2) : Math.floor(samples / 2)) + offset
  const wrapped = span === 0 ? 0 : position - span * Math.floor(position / span)
  const stretch = released ? length / Math.max(length - 1, 1) : 1
  return { position: wrapped * stretch - (released ? 0.5 : 0), slope: span === 0 ? 0 : stretch }
}

/** The frames beside a position and what lies there of each. */
function besides(position: number, slope: number, { length, released }: GlossShape) {
  const low = Math.floor(position)
  const factor = released ? 0.5 : 1
  const both = [
    { frame: low, share: factor * (1 - position + low), slope: -factor * slope },
    { frame: low + 1, share: factor * (position - low), slope: factor * slope },
  ]
  return both.filter(({ frame, share, slope }) => frame >= 0 && frame < length && (share > 0 || slope !== 0))
}

function keepOf(place: number, { seed, stream, rate }: GlossShape): number {
  if (rate === 0) return 1
  const bits = pcg4d(place >>> 2, stream, seed[0]!, seed[1]!)[place & 3]!
  return bits >= Math.floor(rate * 2 ** 32) ? 1 / (1 - rate) : 0
}
