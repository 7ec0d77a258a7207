import { describe, expect, it } from 'vitest'
import { ctc, ctcGrad, ctcGradLabels, ctcLogSum } from '../src/kernels/ctc.js'
import { ROW_LANES } from '../src/kernels/reductions.js'
import * as reference from '../src/reference/ctc.js'
import { type CtcBatch, ctcBatch, referenceOf, someLabels } from './ctc_cases.js'
import { expectClose, forced, forcedWith, hasSubgroups, runKernel } from './harness.js'
import { withLanes } from './subgroup_lanes.js'

// One frame; rows of fewer states than lanes, and of more; 63 to 65 frames, where a workgroup of the row kernels ends; another blank.
const batches: readonly (readonly [string, CtcBatch])[] = [
  ['one frame, one label', ctcBatch([{ labels: [1], frames: 1 }], { classes: 2 })],
  [
    'repeats, an empty label, padding',
    ctcBatch(
      [
        { labels: [1, 1, 2], frames: 9 },
        { labels: [], frames: 7 },
        { labels: [3, 1, 3, 2], frames: 5 },
      ],
      { classes: 5, more: 3 },
    ),
  ],
  [
    'the last class for a blank',
    ctcBatch(
      [
        { labels: [0, 2, 0], frames: 6 },
        { labels: [3, 3], frames: 3 },
      ],
      { classes: 7, blank: 6 },
    ),
  ],
  ['as many states as lanes and one', ctcBatch([{ labels: someLabels(32, 40), frames: 65 }], { classes: 40 })],
  [
    '36 labels over 130 frames, and 3 over 63',
    ctcBatch(
      [
        { labels: someLabels(36, 33), frames: 130 },
        { labels: [4, 4, 5], frames: 63 },
      ],
      { classes: 33 },
    ),
  ],
]

/** Roundings that the log-probability of a beginning may gather: a few of its exponentials' and logarithm's own, frame by frame. */
const walked = ({ shape }: CtcBatch) => 8 + 4 * shape.frames

/** Sizes of what is stored, element by element: LOWEST is exact, what is below 1 counts as 1. */
const sizesOf = (want: Float64Array) => want.map((v) => Math.max(4, Math.abs(v)))

const params = ({ shape: { batch, frames, labelRoom, classes, stride, blank } }: CtcBatch) => ({
  batch,
  frames,
  labelRoom,
  classes,
  stride,
  blank,
})

async function expectWalk(given: CtcBatch, kernel = ctc): Promise<void> {
  const { logits, labels, labelLengths, lengths, shape } = given
  const want = referenceOf(given)
  const sizes = { paths: want.paths.length, report: 2 * shape.batch, owners: want.owners.length }
  const inputs = { logits, top: want.top, labels, labelLengths, lengths }
  const got = await runKernel(kernel, { ...inputs, ...sizes }, { ...params(given), ways: 2 })
  expectClose('paths', got.paths, want.paths, { ulps: walked(given), scale: sizesOf(want.paths) })
  expectClose('report', got.report, want.report, { ulps: walked(given), scale: sizesOf(want.report) })
  expect(new Uint32Array(got.owners.buffer)).toEqual(want.owners)
  const alone = await runKernel(kernel, { ...inputs, ...sizes, paths: sizes.paths / 2 }, { ...params(given), ways: 1 })
  expect(alone.report, 'the loss alone').toEqual(got.report)
}

async function expectLogSum(given: CtcBatch, kernel: typeof ctcLogSum, on?: Parameters<typeof runKernel>[3]): Promise<void> {
  const { shape, logits, lengths } = given
  const { top } = await runKernel(kernel, { logits, lengths, top: shape.batch * shape.frames }, params(given), on)
  // As in cross_entropy.
  expectClose('top', top, referenceOf(given).top, { ulps: 16 + shape.classes / 8, scale: 2 + Math.log(shape.classes) })
}

async function expectLabelsGrad(given: CtcBatch, kernel: typeof ctcGradLabels, on?: Parameters<typeof runKernel>[3]): Promise<void> {
  const { lengths, coefficient } = given
  const { paths, owners, report, shares, grad } = referenceOf(given)
  const { dlogits } = await runKernel(kernel, { paths, owners, lengths, report, coefficient, dlogits: shares }, params(given), on)
  // α + β is rounded before its exponential is taken, which is off by as much of its own size as that is.
  const states = Math.max(...paths.filter((v) => v > -1e29).map(Math.abs))
  expectClose('dlogits', dlogits, grad, { ulps: 16 + 4 * states, scale: 1.5 })
}

