import { describe, expect, it } from 'vitest'
import { ctcAlign, NO_STATE } from '../src/kernels/ctc_align.js'
import { LOWEST } from '../src/reference/ctc.js'
import * as reference from '../src/reference/ctc_align.js'
import { type CtcBatch, ctcBatch, referenceOf, someLabels } from './ctc_cases.js'
import { expectClose, forcedWith, runKernel } from './harness.js'

// One frame; repeats, no labels, too few frames and padding; more states than lanes; 512 labels.
const batches: readonly (readonly [string, CtcBatch])[] = [
  ['one frame', ctcBatch([{ labels: [1], frames: 1 }], { classes: 2 })],
  [
    'repeats, no labels, too few frames, padding',
    ctcBatch(
      [
        { labels: [1, 1, 2], frames: 9 },
        { labels: [], frames: 7 },
        { labels: [3, 3], frames: 2 },
        { labels: [], frames: 0 },
      ],
      { classes: 5, more: 2 },
    ),
  ],
  ['70 labels over 150 frames', ctcBatch([{ labels: someLabels(70, 33), frames: 150 }], { classes: 33 })],
  ['512 labels', ctcBatch([{ labels: someLabels(512, 33), frames: 640 }], { classes: 33 })],
]

async function align(given: CtcBatch, kernel = ctcAlign) {
  const { logits, labels, labelLengths, lengths, shape } = given
  const { batch, frames, labelRoom } = shape
  const { classes, stride, blank } = shape
  const { top } = referenceOf(given)
  const sizes = { best: batch * frames * (2 * labelRoom + 1), path: batch * frames, report: 2 * batch }
  const params = { batch, frames, labelRoom, classes, stride, blank }
  const { best, path, report } = await runKernel(kernel, { logits, top, labels, labelLengths, lengths, ...sizes }, params)
  return { best, path: new Uint32Array(path.buffer), report, want: reference.ctcAlign(logits, top, given, shape) }
}

async function expectAligned(given: CtcBatch, kernel = ctcAlign): Promise<void> {
  const { best, path, report, want } = await align(given, kernel)
  const { frames } = given.shape
  // Three roundings a frame of numbers of the size they have, or had before they were shifted; LOWEST is exact.
  const sizes = (values: Float64Array) => values.map((v) => Math.max(8, Math.abs(v)))
  expectClose('best', best, want.best, { ulps: 4 * frames, scale: sizes(want.best) })
  expectClose('report', report, want.report, { ulps: 4 * frames, scale: sizes(want.report) })
  expect(path).toEqual(want.path)
}

describe('ctc_align', () => {
  it.each(batches)('matches the reference: %s', (_, given) => expectAligned(given))

  it.each([4, 8, 32, 64, 128, 256])('matches the reference with %i lanes', async (WG) => {
    await expectAligned(batches[2]![1], forcedWith(ctcAlign, 'portable', { WG }))
  })

  it('is the best of all alignments, tried one by one', async () => {
    const given = ctcBatch(
      [
        { labels: [1, 1, 2], frames: 6 },
        { labels: [2], frames: 5 },
      ],
      { classes: 3 },
    )
    const { path, report } = await align(given)
    const { frames, stride, labelRoom, classes } = given.shape
    const { top } = referenceOf(given)
    for (const b of [0, 1]) {
      const labels = [...given.labels.subarray(b * labelRoom, b * labelRoom + given.labelLengths[b]!)]
      const length = given.lengths[b]!
      let best = { score: -Infinity, classes: '' }
      for (let code = 0; code < classes ** length; code++) {
        const tried = Array.from({ length }, (_, t) => Math.floor(code / classes ** t) % classes)
        if (tried.filter((v, i) => v !== 0 && v !== tried[i - 1]).join() !== labels.join()) continue
        const score = tried.reduce((sum, v, t) => sum + given.logits[(b * frames + t) * stride + v]! - top[b * frames + t]!, 0)
        if (score > best.score) best = { score, classes: tried.join() }
      }
      const states = path.subarray(b * frames, b * frames + length)
      expect([...states].map((s) => (s % 2 === 0 ? 0 : labels[(s - 1) / 2])).join()).toBe(best.classes)
      expect(report[2 * b]).toBeCloseTo(best.score, 5)
      expect([...path.subarray(b * frames + length, (b + 1) * frames)].every((s) => s === NO_STATE)).toBe(true)
    }
  })

  it('of equals takes the alignment whose states are entered first', async () => {
    const given = ctcBatch(
      [
        { labels: [1, 2], frames: 6 },
        { labels: [1, 1], frames: 5 },
      ],
      { classes: 3 },
    )
    const { path } = await align({ ...given, logits: given.logits.map((x) => (Number.isNaN(x) ? x : 0)) })
    expect([...path]).toEqual([1, 3, 4, 4, 4, 4, 1, 2, 3, 4, 4, NO_STATE])
  })

  it('has no alignment where there are too few frames, and says so', async () => {
    const given = ctcBatch([{ labels: [1, 1], frames: 2 }], { classes: 3 })
    const { path, report, best } = await align(given)
    expect([...path]).toEqual([NO_STATE, NO_STATE])
    expect([...report]).toEqual([0, 0])
    expect(best.every((v) => v === LOWEST)).toBe(true)
  })
})
