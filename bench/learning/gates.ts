// What a model has to be like to pass an experiment: the worst class decides, not the average.

import type { LanguageScore, MeasuredModel } from './measured_model.js'
import { rowOf } from './measured_model.js'

/** What a ratio of every class of lengths has to be within. */
const bounds = {
  durationRatio: { label: 'duration', least: 0.95, most: 1.05 },
  wristPathRatio: { label: 'wrist path', least: 0.9, most: 1.1 },
}

/** Of so many languages, one may be no better than the nearest neighbour: seven of eight, one of one. */
const enoughOf = (languages: number): number => Math.ceil((7 / 8) * languages)

/** A quarter of a still picture's distance at most, and within a tenth of the length, every clip. */
export function byHeart({ clips }: Pick<MeasuredModel, 'clips'>): string[] {
  return clips.flatMap(({ text, dtw, meanPoseDtw, frames, wantedFrames }) => [
    ...(dtw <= meanPoseDtw / 4 ? [] : [`wanted a DTW of at most ${(meanPoseDtw / 4).toFixed(2)}, got ${dtw.toFixed(2)}: ${text}`]),
    ...(Math.abs(frames - wantedFrames) <= wantedFrames / 10 ? [] : [`wanted ${wantedFrames} frames within 10 %, got ${frames}: ${text}`]),
  ])
}

/** Words never seen: better than each baseline by language, and neither short nor still at any length. */
export function rightWords({ languages, lengths }: Pick<MeasuredModel, 'languages' | 'lengths'>): string[] {
  return [
    ...languages.flatMap(worseThanBaselines),
    ...tooFewBelow('DTW', languages, ({ rows }) => [rowOf(rows, 'model').dtw, rowOf(rows, 'nearest neighbour').dtw]),
    ...tooFewBelow(
      'letter error rate',
      languages.filter(({ letterErrors }) => letterErrors),
      ({ letterErrors }) => [letterErrors!.model.mean, letterErrors!['nearest neighbour'].mean],
    ),
    ...lengths.flatMap((score) =>
      (Object.keys(bounds) as (keyof typeof bounds)[]).flatMap((ratio) => {
        const { label, least, most } = bounds[ratio]
        const value = score[ratio]
        if (value >= least && value <= most) return []
        return [`wanted a ${label} of ${least} to ${most} at ${score.tokens} ${score.unit}, got ${value.toFixed(3)}`]
      }),
    ),
  ]
}

/** Of a still picture and of somebody else's clip, in no language. */
export function worseThanBaselines({ language, rows }: LanguageScore): string[] {
  const { dtw } = rowOf(rows, 'model')
  return (['mean pose', 'random clip'] as const).flatMap((baseline) => {
    const than = rowOf(rows, baseline).dtw
    return dtw < than ? [] : [`wanted a DTW below the ${baseline}'s ${than.toFixed(2)} in ${language}, got ${dtw.toFixed(2)}`]
  })
}

function tooFewBelow(
  label: string,
  languages: readonly LanguageScore[],
  of: (score: LanguageScore) => readonly [model: number, nearest: number],
): string[] {
  const above = languages.filter((score) => {
    const [model, nearest] = of(score)
    return !(model < nearest)
  })
  const [below, enough] = [languages.length - above.length, enoughOf(languages.length)]
  if (below >= enough) return []
  const lost = above.map((score) => {
    const [model, nearest] = of(score)
    return `${score.language} ${model.toFixed(2)} against ${nearest.toFixed(2)}`
  })
  return [`wanted a ${label} below the nearest neighbour's in ${enough} of ${languages.length} languages, got ${below}: ${lost.join(', ')}`]
}
