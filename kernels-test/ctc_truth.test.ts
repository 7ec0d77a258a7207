// CTC against what it means: every alignment counted one by one, finite differences, golden values, and long sequences in float64.

import { describe, expect, it } from 'vitest'
import { type CtcBatch, ctcBatch, lossAndGrad, referenceOf, someLabels } from './ctc_cases.js'
import { expectGrad, finiteDifference } from './harness.js'

/** -log of the sum over every sequence of classes, one a frame, that collapses to the sample's labels. */
function bruteForce({ logits, labels, labelLengths, lengths, shape }: CtcBatch, b: number): number {
  const { frames, stride, classes, blank, labelRoom } = shape
  const wanted = [...labels.subarray(b * labelRoom, b * labelRoom + labelLengths[b]!)].join()
  const rows = Array.from({ length: lengths[b]! }, (_, t) => {
    const row = logits.subarray((b * frames + t) * stride, (b * frames + t) * stride + classes)
    const sum = row.reduce((total, x) => total + Math.exp(x), 0)
    return row.map((x) => Math.exp(x) / sum)
  })
  const paths: { classes: number[]; probability: number }[] = [{ classes: [], probability: 1 }]
  for (const row of rows) {
    const next = paths.flatMap((path) => [...row].map((p, v) => ({ classes: [...path.classes, v], probability: path.probability * p })))
    paths.splice(0, paths.length, ...next)
  }
  const collapsed = (path: number[]) => path.filter((v, i) => v !== blank && v !== path[i - 1]).join()
  return -Math.log(paths.reduce((sum, path) => sum + (collapsed(path.classes) === wanted ? path.probability : 0), 0))
}

const small = ctcBatch(
  [
    { labels: [1, 2], frames: 6 },
    { labels: [1, 1], frames: 5 },
    { labels: [], frames: 4 },
    { labels: [2, 1, 1], frames: 4 },
    { labels: [1], frames: 1 },
  ],
  { classes: 3 },
)

const reported = (report: Float64Array | Float32Array, column: number) => [...report].filter((_, i) => i % 2 === column)

