// A real corpus anyone can make on their own machine: words spelled in a signed alphabet, split so that a word of dev or test is in no other split.

import { SignError } from '../../base/errors.js'
import { linesOfText, readText } from '../../base/text_file.js'
import type { Clip } from '../../motion/clip.js'
import { type Split, type SplitShares, split } from '../split.js'
import type { LetterNote } from './letters.js'
import { openSpeller, type Speller, type SpellerOptions } from './spell.js'
import { chooseWords } from './words.js'

export interface SpellingCorpusOptions extends SpellerOptions, SplitShares {
  /** The words to spell, or how many to choose (see {@link chooseWords}). Default 300. */
  readonly words?: readonly string[] | number
  /** Of the choice and the split. Default 1. */
  readonly seed?: number
}

export interface SpellingCorpus extends Split<Clip> {
  /** On letters whose clips were not as they should be. */
  readonly letters: readonly LetterNote[]
}

/**
 * Spells the words of one language into clips `train/ASL_hello`, `dev/…`, `test/…`. A letter that occurs in dev or test only is added to train as a word of one
 * letter, so that no split asks for what was never shown. Throws as {@link openSpeller}, {@link chooseWords} and {@link split}, and ERR_DATA for a word that
 * cannot be spelled.
 */
export async function buildSpellingCorpus(options: SpellingCorpusOptions): Promise<SpellingCorpus> {
  return buildSpellingCorpora({ ...options, languages: [options.language] })
}

/** The same for several languages together. A word is in the same split in all of them: its text in test was read in train in no language. */
export async function buildSpellingCorpora(
  options: Omit<SpellingCorpusOptions, 'language'> & { readonly languages: readonly string[] },
): Promise<SpellingCorpus> {
  const { words = 300, seed = 1 } = options
  const spellers: { speller: Speller; own: string[] }[] = []
  for (const language of options.languages) {
    const speller = await openSpeller({ ...options, language })
    spellers.push({ speller, own: wordsFor(speller, words, seed) })
  }
  const parts = split(
    spellers.flatMap(({ own }) => own),
    seed,
    options,
  )
  const clips: Split<Clip> = { train: [], dev: [], test: [] }
  for (const { speller, own } of spellers) {
    const mine = new Set(own)
    const [train, dev, test] = [parts.train, parts.dev, parts.test].map((part) => part.filter((word) => mine.has(word))) as [
      string[],
      string[],
      string[],
    ]
    const lettersIn = (list: readonly string[]): string[] => list.flatMap((word) => speller.lettersOf(word) ?? [])
    const shown = new Set(lettersIn(train))
    const unseen = new Set(lettersIn([...dev, ...test]).filter((letter) => !shown.has(letter)))
    clips.train.push(...[...train, ...unseen].map((word) => clipOf(speller, 'train', word)))
    clips.dev.push(...dev.map((word) => clipOf(speller, 'dev', word)))
    clips.test.push(...test.map((word) => clipOf(speller, 'test', word)))
  }
  return { ...clips, letters: spellers.flatMap(({ speller }) => speller.alphabet.notes ?? []) }
}

/** The words given, or as many as asked for, in lower case. */
function wordsFor(speller: Speller, words: readonly string[] | number, seed: number): string[] {
  const { letters, spoken } = speller.alphabet
  if (typeof words !== 'number') return words.map((word) => word.normalize('NFC').toLocaleLowerCase(spoken))
  const all = [...letters.keys()]
  // A letter of several characters, such as `sch`, could be read as others; an alphabet of nothing else, such as numbers from 10, has only these.
  const single = all.filter((letter) => [...characters.segment(letter)].length === 1)
  return chooseWords({
    count: words,
    seed,
    spellable: (word) => speller.lettersOf(word) !== undefined,
    letters: single.length > 0 ? single : all,
  })
}

/** As people count them: a Devanagari letter with its vowel sign is one. */
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function clipOf(speller: Speller, part: string, word: string): Clip {
  const { joints, frames, fps, text, gloss } = speller.spell(word)
  const { language } = speller.alphabet
  return { name: `${part}/${language}_${word}`, language, joints, frames, fps, text, gloss }
}

/** Reads a file of words, one a line; blank lines and lines that begin with `#` are passed over. Throws ERR_DATA naming `path:line` for a line of several words. */
export async function readWords(path: string): Promise<string[]> {
  const words: string[] = []
  for (const [index, line] of linesOfText(await readText(path)).entries()) {
    const word = line.trim().normalize('NFC')
    if (word === '' || word.startsWith('#')) continue
    if (/\s/.test(word))
      throw new SignError('ERR_DATA', `${path}:${index + 1}`, `wanted one word, got '${word.slice(0, 60)}'`, 'Write one word per line')
    words.push(word)
  }
  if (words.length === 0) throw new SignError('ERR_DATA', path, 'wanted at least one word, got none', 'Write one word per line')
  return words
}
