import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { sequenceAccuracyMetric } from './accuracy.js'
import { bleuMetric, corpusBleu } from './bleu.js'
import { bootstrapIntervals, bootstrapSignature, pairedBootstrap } from './bootstrap.js'
import { countCorpus, type TextPair } from './corpus_metric.js'
import { microF1Metric } from './f1.js'
import { textWerMetric } from './text_wer.js'

/** Sentences of which a share is right. */
function translated(sentences: number, rightShare: number, seed: number): TextPair[] {
  const random = new Random(seed)
  return Array.from({ length: sentences }, (_, i) => {
    const reference = `word${i} and some more words`
    return { reference, hypothesis: random.uniform() < rightShare ? reference : `word${i} but nothing else` }
  })
}

const exactOf = (pairs: readonly TextPair[]) => countCorpus(sequenceAccuracyMetric(), pairs)

describe('bootstrapIntervals', () => {
  it('is about as wide as the binomial distribution has it', () => {
    const pairs = translated(400, 0.5, 1)
    const [{ value, interval }] = bootstrapIntervals(countCorpus(sequenceAccuracyMetric(), pairs)) as [
      { value: number; interval: [number, number] },
    ]
    const spread = 100 * Math.sqrt((value / 100) * (1 - value / 100) * (1 / 400))
    expect(interval[0]).toBeGreaterThan(value - 2.3 * spread)
    expect(interval[0]).toBeLessThan(value - 1.6 * spread)
    expect(interval[1]).toBeGreaterThan(value + 1.6 * spread)
    expect(interval[1]).toBeLessThan(value + 2.3 * spread)
  })

  it('has the value of the corpus, and repeats itself by its seed', () => {
    const pairs = translated(50, 0.7, 2)
    const twice = [1, 1, 2].map((seed) => bootstrapIntervals(countCorpus(bleuMetric(), pairs), { resamples: 50, seed }))
    expect(twice[0]).toEqual(twice[1])
    expect(twice[0]).not.toEqual(twice[2])
    expect(twice[0]!.map(({ value }) => value)).toEqual([...corpusBleu(pairs)])
  })

  it('takes any metric that adds up', () => {
    const [, , f1] = bootstrapIntervals(countCorpus(microF1Metric(), [{ hypothesis: ['a'], reference: ['a'] }]))
    expect(f1).toEqual({ value: 1, interval: [1, 1] })
  })

  it('is NaN where the score is, and refuses no sentences and no resamples', () => {
    const [wer] = bootstrapIntervals(countCorpus(textWerMetric(), [{ hypothesis: 'a', reference: '?' }]), { resamples: 3 })
    expect(wer).toEqual({ value: Number.NaN, interval: [Number.NaN, Number.NaN] })
    expect(() => bootstrapIntervals(countCorpus(bleuMetric(), []))).toThrow('wanted at least one sentence to score, got none')
    expect(() => bootstrapIntervals(countCorpus(bleuMetric(), translated(2, 1, 1)), { resamples: 0 })).toThrow('got 0')
  })
})

describe('pairedBootstrap', () => {
  it('sees what is better, whichever way the metric points', () => {
    const [good, bad] = [translated(200, 0.9, 3), translated(200, 0.4, 4)]
    for (const metric of [bleuMetric(), textWerMetric()])
      for (const { difference, interval, p, wins } of pairedBootstrap(countCorpus(metric, good), countCorpus(metric, bad))) {
        expect(Math.sign(difference)).toBe(metric.higherIsBetter ? 1 : -1)
        expect(Math.sign(interval[0])).toBe(Math.sign(interval[1]))
        expect(p).toBeCloseTo(1 / 1001, 12)
        expect(wins).toBe(1)
      }
  })

  it('sees no difference between equal systems, nor between twins', () => {
    const one = translated(200, 0.6, 5)
    expect(pairedBootstrap(exactOf(one), exactOf(one))[0]).toMatchObject({ difference: 0, interval: [0, 0], p: 1, wins: 0 })
    const [{ p, interval }] = pairedBootstrap(exactOf(one), exactOf(translated(200, 0.6, 6))) as [ReturnType<typeof pairedBootstrap>[0]]
    expect(p).toBeGreaterThan(0.05)
    expect(interval[0]).toBeLessThan(0)
    expect(interval[1]).toBeGreaterThan(0)
  })

  it('wants the same sentences, and the same metric', () => {
    const one = exactOf(translated(3, 1, 1))
    expect(() => pairedBootstrap(one, exactOf(translated(2, 1, 1)))).toThrow('got exact|tok:line|n:3 and exact|tok:line|n:2')
    expect(() => pairedBootstrap(one, countCorpus(bleuMetric(), translated(3, 1, 1)))).toThrow('by the same metric')
  })

  it('signs how it was drawn', () => expect(bootstrapSignature({ seed: 5 })).toBe('bs:1000|seed:5'))
})
