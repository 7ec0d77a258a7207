// What an experiment says of a model: whether it passes, by the worst class, what several seeds have in common, and its pictures.

import { describe, expect, it } from 'vitest'
import { byHeart, rightWords } from '../bench/learning/gates.js'
import { type LanguageScore, measureModel } from '../bench/learning/measured_model.js'
import { acrossSeeds, formatMeasured, formatSeeds } from '../bench/learning/model_tables.js'
import { wordSheet } from '../bench/learning/word_sheet.js'
import { syntheticCorpus } from '../src/data/synthetic/corpus.js'
import type { ScoreRow } from '../src/metrics/scores.js'
import { COORDS } from '../src/motion/skeleton.js'

const row = (name: ScoreRow['name'], dtw: number): ScoreRow => ({
  name,
  ...{ dtw, handDtw: 1, dtwMje: 0, wristPathRatio: 1, durationRatio: 1, poseStdRatio: 1, boneSpread: 0 },
})
const languageOf = (dtw: number, errors?: number): LanguageScore => {
  const judged = (mean: number) => ({ mean, spread: null, byJudge: [mean] })
  const letterErrors =
    errors === undefined ? {} : { letterErrors: { model: judged(errors), 'nearest neighbour': judged(50), 'ground truth': judged(1) } }
  const rows = [row('model', dtw), row('mean pose', 4), row('random clip', 5), row('nearest neighbour', 2)]
  return { language: 'ASL', clips: 9, rows, ...letterErrors }
}
const lengthOf = (ratios: Partial<ScoreRow>) => ({ ...row('model', 1), tokens: '6-8', unit: 'letters' as const, clips: 3, ...ratios })
const many = (right: number, wrong: number) => [...Array(right).fill(languageOf(1)), ...Array(wrong).fill(languageOf(2.5))]

describe('words pass', () => {
  it('in seven of eight languages, and never below a mean pose', () => {
    expect(rightWords({ languages: many(7, 1), lengths: [] })).toEqual([])
    expect(rightWords({ languages: many(6, 2), lengths: [] })[0]).toContain('in 7 of 8 languages, got 6')
    expect(rightWords({ languages: [languageOf(2.5)], lengths: [] })).toHaveLength(1)
    expect(rightWords({ languages: [...many(7, 0), languageOf(4.5)], lengths: [] })[0]).toContain("below the mean pose's 4.00")
  })

  it('by what judges read, where there are judges', () => {
    expect(rightWords({ languages: [languageOf(1, 20)], lengths: [] })).toEqual([])
    expect(rightWords({ languages: [languageOf(1, 51)], lengths: [] })[0]).toContain('wanted a letter error rate below')
  })

  it('at every length', () => {
    expect(rightWords({ languages: many(1, 0), lengths: [lengthOf({ durationRatio: 0.95, wristPathRatio: 1.1 })] })).toEqual([])
    expect(rightWords({ languages: many(1, 0), lengths: [lengthOf({ durationRatio: 0.94 })] })).toEqual([
      'wanted a duration of 0.95 to 1.05 at 6-8 letters, got 0.940',
    ])
    expect(rightWords({ languages: many(1, 0), lengths: [lengthOf({ wristPathRatio: Number.NaN })] })).toHaveLength(1)
  })

  it('by heart within a quarter of the mean pose and a tenth of the length', () => {
    const clip = { name: 'a', text: 'a', frames: 90, wantedFrames: 100, dtw: 1, handDtw: 1, meanPoseDtw: 4, wristPathRatio: 1 }
    expect(byHeart({ clips: [clip] })).toEqual([])
    expect(
      byHeart({
        clips: [
          { ...clip, frames: 89 },
          { ...clip, dtw: 1.1 },
        ],
      }),
    ).toHaveLength(2)
  })
})

describe('models of several seeds', () => {
  const { train, dev } = syntheticCorpus({ languages: ['ASL', 'GSL'], clipsPerLanguage: 20 })
  const modelOf = (share: number) => {
    const pairs = dev.map((reference) => {
      const frames = Math.ceil(reference.frames * share)
      return { reference, hypothesis: { ...reference, frames, joints: reference.joints.slice(0, frames * COORDS) } }
    })
    return measureModel({ pairs, tokens: dev.map((_, i) => (i % 2 === 0 ? 3 : 7)), unit: 'letters', trained: train })
  }
  const models = [modelOf(1), modelOf(0.5)]

  it('have a mean and a spread in all, by language and by length', () => {
    const { model, languages, lengths } = acrossSeeds(models)
    const half = models[1]!.rows[0]!.durationRatio
    expect(model.durationRatio!.mean).toBeCloseTo((1 + half) / 2, 9)
    expect(model.durationRatio!.spread).toBeCloseTo((1 - half) / Math.SQRT2, 9)
    expect(languages.map(({ language, clips }) => [language, clips])).toEqual([
      ['ASL', 2],
      ['GSL', 2],
    ])
    expect(lengths.map(({ tokens, clips }) => [tokens, clips])).toEqual([
      ['3-4', 2],
      ['6-8', 2],
    ])
    expect(acrossSeeds(models.slice(0, 1)).model.dtw!.spread).toBeNull()
    expect(formatSeeds(models).split('\n')).toHaveLength(6)
    expect(formatMeasured(models[1]!, 'test')).toMatch(/^worst: duration at \S+ letters, wrist path at \S+ letters, DTW .* in (ASL|GSL)$/m)
  })

  it('are drawn in a block a word, a row a system', () => {
    const rows = [
      { name: 'reference', motion: dev[0]! },
      { name: 'model', motion: dev[1]! },
    ]
    const one = wordSheet([{ title: 'ASL: a', rows }], 3)
    expect([one.width, one.height]).toEqual([150 + 3 * (113 + 145), 26 + 2 * 145])
    expect(
      wordSheet(
        [
          { title: 'ASL: a', rows },
          { title: 'b', rows },
        ],
        3,
      ).height,
    ).toBe(2 * one.height + 1)
    const inked = one.pixels.filter((value, i) => i % 4 === 0 && value < 80).length
    expect(inked).toBeGreaterThan(500)
  })
})
