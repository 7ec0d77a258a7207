// Against values that the field's own scripts give for these four translations of weather reports.

import { describe, expect, it } from 'vitest'
import { corpusBleu } from '../metrics/bleu.js'
import { rougeL } from '../metrics/rouge.js'
import { pairedBootstrap } from './bootstrap.js'
import { normalisedScore } from './measures.js'
import { countSentence, lengthAndExactness, scoreSignature, scoresOf, sumCounts } from './scores.js'
import { alignTokens } from './token_alignment.js'

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
const score = (tokens: 'words' | 'whitespace', some = pairs) => scoresOf(sumCounts(some.map((pair) => countSentence(pair, tokens))))

describe('scores of a corpus', () => {
  it('are what the reference scripts say, marks kept or not', () => {
    const kept = {
      bleu1: 69.811321,
      bleu2: 53.380162,
      bleu3: 45.626046,
      bleu4: 40.832783,
      rougeL: 65.100008,
      chrf: 62.259534,
      wer: 45.098039,
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
    for (const [name, value] of Object.entries(kept))
      expect([name, score('whitespace')[name as 'wer']]).toEqual([name, expect.closeTo(value, 5)])
    for (const [name, value] of Object.entries(without))
      expect([name, score('words')[name as 'wer']]).toEqual([name, expect.closeTo(value, 5)])
  })

  it('are the sums’ whatever the split into sentences: the same as the metrics of whole corpora', () => {
    const { bleu1, bleu2, bleu3, bleu4, rougeL: rouge } = score('whitespace')
    expect([bleu1, bleu2, bleu3, bleu4]).toEqual([...corpusBleu(pairs)].map((value) => expect.closeTo(value, 10)))
    expect(rouge).toBeCloseTo(rougeL(pairs), 10)
  })

  it('of nothing said are 0, and all wrong', () => {
    const scores = score('words', [{ hypothesis: '', reference: 'rain tomorrow' }])
    expect(scores).toEqual({ bleu1: 0, bleu2: 0, bleu3: 0, bleu4: 0, rougeL: 0, chrf: 0, wer: 100, letterErrorRate: 100 })
  })

  it('have glosses only where both sides do', () => {
    const pair = { hypothesis: 'a', reference: 'a', hypothesisGlosses: 'RAIN SUN', referenceGlosses: 'RAIN SNOW' }
    expect(scoresOf(countSentence(pair, 'words')).glossWer).toBe(50)
    expect(scoresOf(countSentence({ ...pair, referenceGlosses: undefined }, 'words')).glossWer).toBeUndefined()
  })

  it('tell length and exactness, and how they were counted', () => {
    const sum = sumCounts([
      countSentence({ hypothesis: 'A b, c!', reference: 'a b c' }, 'words'),
      countSentence({ hypothesis: 'a a a', reference: 'a' }, 'words'),
    ])
    expect(lengthAndExactness(sum)).toEqual({ lengthRatio: 1.5, exact: 0.5 })
    expect(scoreSignature('bleu4', 'whitespace', 642, 'beam:3|judge:abc')).toBe(
      'bleu4|tok:ws|lc:n|dot:kept|smooth:none|n:642|beam:3|judge:abc',
    )
    expect(scoreSignature('letterErrorRate', 'letters', 5, 'x')).toBe('letterErrorRate|tok:letters|lc:y|dot:stripped|n:5|x')
  })
})

describe('an alignment of tokens', () => {
  it('pairs what it can', () => {
    expect(alignTokens(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual({
      edits: 2,
      pairs: [{ wanted: 'a', said: 'a' }, { wanted: 'b', said: 'x' }, { wanted: 'c', said: 'c' }, { said: 'd' }],
    })
    expect(alignTokens(['a', 'b'], []).pairs).toEqual([{ wanted: 'a' }, { wanted: 'b' }])
  })
})

describe('a normalised score', () => {
  it('is 0 at the floor and 1 at the ceiling, whichever way is better', () => {
    expect([normalisedScore(5, 5, 15), normalisedScore(15, 5, 15), normalisedScore(50, 90, 10)]).toEqual([0, 1, 0.5])
    expect([normalisedScore(5, 7, 7), normalisedScore(5, undefined, 7)]).toEqual([undefined, undefined])
  })
})

describe('the paired bootstrap', () => {
  const counts = (right: number, of: number) =>
    Array.from({ length: of }, (_, i) => countSentence({ hypothesis: i < right ? 'rain' : 'sun', reference: 'rain' }, 'words'))

  it('tells a difference from chance', () => {
    const clear = pairedBootstrap([counts(5, 60)], [counts(55, 60)], 'wer', { seed: 1 })!
    expect(clear.difference).toBeCloseTo(83.333, 2)
    expect([clear.low > 70, clear.high < 95, clear.p]).toEqual([true, true, 0])
    const same = pairedBootstrap([counts(30, 60)], [counts(30, 60).reverse()], 'wer', { seed: 1 })!
    expect([same.difference, same.low < 0, same.high > 0, same.p > 0.5]).toEqual([0, true, true, true])
  })

  it('follows its seed', () => {
    const draw = (seed: number) => pairedBootstrap([counts(20, 60)], [counts(40, 60)], 'wer', { seed, samples: 200 })
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(pairedBootstrap([counts(1, 2)], [counts(1, 2)], 'glossWer', { seed: 1 })).toBeUndefined()
  })
})
