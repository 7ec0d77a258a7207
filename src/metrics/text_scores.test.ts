// Against values that the field's own scripts give for these four translations of weather reports.

import { describe, expect, it } from 'vitest'
import { corpusBleu } from './bleu.js'
import type { TextPair } from './corpus_metric.js'
import { rougeL } from './rouge.js'
import { formatTextScores, scoreText } from './text_scores.js'

const pairs: TextPair[] = [
  {
    hypothesis: 'im übrigen land scheint häufig die sonne und es gibt nur wenig schauer .',
    reference: 'in den übrigen gebieten viel sonne und nur ein paar lockere wolken .',
  },
  {
    hypothesis: 'am tag zwölf grad an der ostsee und bis zu zwanzig grad im süden .',
    reference: 'am tag zwölf grad an der ostsee und bis zwanzig grad in niederbayern .',
  },
  {
    hypothesis: 'ich wünsche ihnen noch einen schönen abend und machen sie es gut .',
    reference: 'ich wünsche ihnen einen schönen abend und machen sie es gut .',
  },
  {
    hypothesis: 'der wind weht schwach bis mäßig aus süd bis südost .',
    reference: 'dazu weht ein schwacher bis mäßiger wind aus südost bis süd .',
  },
]
const withoutStop = pairs.map(({ hypothesis, reference }) => ({
  hypothesis: hypothesis.replace(/ \.$/, ''),
  reference: reference.replace(/ \.$/, ''),
}))
const close = (got: readonly number[], want: readonly number[]) => {
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 5)
}

describe('BLEU', () => {
  it('is what the reference scripts say', () => {
    close(corpusBleu(pairs), [69.811321, 53.380162, 45.626046, 40.832783])
    close(corpusBleu(withoutStop), [67.346939, 53.324829, 45.962225, 41.219102])
  })

  it('punishes what is too short, and is 0 from the first order without a match', () => {
    close(corpusBleu(pairs.slice(3)), [66.407325, 0, 0, 0])
  })

  it('is 0 where nothing was said', () => {
    close(corpusBleu([{ hypothesis: '', reference: 'a b' }]), [0, 0, 0, 0])
  })
})

describe('ROUGE-L', () => {
  it('is what the reference scripts say', () => {
    expect(rougeL(pairs)).toBeCloseTo(65.100008, 5)
    expect(rougeL(withoutStop)).toBeCloseTo(62.110195, 5)
    for (const [i, score] of [37.2861, 83.2765, 96.6975, 43.14].entries()) expect(rougeL([pairs[i]!])).toBeCloseTo(score, 4)
  })
})

describe('scores of a corpus', () => {
  it('count exact matches whatever the white space, and say how', () => {
    const scores = scoreText([...withoutStop, { hypothesis: ' a  b', reference: 'a b' }], 'beam:4')
    expect(scores.exact).toBeCloseTo(1 / 5, 12)
    expect(scores.signature).toBe('bleu|tok:ws|smooth:none|rouge:L,beta1.2|n:5|beam:4')
    expect(formatTextScores(scores)).toMatch(/^BLEU-1…4 \d+\.\d\d \/ .*exact 20\.0 %/)
  })
})
