// How well a sign-to-text model translates clips it has not seen.

import { searchSignature, type TranslateOptions } from '../../infer/search_options.js'
import { type SignedSentence, signSearch } from '../../infer/sign_translator.js'
import { formatTextScores, scoreText, type TextScores } from '../../metrics/text_scores.js'
import type { TextCoder } from '../../text/text_coder.js'
import { Vocabulary } from '../../text/vocabulary.js'
import type { Validation } from '../../train/task.js'
import { textScalars, textScore } from '../../train/text_validation.js'

/** What a validation gives. */
export interface TextValidation {
  readonly clips: number
  readonly text: TextScores
}

/** Scores clips. References are read as a model of words cuts them, and as they are written for one of pieces of words. */
export function scoreSentences(
  clips: readonly { readonly text: string }[],
  translated: readonly Pick<SignedSentence, 'text'>[],
  coder: TextCoder,
  search: TranslateOptions = {},
): Validation<TextValidation> {
  const reference = (text: string) => (coder instanceof Vocabulary ? coder.tokensOf(text).join(' ') : text)
  const pairs = clips.map((clip, i) => ({ reference: reference(clip.text), hypothesis: translated[i]!.text }))
  const text = scoreText(pairs, searchSignature({ words: coder }, signSearch(search)))
  return { result: { clips: clips.length, text }, score: textScore(text), scalars: textScalars(text) }
}

/** A line for people. */
export const formatTextValidation = ({ clips, text }: TextValidation): string => `${formatTextScores(text)}; ${clips} clips`
