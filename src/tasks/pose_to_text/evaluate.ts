// How well a pose-to-text model does on clips it has not seen.

import { searchSignature, type TranslateOptions } from '../../infer/search_options.js'
import type { TranslatedClip } from '../../infer/translator.js'
import { letterErrorRate } from '../../metrics/character_errors.js'
import type { TextPair } from '../../metrics/corpus_metric.js'
import { formatTextScores, scoreText, type TextScores } from '../../metrics/text_scores.js'
import type { PoseToTextDescription } from '../../model/pose_to_text.js'
import type { ModelDensity } from '../../train/density.js'
import type { Validation } from '../../train/task.js'
import { textScalars, textScore } from '../../train/text_validation.js'
import type { SignedText } from './data.js'

/** What a validation gives. */
export interface TranslationScores {
  readonly clips: number
  /** Of the words; absent where the model only recognises. */
  readonly text?: TextScores
  /** Edits of labels by hundred labels; absent where the model only translates. */
  readonly labelErrors?: number
  /** How far apart instances of a gloss are beside those of others; absent where it is not measured, or no gloss can be found twice. */
  readonly densityRatio?: number
}

/** Scores clips. References are read as the model's vocabularies cut them. */
export function scoreTranslations(
  clips: readonly SignedText[],
  translated: readonly TranslatedClip[],
  { words, glosses }: Pick<PoseToTextDescription, 'words' | 'glosses'>,
  search: TranslateOptions = {},
): Validation<TranslationScores> {
  const pairs = (found: (clip: TranslatedClip) => readonly string[], wanted: (clip: SignedText) => readonly string[]): TextPair[] =>
    clips.map((clip, i) => ({ reference: wanted(clip).join(' '), hypothesis: found(translated[i]!).join(' ') }))
  const text =
    words &&
    scoreText(
      pairs(
        (clip) => clip.words!,
        (clip) => words.tokensOf(clip.text),
      ),
      searchSignature({ words, glosses }, search),
    )
  const labelErrors =
    glosses &&
    letterErrorRate(
      pairs(
        (clip) => clip.glosses!,
        (clip) => glosses.tokensOf(clip.labels),
      ),
    )
  return {
    result: { clips: clips.length, ...(text && { text }), ...(labelErrors !== undefined && { labelErrors }) },
    // Labels settle what words leave open.
    score: text ? textScore(text) + (labelErrors ?? 0) / 1e6 : labelErrors!,
    scalars: {
      ...(text && textScalars(text)),
      ...(labelErrors !== undefined && { 'dev/labelErrors': labelErrors }),
    },
  }
}

/** With what is known of the density of signs. */
export function withDensity(
  { result, score, scalars }: Validation<TranslationScores>,
  { ratio }: Pick<ModelDensity, 'ratio'>,
): Validation<TranslationScores> {
  if (ratio === undefined) return { result, score, scalars }
  return { result: { ...result, densityRatio: ratio }, score, scalars: { ...scalars, 'dev/densityRatio': ratio } }
}

/** A line for people. */
export function formatTranslationScores({ clips, text, labelErrors, densityRatio }: TranslationScores): string {
  const labels = labelErrors === undefined ? [] : [`label error rate ${labelErrors.toFixed(1)} %`]
  const density = densityRatio === undefined ? [] : [`sign density ratio ${densityRatio.toFixed(3)}`]
  return [...(text ? [formatTextScores(text)] : []), ...labels, ...density, `${clips} clips`].join('; ')
}
