// Against values that the field's own scripts give for these four translations of weather reports.

import { describe, expect, it } from 'vitest'
import { pairedBootstrap } from '../metrics/bootstrap.js'
import { glossReports } from './glosses.js'
import { normalisedScore } from './measures.js'
import {
  acrossJudges,
  countTexts,
  type JudgedText,
  lengthRatioOf,
  type ReportMetricOptions,
  reportMetrics,
  scoreOf,
  textSignatures,
} from './scores.js'

const pairs = [
  [
    'im übrigen land scheint häufig die sonne und es gibt nur wenig schauer .',
    'in den übrigen gebieten viel sonne und nur ein paar lockere wolken .',
  ],
  [
    'am tag zwölf grad an der ostsee und bis zu zwanzig grad im süden .',
    'am tag zwölf grad an der ostsee und bis zwanzig grad in niederbayern .',
  ],
  ['ich wünsche ihnen noch einen schönen abend und machen sie es gut .', 'ich wünsche ihnen einen schönen abend und machen sie es gut .'],
  ['der wind weht schwach bis mäßig aus süd bis südost .', 'dazu weht ein schwacher bis mäßiger wind aus südost bis süd .'],
].map(([hypothesis, reference]) => ({ hypothesis: hypothesis!, reference: reference! }))
const counted = (texts: readonly JudgedText[], options: Partial<ReportMetricOptions> = {}) =>
  countTexts(reportMetrics({ unit: 'words', tokens: 'words', glossCleanUp: 'none', spelled: false, ...options }), texts)

describe('scores of a corpus', () => {
  it('are what the reference scripts say, marks kept or not; the word error rate never counts marks', () => {
    const kept = {
      bleu1: 69.811321,
      bleu2: 53.380162,
      bleu3: 45.626046,
      bleu4: 40.832783,
      rougeL: 65.100008,
      chrf: 62.259534,
      wer: 48.93617,
    }
    const without = {
      bleu1: 67.346939,
      bleu2: 53.324829,
      bleu3: 45.962225,
      bleu4: 41.219102,
      rougeL: 62.110195,
      chrf: 62.682757,
      wer: 48.93617,
    }
    const all = { whitespace: counted(pairs, { tokens: 'whitespace' }), words: counted(pairs) }
    for (const [name, value] of Object.entries(kept))
      expect([name, scoreOf(all.whitespace, name as 'wer')]).toEqual([name, expect.closeTo(value, 5)])
    for (const [name, value] of Object.entries(without))
      expect([name, scoreOf(all.words, name as 'wer')]).toEqual([name, expect.closeTo(value, 5)])
  })

  it('of nothing said are 0, and all wrong', () => {
    const nothing = counted([{ hypothesis: '', reference: 'rain tomorrow' }])
    const scores = (['bleu1', 'bleu4', 'rougeL', 'chrf', 'wer', 'exact', 'glossWer'] as const).map((measure) => scoreOf(nothing, measure))
    expect(scores).toEqual([0, 0, 0, 0, 100, 0, undefined])
  })

  it('have glosses only where both sides do, with the costs of recognition', () => {
    const pair = { hypothesis: 'a', reference: 'a', hypothesisGlosses: 'RAIN SUN', referenceGlosses: 'RAIN SNOW' }
    expect(scoreOf(counted([pair]), 'glossWer')).toBe(50)
    expect(scoreOf(counted([{ ...pair, referenceGlosses: undefined }]), 'glossWer')).toBeUndefined()
    expect(scoreOf(counted([pair, { ...pair, hypothesisGlosses: undefined }]), 'glossWer')).toBe(50)
  })

  it('can be of some of the texts, and tell their length', () => {
    const all = counted([
      { hypothesis: 'A b, c!', reference: 'a b c' },
      { hypothesis: 'a a a', reference: 'a' },
    ])
    expect([scoreOf(all, 'exact'), scoreOf(all, 'exact', [0]), scoreOf(all, 'wer', [1]), lengthRatioOf(all)]).toEqual([50, 100, 200, 1.5])
  })

  it('are signed with how they were counted', () => {
    const signed = (options: Partial<ReportMetricOptions>) =>
      textSignatures(reportMetrics({ unit: 'words', tokens: 'words', glossCleanUp: 'none', spelled: false, ...options }), 5)
    expect(signed({ tokens: 'whitespace' }).bleu4).toBe('bleu4|tok:ws|smooth:none|eff:n|cut:ws|lc:n|punct:kept|n:5')
    expect(signed({ glossCleanUp: 'phoenix-2014t' }).glossWer).toBe('glossWer|form:gloss|costs:4/3/3|clean:phoenix-2014t|cut:ws|n:5')
    const letters = signed({ unit: 'letters', tokens: 'letters' })
    expect([letters.letterErrorRate, letters.wer]).toEqual([
      'letterErrorRate|unit:token|costs:1/1/1|cut:letters|lc:y|punct:n|n:5',
      undefined,
    ])
  })
})

