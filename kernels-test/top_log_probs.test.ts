import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { type AnyKernel, chosenVariant } from '../src/device/kernel.js'
import { topLogProbs } from '../src/kernels/top_log_probs.js'
import * as reference from '../src/reference/top_log_probs.js'
import { expectClose, forcedWith, noise, runKernel } from './harness.js'

type Shape = reference.TopLogProbsShape

/** Logits with NaN for padding; `distinct` values, so that many are alike. */
function logitsOf({ rows, classes, stride }: Shape, distinct: number): Float64Array {
  const logits = noise(rows * stride, 5, distinct / 2).map((x, i) => (i % stride < classes ? Math.round(x) : Number.NaN))
  return distinct > 1000 ? logits.map((x) => Math.fround(x / 100)) : logits
}

async function expectTop(shape: Shape, logits: Float64Array, kernel = topLogProbs, on?: Gpu): Promise<void> {
  const { rows, classes, k } = shape
  const got = await runKernel(kernel, { logits, value: rows * k, id: rows * k }, shape, on)
  const want = reference.topLogProbs(logits, shape)
  expect([...new Uint32Array(got.id.buffer)]).toEqual([...want.id])
  // Sums of `classes` exponentials of at most 1, in runs of four; logits are at most 20, so are their differences to the highest.
  expectClose('value', got.value, want.value, { ulps: 16 + classes / 8, scale: 20 + Math.log(classes) })
}

describe('top_log_probs', () => {
  for (const shape of [
    { rows: 1, classes: 1, stride: 4, k: 1 },
    { rows: 3, classes: 5, stride: 8, k: 5 },
    { rows: 7, classes: 33, stride: 40, k: 3 },
    // A lane's list that never fills, and the most there may be.
    { rows: 2, classes: 64, stride: 64, k: 64 },
    { rows: 5, classes: 1089, stride: 1092, k: 20 },
    { rows: 2, classes: 2890, stride: 2892, k: 64 },
  ]) {
    it.each([
      ['many alike', 6],
      ['few alike', 4000],
    ] as const)(`matches the reference, with NaN for padding, at ${Object.values(shape).join('×')}, %s`, async (_, distinct) =>
      expectTop(shape, logitsOf(shape, distinct)),
    )
  }

  it('matches the reference over more classes than a lane sees twice, however many lanes', async () => {
    const shape = { rows: 2, classes: 40_003, stride: 40_004, k: 6 }
    const logits = logitsOf(shape, 4000)
    for (const LANES of [1, 8, 64, 128]) await expectTop(shape, logits, forcedWith(topLogProbs, 'portable', { LANES, K: 8 }))
  })

  it('finds all of them where one lane has all, in rising and in falling order', async () => {
    const shape = { rows: 2, classes: 512, stride: 512, k: 16 }
    const logits = Float64Array.from({ length: 1024 }, (_, i) => (i % 32 < 4 ? (i < 512 ? i : 1024 - i) / 100 : -5))
    await expectTop(shape, logits, forcedWith(topLogProbs, 'portable', { LANES: 8, K: 16 }))
  })

  it('puts the lower id first among equal ones, whichever lane saw it, 0 and -0 alike', async () => {
    const shape = { rows: 1, classes: 200, stride: 200, k: 40 }
    const logits = Float64Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? -0 : i % 3 === 1 ? 0 : -1))
    const { id } = await runKernel(topLogProbs, { logits, value: 40, id: 40 }, shape)
    expect([...new Uint32Array(id.buffer)]).toEqual(Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 3 < 2))
  })

  it('takes logits of -infinity and of any size', async () => {
    const none = Number.NEGATIVE_INFINITY
    const shape = { rows: 3, classes: 6, stride: 8, k: 4 }
    const rows = [
      [none, none, 2, none, none, none],
      [-3e38, 3e38, none, -1e30, 0, 1],
      [-1e30, -1e30, none, none, none, none],
    ]
    const logits = Float64Array.from(rows.flatMap((row) => [...row, Number.NaN, Number.NaN]).map(Math.fround))
    const { value, id } = await runKernel(topLogProbs, { logits, value: 12, id: 12 }, shape)
    expect([...new Uint32Array(id.buffer)]).toEqual([2, 0, 1, 3, 1, 5, 4, 3, 0, 1, 2, 3])
    expect([...value.subarray(0, 4)]).toEqual([0, none, none, none])
    expect(value[4]).toBe(0)
    expect(value[8]).toBeCloseTo(-Math.log(2), 6)
    expect(value[9]).toBeCloseTo(-Math.log(2), 6)
    expect([...value.subarray(10, 12)]).toEqual([none, none])
  })

  it.each([Number.NaN, -Number.NaN, Number.POSITIVE_INFINITY])('writes NaN for a row with %d in it, and only there', async (broken) => {
    const shape = { rows: 2, classes: 9, stride: 12, k: 4 }
    const logits = noise(24, 3)
    const want = reference.topLogProbs(logits, shape)
    logits[5] = broken
    const { value, id } = await runKernel(topLogProbs, { logits, value: 8, id: 8 }, shape)
    expect([...value.subarray(0, 4)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
    const ids = [...new Uint32Array(id.buffer)]
    expect(new Set(ids.slice(0, 4)).size).toBe(4)
    expect(ids.every((one) => one < 9)).toBe(true)
    expect(ids.slice(4)).toEqual([...want.id.subarray(4)])
    expectClose('value', value.subarray(4), want.value.subarray(4), { ulps: 16, scale: 4 })
  })

  it('gives a row as many lanes as find work in it', () => {
    const numbersOf = (classes: number, k: number, software: boolean) =>
      chosenVariant(
        topLogProbs as unknown as AnyKernel,
        { rows: 4, classes, stride: 4 * Math.ceil(classes / 4), k },
        { software, features: new Set(), subgroupSize: undefined },
      ).constants
    expect(numbersOf(256_008, 8, false)).toEqual({ K: 8, LANES: 128 })
    expect(numbersOf(256_008, 3, false)).toEqual({ K: 4, LANES: 256 })
    expect(numbersOf(256_008, 64, false)).toEqual({ K: 64, LANES: 16 })
    expect(numbersOf(256_008, 3, true)).toEqual({ K: 4, LANES: 8 })
    expect(numbersOf(13, 3, false)).toEqual({ K: 4, LANES: 1 })
  })
})
