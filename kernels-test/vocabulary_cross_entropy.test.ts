import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { crossEntropy } from '../src/kernels/cross_entropy.js'
import { ROW_LANES } from '../src/kernels/reductions.js'
import { vocabularyCrossEntropy, vocabularyCrossEntropyGrad } from '../src/kernels/vocabulary_cross_entropy.js'
import * as whole from '../src/reference/cross_entropy.js'
import * as reference from '../src/reference/vocabulary_cross_entropy.js'
import { expectClose, expectGrad, finiteDifference, forced, hasSubgroups, noise, runKernel } from './harness.js'
import { withLanes } from './subgroup_lanes.js'
import { shardsOf } from './vocabulary_shards.js'

const PAD = 1

// One lane a row, 64 rows a workgroup; the gradient has a lane for four columns, 256 a workgroup. A vocabulary in one shard and in several.
const shapes = [
  { rows: 1, sizes: [2] },
  { rows: 5, sizes: [4, 3] },
  { rows: 63, sizes: [12, 12, 1] },
  { rows: 65, sizes: [33, 7] },
  { rows: 128, sizes: [512, 512, 65] },
]
const totalOf = (sizes: readonly number[]) => sizes.reduce((sum, n) => sum + n)

/** Goals of which some are padding and one is no class. */
function batchOf({ rows, sizes }: (typeof shapes)[number], size: number) {
  const total = totalOf(sizes)
  const logits = noise(rows * total, 1, size)
  const goal = Uint32Array.from({ length: rows }, (_, r) => (r % 5 === 4 ? PAD : r === 3 ? total : (r * 7) % total))
  return { total, logits, goal, coefficient: noise(rows, 2) }
}

async function expectResult(shape: (typeof shapes)[number], smoothing: number, kernel: typeof vocabularyCrossEntropy, on?: Gpu) {
  const { rows, sizes } = shape
  const { total, logits, goal } = batchOf(shape, 4)
  const params = { rows, total, ignored: PAD, smoothing }
  let sums: Float32Array | undefined
  let before: Float64Array | undefined
  for (const shard of shardsOf(logits, rows, sizes)) {
    const { first, classes, stride } = shard
    const size = { ...params, first, classes, stride }
    const given = { logits: shard.logits, goal, sums: sums ?? 4 * rows, result: 2 * rows }
    const got = await runKernel(kernel, given, { ...size, accumulate: sums ? 1 : 0 }, on)
    const want = reference.vocabularyCrossEntropy(shard.logits, goal, size, before)
    // Sums of `total` exponentials of at most 1 in runs of four; logits are below 4, their logSumExp below 4 + log total.
    expectClose('result', got.result, want.result, { ulps: 16 + total / 8, scale: 4 + Math.log(total) })
    sums = got.sums
    before = want.sums
    if (first + classes === total) return got.result
  }
  return expect.fail('the shards end before the vocabulary does')
}

