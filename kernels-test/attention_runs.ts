// Attention and its gradients held against the reference, with all weights or with a share of them dropped.

import { expect } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import type { AnyKernel } from '../src/device/kernel.js'
import { attention, attentionDelta, attentionGradKeyValue, attentionGradQuery } from '../src/kernels/attention.js'
import * as reference from '../src/reference/attention.js'
import { type Drops, keepOf } from '../src/reference/attention_dropped.js'
import { type Inputs, sideBySide } from './attention_inputs.js'
import { columnsOf, expectClose, runKernel } from './harness.js'

type Shape = reference.AttentionShape

/** A kernel of attention, of any buffers and params. */
type Named = { readonly name: string }

/** Which kernels are run, where, and what they drop. */
export interface Run {
  readonly by?: { readonly attention: Named; readonly gradQuery: Named; readonly gradKeyValue: Named }
  readonly on?: Gpu
  readonly drops?: Drops
}

const whole = { attention, gradQuery: attentionGradQuery, gradKeyValue: attentionGradKeyValue }

/** A launch of kernels that are told the same, and where weights are dropped also how. */
export function launcher(params: Readonly<Record<string, number>>, { on, drops }: Run) {
  const { seed, ...draws } = drops ?? {}
  return (kernel: Named, buffers: Readonly<Record<string, Float64Array | Uint32Array | number>>) =>
    runKernel(kernel as AnyKernel, { ...buffers, ...(seed && { seed }) }, { ...params, ...draws }, on) as Promise<
      Record<string, Float32Array>
    >
}

/** Runs all four kernels, each on what the reference makes of the one before. `given` may differ from `inputs` where it must not matter. */
export async function run(shape: Shape, inputs: Inputs, how: Run = {}, given = inputs) {
  const { batch, queries, heads, headWidth } = shape
  const { by = whole, drops } = how
  const keep = drops && keepOf(shape, drops)
  const want = { ...reference.attention(inputs, shape, keep), ...reference.attentionGrad(inputs, inputs.dy, shape, keep) }
  const delta = reference.attentionDelta(want.y, inputs.dy, shape)
  const { dy, keyLengths } = given
  const width = heads * headWidth
  const { q, k, v, columns } = sideBySide(given, width)
  const launch = launcher({ ...shape, ...columns }, how)
  const rowStats = Float64Array.from({ length: 2 * delta.length }, (_, i) => (i % 2 === 0 ? want.logSumExp : delta)[i >> 1]!)
  const backward = { q, k, v, dy, rowStats, keyLengths }
  const { dq } = await launch(by.gradQuery, { ...backward, dq: q.length })
  const { dkv } = await launch(by.gradKeyValue, { ...backward, dkv: k.length })
  const { y, logSumExp } = await launch(by.attention, { q, k, v, keyLengths, y: given.q.length, logSumExp: delta.length })
  const stats = await runKernel(
    attentionDelta,
    { y: want.y, dy, logSumExp: want.logSumExp, rowStats: rowStats.length },
    { batch, queries, heads, headWidth },
  )
  const got = { y: y!, logSumExp: logSumExp!, rowStats: stats.rowStats, ...gradientsOf(dq!, dkv!, width) }
  return { got, want: { ...want, rowStats } }
}

/** The gradients' own columns; what lies beside them is another's. */
export function gradientsOf(dq: Float32Array, dkv: Float32Array, width: number) {
  expect([1, 2].every((i) => columnsOf(dq, width, 3 * width, i * width).every(Number.isNaN))).toBe(true)
  expect(columnsOf(dkv, width, 3 * width, 0).every(Number.isNaN)).toBe(true)
  return {
    dq: columnsOf(dq, width, 3 * width, 0),
    dk: columnsOf(dkv, width, 3 * width, width),
    dv: columnsOf(dkv, width, 3 * width, 2 * width),
  }
}

const first = (_: number, i: number) => i % 2 === 0
const second = (_: number, i: number) => i % 2 === 1

/**
 * All outputs within their roundings. A score sums headWidth products and is off by some roundings of its own size, at most
 * `highest`; the weights, and with them everything else, are off by that much again, relatively: 8 · (1 + highest) roundings, and
 * one more for each block of keys. Weights sum to 1 over the keys, so y is the size of v; a gradient dy·v is the size of
 * √headWidth, a random walk; over the queries, weights sum to more than 1 only by chance, but to log(queries) where causal.
 * Weights that are kept where others are dropped are so much larger, and so is what is made of them.
 */
export function expectAllClose({ got, want }: Awaited<ReturnType<typeof run>>, shape: Shape, highest = 2, rate = 0): void {
  const { headWidth, queries, keys, causal, scale } = shape
  const ulps = 8 * (1 + highest) + keys / 8
  const kept = 1 / (1 - rate)
  const grad = kept * Math.sqrt(headWidth)
  const perKey = 1 + (causal ? Math.log(queries) : (2 * queries) / keys)
  expectClose('y', got.y, want.y, { ulps, scale: kept })
  expectClose('logSumExp', got.logSumExp, want.logSumExp, { ulps: 8, scale: highest + Math.log(keys) })
  // Of each pair the first is passed on as it is, the second summed.
  expectClose('lines', got.rowStats.filter(first), want.rowStats.filter(first), { ulps: 1, scale: highest + Math.log(keys) })
  expectClose('lines', got.rowStats.filter(second), want.rowStats.filter(second), { ulps: 8, scale: grad })
  expectClose('dq', got.dq, want.dq, { ulps, scale: grad * scale })
  expectClose('dk', got.dk, want.dk, { ulps, scale: perKey * grad * scale })
  expectClose('dv', got.dv, want.dv, { ulps, scale: perKey * kept })
}
