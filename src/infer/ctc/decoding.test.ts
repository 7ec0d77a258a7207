import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { NO_STATE } from '../../kernels/ctc_align.js'
import { ctc, ctcLogSum } from '../../reference/ctc.js'
import { alignedLabels } from './alignment.js'
import { greedyLabels } from './greedy.js'
import { type CtcLogits, likeliestClasses } from './logits.js'
import { prefixBeam } from './prefix_beam.js'

/** x[t,c] = sin(1 + 4t + c) in rows of 8, NaN behind the classes. */
const sine: CtcLogits = {
  logits: Float64Array.from({ length: 5 * 8 }, (_, i) => (i % 8 < 4 ? Math.sin(1 + 4 * Math.floor(i / 8) + (i % 8)) : Number.NaN)),
  frames: 5,
  classes: 4,
  stride: 8,
  blank: 0,
}

function noiseOf(frames: number, classes: number, blank: number, seed: number): CtcLogits {
  const random = new Random(seed)
  return { logits: Float64Array.from({ length: frames * classes }, () => 2 * random.normal()), frames, classes, blank }
}

/** The log-probability of labels over all their alignments. */
function logProbability({ logits, frames, classes, stride = classes, blank }: CtcLogits, labels: readonly number[]): number {
  const shape = { batch: 1, frames, labelRoom: Math.max(1, labels.length), classes, stride, blank }
  const lengths = Uint32Array.of(frames)
  const x = Float64Array.from(logits)
  const given = { labels: Uint32Array.from(labels), labelLengths: Uint32Array.of(labels.length), lengths }
  return -ctc(x, ctcLogSum(x, lengths, shape), given, shape).report[0]!
}

describe('greedy decoding', () => {
  it('has the golden path of the sines', () => {
    expect(likeliestClasses(sine)).toEqual([1, 3, 0, 1, 3])
    expect(greedyLabels(sine)).toEqual([1, 3, 1, 3])
  })

  it('collapses runs, keeps what a blank parts, takes the first of equals, and gives nothing for blanks', () => {
    const path = [2, 2, 0, 2, 1, 1, 0, 0]
    const onehot = Float32Array.from({ length: path.length * 3 }, (_, i) => (path[Math.floor(i / 3)] === i % 3 ? 1 : 0))
    expect(greedyLabels({ logits: onehot, frames: 8, classes: 3, blank: 0 })).toEqual([2, 2, 1])
    expect(greedyLabels({ logits: onehot, frames: 8, classes: 3, blank: 2 })).toEqual([0, 1, 0])
    expect(greedyLabels({ logits: new Float32Array(6), frames: 2, classes: 3, blank: 1 })).toEqual([0])
    expect(greedyLabels({ logits: new Float32Array(6), frames: 2, classes: 3, blank: 0 })).toEqual([])
  })
})

describe('prefix beam search', () => {
  it('has the golden labels of the sines, and their exact log-probabilities where it is wide', () => {
    const found = prefixBeam(sine, { width: 1000 })
    const want = [
      [[3, 1, 3], -3.0015618],
      [[1, 3, 1, 3], -3.0772236],
      [[2, 1, 3], -3.088427],
      [[1, 2, 3], -3.2659475],
    ] as const
    want.forEach(([labels, probability], i) => {
      expect(found[i]!.labels).toEqual(labels)
      expect(found[i]!.logProbability).toBeCloseTo(probability, 7)
    })
    expect(
      prefixBeam(sine, { width: 4 })
        .slice(0, 2)
        .map(({ labels }) => labels),
    ).toEqual([
      [3, 1, 3],
      [1, 3, 1, 3],
    ])
  })

  it.each([0, 2])('gives every sequence the probability that CTC does, blank %i, and all of them together 1', (blank) => {
    const given = noiseOf(5, 3, blank, 5)
    const found = prefixBeam(given, { width: 10_000 })
    for (const { labels, logProbability: got } of found) expect(got).toBeCloseTo(logProbability(given, labels), 10)
    expect(found.reduce((sum, one) => sum + Math.exp(one.logProbability), 0)).toBeCloseTo(1, 10)
  })

  it('never claims more than the truth where it is narrow, and keeps to its width', () => {
    const given = noiseOf(12, 5, 0, 7)
    for (const width of [1, 3]) {
      const found = prefixBeam(given, { width })
      expect(found.length).toBe(width)
      for (const { labels, logProbability: got } of found) expect(got).toBeLessThanOrEqual(logProbability(given, labels) + 1e-12)
      expect(found.map((one) => one.logProbability)).toEqual(found.map((one) => one.logProbability).toSorted((a, b) => b - a))
    }
  })

  it('tries only the likeliest classes, and all of them the same as without a cut', () => {
    const given = noiseOf(8, 6, 0, 9)
    expect(prefixBeam(given, { width: 8, topClasses: 6 })).toEqual(prefixBeam(given, { width: 8 }))
    const firsts = likeliestClasses({ ...given, logits: given.logits.map((x, i) => (i % 6 === 0 ? -1e9 : x)) })
    for (const { labels } of prefixBeam(given, { width: 8, topClasses: 1 })) for (const label of labels) expect(firsts).toContain(label)
  })

  it('gives no labels for no frames', () => {
    expect(prefixBeam({ ...sine, frames: 0 }, { width: 3 })).toEqual([{ labels: [], logProbability: 0 }])
  })

  it('refuses a width and a cut below 1', () => {
    expect(() => prefixBeam(sine, { width: 0 })).toThrow('wanted a width of 1 or more, got 0')
    expect(() => prefixBeam(sine, { width: 2, topClasses: 0.5 })).toThrow('wanted a number of top classes of 1 or more, got 0.5')
  })
})

describe('an alignment', () => {
  it('is the frames of each label', () => {
    expect(alignedLabels(Uint32Array.of(0, 1, 1, 3, 4, 5, 5, NO_STATE), 7)).toEqual([
      { index: 0, start: 1, end: 3 },
      { index: 1, start: 3, end: 4 },
      { index: 2, start: 5, end: 7 },
    ])
    expect(alignedLabels(Uint32Array.of(0, 0), 2)).toEqual([])
  })

  it('is none where the labels have none', () => {
    expect(alignedLabels(Uint32Array.of(NO_STATE, NO_STATE), 2)).toBeUndefined()
  })
})