describe('vocabulary_cross_entropy', () => {
  it('has a reference that is cross_entropy’s, and its gradient matches finite differences', () => {
    const shape = { rows: 4, sizes: [4, 3] }
    const { total, goal, coefficient } = batchOf(shape, 2)
    const params = { rows: 4, total, ignored: PAD, smoothing: 0.1 }
    const resultOf = (at: Float64Array) => {
      let sums: Float64Array | undefined
      let result = new Float64Array()
      for (const { logits, ...size } of shardsOf(at, 4, shape.sizes)) {
        const found = reference.vocabularyCrossEntropy(logits, goal, { ...params, ...size }, sums)
        sums = found.sums
        result = found.result
      }
      return result
    }
    const logits = noise(4 * total, 3, 2)
    const plain = whole.crossEntropy(logits, goal, { ...params, classes: total, stride: total, kind: 0 })
    resultOf(logits).forEach((v, i) => {
      expect(v).toBeCloseTo(plain[i]!, 12)
    })
    const grad = shardsOf(logits, 4, shape.sizes).map(({ logits: own, ...size }) => ({
      ...size,
      own: reference.vocabularyCrossEntropyGrad(own, goal, plain, coefficient, { ...params, ...size }),
    }))
    const joined = Float64Array.from({ length: 4 * total }, (_, i) => {
      const [r, v] = [Math.floor(i / total), i % total]
      const { own, first, stride } = grad.findLast(({ first: from }) => v >= from)!
      return own[r * stride + v - first]!
    })
    const loss = (at: Float64Array) => coefficient.reduce((sum, c, r) => sum + c * resultOf(at)[2 * r]!, 0)
    expectGrad('dlogits', joined, finiteDifference(loss, logits))
  })

  for (const shape of shapes) {
    for (const smoothing of [0, Math.fround(0.1)]) {
      const title = `${shape.rows} rows of ${shape.sizes.join('+')}, smoothing ${smoothing.toFixed(1)}`
      it(`matches the reference with NaN for padding, ${title}`, async () => {
        await expectResult(shape, smoothing, forced(vocabularyCrossEntropy, 'portable'))
      })

      it(`matches the reference, a subgroup a row, ${title}`, async ({ skip }) => {
        if (!(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
        await expectResult(shape, smoothing, forced(vocabularyCrossEntropy, 'subgroup'))
      })

      it(`has the reference's gradient in the logits' place, ${title}`, async () => {
        const { rows, sizes } = shape
        const { total, logits, goal, coefficient } = batchOf(shape, 4)
        const base = { rows, total, ignored: PAD, smoothing }
        const result = whole.crossEntropy(logits, goal, { ...base, classes: total, stride: total, kind: 0 })
        for (const { logits: own, ...size } of shardsOf(logits, rows, sizes)) {
          const got = await runKernel(vocabularyCrossEntropyGrad, { logits: own, goal, result, coefficient }, { ...base, ...size })
          const want = reference.vocabularyCrossEntropyGrad(own, goal, result, coefficient, { ...base, ...size })
          // The exponent is off by a few roundings of its own size, at most 8 + log total.
          expectClose('dlogits', got.logits, want, { ulps: 16 + 2 * Math.log(total), scale: 1 })
          expect([...got.logits].filter((v, i) => i % size.stride >= size.classes && !Object.is(v, 0))).toEqual([])
        }
      })
    }
  }

  it('gives what cross_entropy gives, bit for bit, where the vocabulary is one shard', async () => {
    const shape = { rows: 65, sizes: [36] }
    const result = await expectResult(shape, Math.fround(0.1), forced(vocabularyCrossEntropy, 'portable'))
    const { logits, goal } = batchOf(shape, 4)
    const params = { rows: 65, classes: 36, stride: 36, ignored: PAD, smoothing: Math.fround(0.1), kind: 0 }
    expect(result).toEqual((await runKernel(forced(crossEntropy, 'portable'), { logits, goal, result: 130 }, params)).result)
  })

  // As GPUs have them, which this adapter may not be: fewer vectors than lanes, and more.
  for (const lanes of [32, 64]) {
    it(`matches the reference, subgroups of ${lanes} spelled out`, async () => {
      for (const shape of shapes.slice(1, 4))
        await expectResult(shape, Math.fround(0.1), forced(vocabularyCrossEntropy, 'subgroup'), await withLanes(lanes))
    })
  }

  it('reads no logits of rows that do not count', async () => {
    const params = { rows: 2, classes: 4, stride: 4, first: 0, total: 8, ignored: PAD, smoothing: 0, accumulate: 0 }
    const logits = Float64Array.of(...new Array<number>(4).fill(Number.NaN), 1, 2, 3, 4)
    const { result } = await runKernel(vocabularyCrossEntropy, { logits, goal: Uint32Array.of(PAD, 2), sums: 8, result: 4 }, params)
    expect([...result.subarray(0, 2)]).toEqual([0, 0])
    expect(result.every(Number.isFinite)).toBe(true)
  })
})