describe('ctc', () => {
  it.each(batches)('matches the reference: %s', (_, given) => expectWalk(given))

  it.each([4, 8, 32, 64, 128, 256])('matches the reference with %i lanes', async (WG) => {
    await expectWalk(batches.at(-1)![1], forcedWith(ctc, 'portable', { WG }))
  })

  it('takes 512 labels, a frame each', async () => {
    await expectWalk(ctcBatch([{ labels: Array.from({ length: 512 }, (_, i) => 1 + (i % 30)), frames: 520 }], { classes: 31 }))
  })

  for (const variant of ['portable', 'subgroup']) {
    for (const [title, given] of batches) {
      it(`has the reference's logSumExp and gradient, ${variant}: ${title}`, async ({ skip }) => {
        if (variant === 'subgroup' && !(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
        await expectLogSum(given, forced(ctcLogSum, variant))
        await expectLabelsGrad(given, forced(ctcGradLabels, variant))
      })
    }
  }

  it.each([32, 64])('has them in subgroups of %i, spelled out', async (lanes) => {
    for (const [, given] of batches) {
      await expectLogSum(given, forced(ctcLogSum, 'subgroup'), await withLanes(lanes))
      await expectLabelsGrad(given, forced(ctcGradLabels, 'subgroup'), await withLanes(lanes))
    }
  })

  it.each(batches)("has the reference's softmax: %s", async (_, given) => {
    const { logits, lengths, coefficient, shape } = given
    const { top, report, shares } = referenceOf(given)
    const inputs = { logits, top, lengths, report, coefficient, dlogits: logits.length }
    const { dlogits } = await runKernel(ctcGrad, inputs, params(given))
    expectClose('dlogits', dlogits, shares, { ulps: 16 + 2 * Math.log(shape.classes), scale: 1.5 })
  })

  it('writes exactly 0 where nothing is learned: in padding, past a length, without an alignment, at a share of 0', async () => {
    const samples = [
      { labels: [1, 2], frames: 4 },
      { labels: [1, 1], frames: 2 },
      { labels: [1], frames: 3 },
    ]
    const batch = ctcBatch(samples, { classes: 5 })
    const given = { ...batch, coefficient: Float64Array.of(1, 1, 0) }
    const { paths, owners, top, report } = referenceOf(given)
    const { logits, lengths, coefficient, shape } = given
    const { dlogits: shares } = await runKernel(
      ctcGrad,
      { logits, top, lengths, report, coefficient, dlogits: logits.length },
      params(given),
    )
    const { dlogits } = await runKernel(ctcGradLabels, { paths, owners, lengths, report, coefficient, dlogits: shares }, params(given))
    const learned = dlogits.map((_, i) => (i < 4 * shape.stride && i % shape.stride < 5 ? 1 : 0))
    expect(dlogits.filter((v, i) => !learned[i] && !Object.is(v, 0))).toEqual(new Float32Array(0))
    expect(dlogits.filter((v, i) => learned[i] && v === 0)).toEqual(new Float32Array(0))
  })

  it('refuses no label silently: the blank and what is no class have no alignment, and are reported', async () => {
    const given = ctcBatch(
      [
        { labels: [0], frames: 3 },
        { labels: [5], frames: 3 },
        { labels: [4], frames: 3 },
      ],
      { classes: 5 },
    )
    expect([...referenceOf(given).report].filter((_, i) => i % 2 === 1)).toEqual([0, 0, 1])
    await expectWalk(given)
  })

  it('is loss 0 for no frames and no labels, and no alignment for no frames and one', async () => {
    const given = ctcBatch(
      [
        { labels: [], frames: 0 },
        { labels: [1], frames: 0 },
      ],
      { classes: 3 },
    )
    expect([...reference.ctc(given.logits, new Float64Array(2), given, given.shape).report]).toEqual([0, 1, 0, 0])
    await expectWalk(given)
  })
})
