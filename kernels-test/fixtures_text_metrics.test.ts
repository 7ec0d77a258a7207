// Text metrics against what the released scripts give for the same lines: BLEU, ROUGE-L, chrF, both word error rates, the clean-up of glosses.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sequenceAccuracy } from '../src/metrics/accuracy.js'
import { bleuCounts, corpusBleu } from '../src/metrics/bleu.js'
import { chrfMetric, corpusChrf } from '../src/metrics/chrf.js'
import { summed, type TextPair } from '../src/metrics/corpus_metric.js'
import { alignGlosses } from '../src/metrics/gloss_alignment.js'
import { glossCleanUps } from '../src/metrics/gloss_clean_up.js'
import { glossWer } from '../src/metrics/gloss_wer.js'
import { rougeL } from '../src/metrics/rouge.js'
import { textWer, textWerMetric } from '../src/metrics/text_wer.js'
import { tokensOf } from '../src/metrics/white_space.js'

interface Wer {
  readonly wer: number
}

interface Case {
  readonly name: string
  readonly hyp: readonly string[]
  readonly ref: readonly string[]
  readonly bleu: Readonly<Record<'bleu1' | 'bleu2' | 'bleu3' | 'bleu4', number>>
  readonly bleu_stats: {
    readonly correct: readonly number[]
    readonly total: readonly number[]
    readonly precisions: readonly number[]
    readonly bp: number
    readonly hyp_len: number
    readonly ref_len: number
  }
  readonly rouge_l: number
  readonly rouge_l_per_sentence: readonly number[]
  readonly chrf: number
  readonly chrf_stats: readonly number[]
  readonly wer_gloss_style: Wer & { readonly del_rate: number; readonly ins_rate: number; readonly sub_rate: number }
  readonly wer_gloss_style_int32: Wer & { readonly sub: number; readonly ins: number; readonly del: number; readonly ref_tokens: number }
  readonly uint8_overflow: boolean
  readonly alignment: readonly string[]
  readonly wer_text_style: (Wer & { readonly errors: number; readonly ref_tokens: number }) | null
  readonly sequence_accuracy: number
}

interface Fixture {
  readonly sets: readonly Case[]
  readonly gloss_cleanup: Readonly<Record<'phoenix_2014' | 'phoenix_2014_trans', readonly (readonly [string, string | null])[]>>
}

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'text_metrics.json')
const there = existsSync(path)
const { sets, gloss_cleanup: cleanUp }: Fixture = there
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { sets: [], gloss_cleanup: { phoenix_2014: [], phoenix_2014_trans: [] } }

const near = (got: number, want: number) => expect(Math.abs(got - want), `${got} beside ${want}`).toBeLessThanOrEqual(1e-9)
const allNear = (got: readonly number[], want: readonly number[]) => {
  expect(got).toHaveLength(want.length)
  for (const [i, value] of got.entries()) near(value, want[i]!)
}

describe.skipIf(!there)(`text metrics of the released scripts${there ? '' : `: ${path} is not there`}`, () => {
  it('are there', () => expect(sets.length).toBeGreaterThan(0))

  describe.each(sets)('$name', (set) => {
    const pairs: TextPair[] = set.hyp.map((hypothesis, i) => ({ hypothesis, reference: set.ref[i]! }))

    it('BLEU and its counts', () => {
      allNear(corpusBleu(pairs), [set.bleu.bleu1, set.bleu.bleu2, set.bleu.bleu3, set.bleu.bleu4])
      const { matches, totals, precisions, brevity, hypothesisLength, referenceLength } = bleuCounts(pairs)
      const { correct, total, hyp_len, ref_len } = set.bleu_stats
      expect([matches, totals, hypothesisLength, referenceLength]).toEqual([correct, total, hyp_len, ref_len])
      allNear([...precisions, brevity], [...set.bleu_stats.precisions, set.bleu_stats.bp])
    })

    it('ROUGE-L, of the corpus and of each sentence', () => {
      near(rougeL(pairs, { tokeniser: 'space' }), set.rouge_l)
      allNear(
        pairs.map((pair) => rougeL([pair], { tokeniser: 'space' })),
        set.rouge_l_per_sentence,
      )
    })

    it('chrF2 and its counts', () => {
      near(corpusChrf(pairs), set.chrf)
      expect([...summed(chrfMetric(), pairs)]).toEqual(set.chrf_stats)
    })

    it('gloss word error rate, its counts and alignments', () => {
      const got = glossWer(pairs)
      const want = set.wer_gloss_style_int32
      near(got.wer, want.wer)
      expect([got.substitutions, got.insertions, got.deletions, got.referenceLength]).toEqual([
        want.sub,
        want.ins,
        want.del,
        want.ref_tokens,
      ])
      expect(pairs.map(({ hypothesis, reference }) => alignGlosses(tokensOf(reference), tokensOf(hypothesis)))).toEqual(set.alignment)
    })

    it('gloss word error rate with the released table of 8 bits', () => {
      const got = glossWer(pairs, { table: 'uint8' })
      const { wer, sub_rate, ins_rate, del_rate } = set.wer_gloss_style
      allNear([got.wer, got.substitutionRate, got.insertionRate, got.deletionRate], [wer, sub_rate, ins_rate, del_rate])
      const whole = glossWer(pairs)
      const same = (['wer', 'substitutions', 'insertions', 'deletions'] as const).every((key) => got[key] === whole[key])
      expect(same).toBe(!set.uint8_overflow)
    })

    it('text word error rate', () => {
      const want = set.wer_text_style
      if (!want) return expect(textWer(pairs)).toBeNaN()
      near(textWer(pairs), want.wer)
      expect([...summed(textWerMetric(), pairs)]).toEqual([want.errors, want.ref_tokens, 0])
    })

    it('exact sentences', () => near(sequenceAccuracy(pairs), set.sequence_accuracy))
  })

  it.each(cleanUp.phoenix_2014_trans)("PHOENIX-2014T's clean-up of '%s'", (line, want) => {
    expect(glossCleanUps['phoenix-2014t'](line)).toBe(want)
  })

  it.each(cleanUp.phoenix_2014)("PHOENIX-2014's clean-up of '%s'", (line, want) => {
    const cleaned = () => glossCleanUps['phoenix-2014'](line)
    if (want === null) expect(cleaned).toThrow('wanted glosses of PHOENIX-2014')
    else expect(cleaned()).toBe(want)
  })
})
