// What a person should know of sentences before a model learns from them: words that nobody can learn or be tested by.

import { SignError } from '../base/errors.js'
import { brokenIn } from './broken_text.js'
import type { Vocabulary } from './vocabulary.js'
import { uncutWriting } from './word_boundaries.js'

/** A share of words, or of sentences, that is more than a few of a kind that was never seen. */
const MOST = 0.5

/** Throws ERR_DATA naming `who` for sentences of which none has a word: there is nothing to learn from, or to be tested by. */
export function checkWords(sentences: readonly string[], vocabulary: Vocabulary, who: string): void {
  if (sentences.length === 0 || sentences.some((text) => vocabulary.tokensOf(text).length > 0)) return
  const problem = `wanted sentences with words, got ${sentences.length} with none, such as '${sentences[0]}'`
  throw new SignError('ERR_DATA', who, problem, 'Look at the text, and at tokens in the run file')
}

/** Notes on the sentences of a run as its vocabulary reads them, a sentence each; none where all is well. */
export function readingNotes(
  { train, dev }: { readonly train: readonly string[]; readonly dev: readonly string[] },
  vocabulary: Vocabulary,
): string[] {
  const all = [...train, ...dev]
  const broken = all.filter((text) => brokenIn(text))
  const wordless = all.filter((text) => vocabulary.tokensOf(text).length === 0)
  const uncut = vocabulary.policy === 'letters' ? undefined : uncutWriting(all.flatMap((text) => vocabulary.tokensOf(text)))
  return [
    ...(broken.length > 0 ? [`${shareOf(broken, all)} have lost letters: '${broken[0]}' has ${brokenIn(broken[0]!)}`] : []),
    ...(wordless.length > 0 ? [`${shareOf(wordless, all)} have no word, only marks, such as '${wordless[0]}'`] : []),
    ...(uncut
      ? [`sentences in ${uncut.writing} are not cut into words, '${uncut.word}' is one: set tokens: letters, or put spaces between words`]
      : []),
    ...unknownNotes('train', train, vocabulary),
    ...unknownNotes('dev', dev, vocabulary),
  ]
}

/** A note where most words of a split, or all words of most of its sentences, are unknown to a vocabulary. */
export function unknownNotes(split: 'train' | 'dev', sentences: readonly string[], vocabulary: Vocabulary, unit = 'words'): string[] {
  const share = vocabulary.unknownShare(sentences)
  const strange = sentences.filter((text) => vocabulary.tokensOf(text).length > 0 && vocabulary.unknownShare([text]) === 1)
  if (sentences.length === 0 || (share < MOST && strange.length < MOST * sentences.length)) return []
  const move = split === 'train' ? 'check the vocabulary file' : 'check that it is of the same language and kind as train'
  return [
    `${Math.round(100 * share)} % of the ${unit} of ${split} are unknown, ${shareOf(strange, sentences)} have no other: ${move}, and tokens`,
  ]
}

const shareOf = (some: readonly string[], all: readonly string[]): string => `${some.length} of ${all.length} sentences`
