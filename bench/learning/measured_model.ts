// Everything an experiment knows of one model: its scores as a whole, by language, by length and clip by clip.

import { heldFrame, meanFrame } from '../../src/metrics/baselines.js'
import { type LengthScore, scoreByLength, worstLength } from '../../src/metrics/length_classes.js'
import { type ScoreRow, scoreMotions, scorePair } from '../../src/metrics/scores.js'
import type { LetterErrors } from './letter_errors.js'
import type { SignedSplit } from './signed_split.js'

/** One clip beside the picture that never moves. */
export interface ClipScore {
  readonly name: string
  readonly text: string
  readonly frames: number
  readonly wantedFrames: number
  readonly dtw: number
  readonly handDtw: number
  readonly meanPoseDtw: number
  readonly wristPathRatio: number
}

export interface LanguageScore {
  readonly language: string
  readonly clips: number
  /** The model, then the baselines. */
  readonly rows: readonly ScoreRow[]
  /** Letter error rates, where judges were given. */
  readonly letterErrors?: LetterErrors
}

export interface MeasuredModel {
  readonly rows: readonly ScoreRow[]
  readonly letterErrors?: LetterErrors
  readonly languages: readonly LanguageScore[]
  /** By the number of source tokens, all languages together. */
  readonly lengths: readonly LengthScore[]
  /** The lengths whose ratio is furthest from 1, and the language whose DTW is furthest from the nearest neighbour's. */
  readonly worst: { readonly duration?: string; readonly wristPath?: string; readonly language: string }
  readonly clips: readonly ClipScore[]
}

/** Letter error rates of all clips, and of those of a language. */
export type LetterErrorsOf = (language?: string) => LetterErrors

export function measureModel({ pairs, tokens, unit, trained }: SignedSplit, letters?: LetterErrorsOf): MeasuredModel {
  const scores = pairs.map(scorePair)
  const languages = [...new Set(pairs.map(({ reference }) => reference.language))].map((language): LanguageScore => {
    const own = pairs.filter(({ reference }) => reference.language === language)
    const ownScores = scores.filter((_, i) => pairs[i]!.reference.language === language)
    const rows = scoreMotions(own, trained, { scores: ownScores })
    return { language, clips: own.length, rows, ...(letters ? { letterErrors: letters(language) } : {}) }
  })
  const stills = new Map(languages.map(({ language }) => [language, meanFrame(trained.filter((clip) => clip.language === language))]))
  const lengths = scoreByLength(scores, tokens, unit)
  const [duration, wristPath] = [worstLength(lengths, 'durationRatio')?.tokens, worstLength(lengths, 'wristPathRatio')?.tokens]
  return {
    rows: scoreMotions(pairs, trained, { scores }),
    ...(letters ? { letterErrors: letters() } : {}),
    languages,
    lengths,
    worst: {
      ...(duration === undefined ? {} : { duration }),
      ...(wristPath === undefined ? {} : { wristPath }),
      language: languages.reduce((most, one) => (besideNearest(one) > besideNearest(most) ? one : most)).language,
    },
    clips: pairs.map(({ reference, hypothesis }, i) => {
      const { dtw, handDtw, wristPathRatio } = scores[i]!
      const still = heldFrame(stills.get(reference.language)!, reference)
      return {
        name: reference.name,
        text: reference.text,
        frames: hypothesis.frames,
        wantedFrames: reference.frames,
        dtw,
        handDtw,
        meanPoseDtw: scorePair({ reference, hypothesis: still }).dtw,
        wristPathRatio,
      }
    }),
  }
}

/** The row of a name. */
export const rowOf = (rows: readonly ScoreRow[], name: ScoreRow['name']): ScoreRow => rows.find((row) => row.name === name)!

const besideNearest = ({ rows }: LanguageScore): number => rowOf(rows, 'model').dtw / rowOf(rows, 'nearest neighbour').dtw