describe('CTC', () => {
  it.each([
    ['blank 0', small],
    [
      'another blank',
      ctcBatch(
        [
          { labels: [0, 0], frames: 6 },
          { labels: [2], frames: 3 },
          { labels: [0, 2], frames: 2 },
        ],
        { classes: 4, blank: 3 },
      ),
    ],
  ])('is the sum over all alignments, reference and kernels: %s', async (_, given) => {
    const { report } = referenceOf(given)
    const got = await lossAndGrad(given)
    given.lengths.forEach((_, b) => {
      const loss = bruteForce(given, b)
      expect(report[2 * b]).toBeCloseTo(loss, 12)
      expect(Math.abs(got.report[2 * b]! / loss - 1)).toBeLessThan(1e-6)
    })
  })

  it('has a reference gradient that matches finite differences, its rows adding up to 0', () => {
    const { grad } = referenceOf(small)
    const at = small.logits.map((x) => (Number.isNaN(x) ? 0 : x))
    const loss = (logits: Float64Array) =>
      small.coefficient.reduce((sum, share, b) => sum + share * referenceOf(small, logits).report[2 * b]!, 0)
    expectGrad('dlogits', grad, finiteDifference(loss, at))
    for (let row = 0; row < grad.length; row += small.shape.stride) {
      expect(grad.subarray(row, row + small.shape.stride).reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 12)
    }
  })

  it('has the golden values of x[t,c] = sin(1 + 4t + c)', async () => {
    const labels = [[2, 3, 3], [1, 3], [], [1, 1, 1], [1, 1, 1, 2]]
    const given = ctcBatch(
      labels.map((own) => ({ labels: own, frames: 5 })),
      { classes: 4 },
    )
    const { stride } = given.shape
    const logits = given.logits.map((_, i) => (i % stride < 4 ? Math.sin(1 + 4 * (Math.floor(i / stride) % 5) + (i % stride)) : Number.NaN))
    const sine = { ...given, logits, coefficient: given.coefficient.map(() => 1) }
    const want = [4.235603983583583, 3.4824835177632028, 8.404447621166124, 9.082350530171585, 0]
    const { report, grad } = referenceOf(sine)
    want.forEach((loss, b) => {
      expect(report[2 * b]).toBeCloseTo(loss, 12)
    })
    const rows = [
      [0.1647, 0.386509, -0.624252, 0.073043],
      [0.04719, 0.131335, 0.041017, -0.219541],
      [-0.054437, 0.190733, 0.120893, -0.257188],
      [-0.579268, 0.391348, 0.278461, -0.090541],
      [0.058282, 0.10469, 0.257718, -0.42069],
    ]
    const got = await lossAndGrad(sine)
    expect(reported(got.report, 1)).toEqual([1, 1, 1, 1, 0])
    rows.flat().forEach((value, i) => {
      const at = Math.floor(i / 4) * stride + (i % 4)
      expect(grad[at]).toBeCloseTo(value, 6)
      expect(got.grad[at]).toBeCloseTo(value, 5)
    })
    want.forEach((loss, b) => {
      expect(got.report[2 * b]).toBeCloseTo(loss, 5)
    })
  })

  it.each([
    ['400 frames, 60 labels', { labels: someLabels(60, 50), frames: 400 }],
    ['512 labels, repeats among them, over 700 frames', { labels: someLabels(512, 50), frames: 700 }],
  ])('is as float64 has it, losses within 1e-5 and gradients within 1e-4: %s', async (_, sample) => {
    const given = { ...ctcBatch([sample], { classes: 50, size: 3 }), coefficient: Float64Array.of(1) }
    const want = referenceOf(given)
    const got = await lossAndGrad(given)
    expect(Math.abs(got.report[0]! / want.report[0]! - 1)).toBeLessThan(1e-5)
    const worst = got.grad.reduce((most, v, i) => Math.max(most, Math.abs(v - want.grad[i]!) || 0), 0)
    expect(got.grad.some(Number.isNaN)).toBe(false)
    expect(worst).toBeLessThan(1e-4)
  })

  it('is bit for bit the same however far a batch is padded', async () => {
    const samples = [
      { labels: [1, 1, 2], frames: 9 },
      { labels: [3], frames: 5 },
    ]
    const [tight, loose] = [0, 7].map((more) => ctcBatch(samples, { classes: 5, more }))
    const logits = loose!.logits.map((x, i) => {
      const { frames, stride } = loose!.shape
      const [b, t] = [Math.floor(i / (frames * stride)), Math.floor(i / stride) % frames]
      return t < tight!.shape.frames ? tight!.logits[(b * tight!.shape.frames + t) * stride + (i % stride)]! : x
    })
    const [a, b] = [await lossAndGrad(tight!), await lossAndGrad({ ...loose!, logits })]
    expect(b.report).toEqual(a.report)
    const rows = { tight: tight!.shape.frames * tight!.shape.stride, loose: loose!.shape.frames * loose!.shape.stride }
    samples.forEach((_, s) => {
      const own = b.grad.subarray(s * rows.loose, (s + 1) * rows.loose)
      expect(own.subarray(0, rows.tight)).toEqual(a.grad.subarray(s * rows.tight, (s + 1) * rows.tight))
      expect(own.subarray(rows.tight).every((v) => Object.is(v, 0))).toBe(true)
    })
  })

  it('aligns six equal labels to 11 frames in the only way, and not to 10; and no labels to blanks', async () => {
    const equal = [1, 1, 1, 1, 1, 1]
    const given = ctcBatch(
      [
        { labels: equal, frames: 11 },
        { labels: equal, frames: 10 },
        { labels: [], frames: 11 },
      ],
      { classes: 3 },
    )
    const { report, grad } = await lossAndGrad(given)
    const want = referenceOf(given)
    expect(reported(report, 1)).toEqual([1, 0, 1])
    expect([report[2], report[3]]).toEqual([0, 0])
    const { frames, stride } = given.shape
    const nll = (b: number, t: number, v: number) => want.top[b * frames + t]! - given.logits[(b * frames + t) * stride + v]!
    const only = Array.from({ length: 11 }, (_, t) => nll(0, t, t % 2 === 0 ? 1 : 0)).reduce((sum, v) => sum + v)
    const blanks = Array.from({ length: 11 }, (_, t) => nll(2, t, 0)).reduce((sum, v) => sum + v)
    expect(report[0]).toBeCloseTo(only, 4)
    expect(report[4]).toBeCloseTo(blanks, 4)
    expect(grad.subarray(frames * stride, 2 * frames * stride).every((v) => Object.is(v, 0))).toBe(true)
    // Where an alignment is the only one, its γ are 1.
    expect(grad[1]).toBeCloseTo(given.coefficient[0]! * (Math.exp(-nll(0, 0, 1)) - 1), 5)
  })

  it.each([Number.NaN, Infinity])(
    'does not hide a logit of %s in a frame that counts: its loss is no loss, its gradient not finite',
    async (bad) => {
      const given = ctcBatch(
        [
          { labels: [1, 2], frames: 6 },
          { labels: [1], frames: 4 },
        ],
        { classes: 3 },
      )
      const logits = given.logits.slice()
      logits[2 * given.shape.stride + 1] = bad
      const [sound, got] = [await lossAndGrad(given), await lossAndGrad({ ...given, logits })]
      expect(Math.abs(got.report[0]!) < 1e29).toBe(false)
      expect(got.grad.subarray(0, 6 * given.shape.stride).every(Number.isFinite)).toBe(false)
      const other = given.shape.frames * given.shape.stride
      expect(got.report.subarray(2)).toEqual(sound.report.subarray(2))
      expect(got.grad.subarray(other)).toEqual(sound.grad.subarray(other))
    },
  )
})
