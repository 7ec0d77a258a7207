// Whether a model can make anything of a sentence: of one without a word that it knows it would make some motion, for nobody.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { specials, type Vocabulary } from '../text/vocabulary.js'

/** Most words that a message names. */
const SHOWN = 8

/** Throws ERR_USAGE, naming words that it knows, for a sentence of which the model of a language has learned no word. */
export function checkKnown(text: string, language: string, vocabulary: Vocabulary): void {
  if (vocabulary.knowsAny(text)) return
  const { tokens } = vocabulary
  const words = vocabulary.unknownIn(text)
  const problem =
    words.length > 0
      ? `wanted words this model of ${language} has learned, got only ${words.map((word) => `'${word}'`).join(', ')}`
      : `wanted a sentence of words, got none in '${text}'`
  const known = tokens.slice(specials.length)
  const some = known.length > SHOWN ? `${known.slice(0, SHOWN).join(', ')}, …` : known.join(', ')
  throw new SignError('ERR_USAGE', 'generate', problem, `It knows ${counted(known.length, 'word')}: ${some}`)
}
