// What an experiment says of its models, for people, and of the models of several seeds as one.

import { formatTable } from '../../src/base/table.js'
import type { LengthScore } from '../../src/metrics/length_classes.js'
import { formatScores, type ScoreRow } from '../../src/metrics/scores.js'
import { type ClipScore, type LanguageScore, type MeasuredModel, rowOf } from './measured_model.js'

/** One model: its languages, or its clips where there is one language; then as a whole and by length, and the worst class. */
export function formatMeasured(model: MeasuredModel, split: 'train' | 'test'): string {
  const { rows, languages, lengths, clips, worst } = model
  const { duration = '-', wristPath = '-', language } = worst
  const unit = lengths[0]?.unit ?? 'words'
  return [
    ...(languages.length > 1 || languages[0]?.letterErrors ? [formatLanguages(languages)] : []),
    ...(languages.length > 1 ? [] : clips.map(formatClip)),
    formatScores(rows),
    ...(split === 'test'
      ? [
          formatLengths(lengths),
          `worst: duration at ${duration} ${unit}, wrist path at ${wristPath} ${unit}, DTW beside the nearest neighbour in ${language}`,
        ]
      : []),
  ].join('\n')
}

function formatLanguages(languages: readonly LanguageScore[]): string {
  const judged = languages.some(({ letterErrors }) => letterErrors)
  const heads = ['', 'clips', 'DTW', 'nearest', 'mean pose', 'random', 'hand DTW', 'nearest', 'wrist path', 'duration', 'bones']
  return formatTable([
    [...heads, ...(judged ? ['letter errors %', 'nearest', 'truth'] : [])],
    ...languages.map(({ language, clips, rows, letterErrors }) => {
      const [model, nearest] = [rowOf(rows, 'model'), rowOf(rows, 'nearest neighbour')]
      const numbers = [model.dtw, nearest.dtw, rowOf(rows, 'mean pose').dtw, rowOf(rows, 'random clip').dtw, model.handDtw, nearest.handDtw]
      const errors = letterErrors && [letterErrors.model, letterErrors['nearest neighbour'], letterErrors['ground truth']]
      return [
        language,
        String(clips),
        ...[...numbers, model.wristPathRatio, model.durationRatio].map((value) => value.toFixed(2)),
        model.boneSpread.toFixed(4),
        ...(errors ?? []).map(({ mean }) => mean.toFixed(1)),
      ]
    }),
  ])
}

export function formatLengths(lengths: readonly LengthScore[]): string {
  return formatTable([
    [lengths[0]?.unit ?? '', 'clips', 'DTW', 'hand DTW', 'wrist path', 'duration'],
    ...lengths.map(({ tokens, clips, dtw, handDtw, wristPathRatio, durationRatio }) => [
      tokens,
      String(clips),
      ...[dtw, handDtw, wristPathRatio, durationRatio].map((value) => value.toFixed(2)),
    ]),
  ])
}

function formatClip({ text, frames, wantedFrames, dtw, meanPoseDtw, wristPathRatio }: ClipScore): string {
  const share = `${Math.round((100 * dtw) / meanPoseDtw)} % of the mean pose's ${meanPoseDtw.toFixed(2)}`
  return `${text.slice(0, 40).padEnd(40)}  DTW ${dtw.toFixed(2)}, ${share}; ${frames} of ${wantedFrames} frames; wrist path ${wristPathRatio.toFixed(2)}`
}

/** A score of several models: their mean, and their sample standard deviation, null of one. */
export interface SeedScore {
  readonly mean: number
  readonly spread: number | null
}

/** Mean and spread over the models of several seeds, of the same clips: of the model as a whole, by language and by length, and of how often each passed. */
export function acrossSeeds(models: readonly MeasuredModel[]) {
  const over = (of: (model: MeasuredModel) => object) => scoresOf(models.map((model) => of(model)))
  const [first] = models as [MeasuredModel]
  return {
    model: over(({ rows, letterErrors }) => modelScores(rows, letterErrors)),
    languages: first.languages.map(({ language, clips }, i) => ({
      language,
      clips,
      ...over(({ languages }) => modelScores(languages[i]!.rows, languages[i]!.letterErrors)),
    })),
    lengths: first.lengths.map(({ tokens, unit, clips }, i) => ({
      tokens,
      unit,
      clips,
      ...over(({ lengths }) => {
        const { tokens: _, unit: __, clips: ___, ...scores } = lengths[i]!
        return scores
      }),
    })),
  }
}

function modelScores(rows: readonly ScoreRow[], letterErrors: MeasuredModel['letterErrors']): object {
  const { name: _, ...scores } = rowOf(rows, 'model')
  return { ...scores, ...(letterErrors ? { letterErrorRate: letterErrors.model.mean } : {}) }
}

function scoresOf(models: readonly object[]): Record<string, SeedScore> {
  return Object.fromEntries(
    Object.keys(models[0]!).map((score) => [score, seedScore(models.map((model) => (model as Record<string, number>)[score]!))]),
  )
}

function seedScore(values: readonly number[]): SeedScore {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null }
}

/** Means and spreads as a table: all, by language, by length. */
export function formatSeeds(models: readonly MeasuredModel[]): string {
  const { model, languages, lengths } = acrossSeeds(models)
  const named = [
    ['all', model] as const,
    ...(languages.length > 1 ? languages.map(({ language, clips: _, ...scores }) => [language, scores] as const) : []),
    ...lengths.map(({ tokens, unit, clips: _, ...scores }) => [`${tokens} ${unit}`, scores] as const),
  ]
  const shown = ['dtw', 'handDtw', 'wristPathRatio', 'durationRatio', 'boneSpread', ...(model.letterErrorRate ? ['letterErrorRate'] : [])]
  const labels: Record<string, string> = {
    dtw: 'DTW',
    handDtw: 'hand DTW',
    wristPathRatio: 'wrist path',
    durationRatio: 'duration',
    boneSpread: 'bones',
    letterErrorRate: 'letter errors %',
  }
  const cell = (score: SeedScore | undefined) => (score ? `${score.mean.toFixed(3)}±${(score.spread ?? 0).toFixed(3)}` : '-')
  return formatTable([
    [`${models.length} seeds`, ...shown.map((score) => labels[score]!)],
    ...named.map(([name, scores]) => [name, ...shown.map((score) => cell((scores as Record<string, SeedScore>)[score]))]),
  ])
}