describe('references that are spelled', () => {
  it('keep those letters whole', () => {
    const text = [{ hypothesis: 'SCH U L', reference: 'sch u l e' }]
    const letters = { unit: 'letters', tokens: 'letters' } as const
    expect(scoreOf(counted(text, { ...letters, spelled: true }), 'letterErrorRate')).toBe(25)
    expect(scoreOf(counted(text, letters), 'letterErrorRate')).toBeCloseTo(100 / 6, 9)
  })
})

describe('glosses', () => {
  it('are wrong where the alignment of their word error rate says so', () => {
    const references = ['RAIN SUN SNOW', undefined]
    const translations = [
      [
        { text: '', glosses: 'SUN RAIN SNOW' },
        { text: '', glosses: 'SUN' },
      ],
    ]
    const reports = glossReports(references, [{ name: 'generated', translations }], 'none')
    // One gloss moved is one left out and one put in: 6, where two replaced are 8.
    expect(reports.map(({ gloss, errorRates }) => [gloss, errorRates.generated])).toEqual([
      ['RAIN', 100],
      ['SNOW', 0],
      ['SUN', 0],
    ])
    expect(glossReports(['__LEFTHAND__ RAIN'], [{ name: 'generated', translations }], 'phoenix-2014t').map(({ gloss }) => gloss)).toEqual([
      'RAIN',
    ])
  })
})

describe('a normalised score', () => {
  it('is 0 at the floor and 1 at the ceiling, whichever way is better', () => {
    expect([normalisedScore(5, 5, 15), normalisedScore(15, 5, 15), normalisedScore(50, 90, 10)]).toEqual([0, 1, 0.5])
    expect([normalisedScore(5, 7, 7), normalisedScore(5, undefined, 7)]).toEqual([undefined, undefined])
  })
})

describe('a measure of several judges', () => {
  const right = (count: number, of: number) =>
    counted(Array.from({ length: of }, (_, i) => ({ hypothesis: i < count ? 'rain' : 'sun', reference: 'rain' })))

  it('is the mean of theirs, in every resample', () => {
    const [own, other] = [acrossJudges([right(5, 60), right(15, 60)], 'wer')!, acrossJudges([right(55, 60), right(45, 60)], 'wer')!]
    const [{ value, other: theirs, difference, interval }] = pairedBootstrap(own, other, { seed: 1 }) as [
      ReturnType<typeof pairedBootstrap>[0],
    ]
    expect([value, theirs, difference]).toEqual([500 / 6, 100 / 6, 400 / 6].map((wanted) => expect.closeTo(wanted, 9)))
    expect([interval[0] > 55, interval[1] < 80]).toEqual([true, true])
    const one = acrossJudges([right(20, 60)], 'bleu2')!
    expect(one.metric.scores(one.statistics.subarray(0, 10)).length).toBe(1)
    expect(acrossJudges([right(1, 2)], 'letterErrorRate')).toBeUndefined()
  })
})
