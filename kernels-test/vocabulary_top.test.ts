import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { ROW_LANES } from '../src/kernels/reductions.js'
import { topLogProbs } from '../src/kernels/top_log_probs.js'
import { vocabularyTop } from '../src/kernels/vocabulary_top.js'
import * as reference from '../src/reference/vocabulary_top.js'
import { expectClose, forced, hasSubgroups, noise, runKernel } from './harness.js'
import { withLanes } from './subgroup_lanes.js'
import { shardsOf } from './vocabulary_shards.js'

// One lane a row, 64 rows a workgroup; shards with fewer classes than are wanted first, between others, and last.
const shapes = [
  { rows: 1, sizes: [3], k: 2 },
  { rows: 5, sizes: [4, 3], k: 7 },
  { rows: 63, sizes: [2, 12, 1, 9], k: 5 },
  { rows: 65, sizes: [33, 7], k: 8 },
  { rows: 4, sizes: [600, 600, 11], k: 64 },
]

async function found(logits: Float64Array, { rows, sizes, k }: (typeof shapes)[number], kernel = vocabularyTop, on?: Gpu) {
  let last: Record<'sums' | 'top' | 'token' | 'value', Float32Array> | undefined
  for (const { logits: own, first, classes, stride } of shardsOf(logits, rows, sizes)) {
    const some = Math.min(k, classes)
    const size = { rows, classes, stride }
    const best = await runKernel(topLogProbs, { logits: own, value: rows * some, id: rows * some }, { ...size, k: some })
    const into = last ?? { sums: 2 * rows, top: rows * k, token: rows * k, value: rows * k }
    const given = { logits: own, found: new Uint32Array(best.id.buffer), ...into }
    last = await runKernel(kernel, given, { ...size, first, k, some, held: Math.min(k, first) }, on)
  }
  return { ...last!, token: new Uint32Array(last!.token.buffer) }
}

async function expectTop(shape: (typeof shapes)[number], distinct: number, kernel = vocabularyTop, on?: Gpu) {
  const { rows, sizes, k } = shape
  const classes = sizes.reduce((sum, n) => sum + n)
  const logits = noise(rows * classes, 5, distinct / 2).map((x) => Math.round(x) / (distinct > 1000 ? 128 : 1))
  const got = await found(logits, shape, kernel, on)
  const want = reference.vocabularyTop(logits, { rows, classes, stride: classes, k })
  expect([...got.token]).toEqual([...want.id])
  expect([...got.top]).toEqual([...want.top])
  // Sums of `classes` exponentials of at most 1, in runs of four; logits are at most 16, so are their differences to the highest.
  expectClose('value', got.value, want.value, { ulps: 16 + classes / 8, scale: 16 + Math.log(classes) })
}

describe('vocabulary_top', () => {
  for (const shape of shapes) {
    for (const [what, distinct] of [
      ['many alike', 6],
      ['few alike', 4000],
    ] as const) {
      const title = `${shape.k} of ${shape.sizes.join('+')} in ${shape.rows} rows, ${what}`
      it(`finds the reference's, ${title}`, () => expectTop(shape, distinct, forced(vocabularyTop, 'portable')))

      it(`finds the reference's, a subgroup a row, ${title}`, async ({ skip }) => {
        if (!(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
        await expectTop(shape, distinct, forced(vocabularyTop, 'subgroup'))
      })
    }
  }

  it('finds the reference’s, subgroups of 32 spelled out', async () => {
    for (const shape of shapes.slice(1, 4)) await expectTop(shape, 6, forced(vocabularyTop, 'subgroup'), await withLanes(32))
  })

  it('finds the same logits and classes however the vocabulary is cut', async () => {
    const logits = noise(3 * 40, 9, 3)
    const [one, other] = await Promise.all([
      found(logits, { rows: 3, sizes: [40], k: 6 }),
      found(logits, { rows: 3, sizes: [1, 20, 19], k: 6 }),
    ])
    expect([one.token, one.top]).toEqual([other.token, other.top])
  })

  it('shows NaN among the logits in the values of its row, and in no other', async () => {
    const logits = noise(2 * 12, 10)
    logits[7] = Number.NaN
    const { value } = await found(logits, { rows: 2, sizes: [4, 8], k: 3 })
    expect([...value].map(Number.isNaN)).toEqual([true, true, true, false, false, false])
  })

  it('takes classes that cannot be, of logit -infinity, last', async () => {
    const none = Number.NEGATIVE_INFINITY
    const { token, value } = await found(Float64Array.of(none, 1, none, 2, none, none), { rows: 1, sizes: [3, 3], k: 4 })
    expect([...token]).toEqual([3, 1, 0, 2])
    expect(value[3]).toBe(none)
  })
})
