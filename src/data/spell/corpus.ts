// A real corpus anyone can make on their own machine: words, or sentences of words, spelled in a signed alphabet, split so that a word of dev or test is in no
// other split.

import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import { linesOfText, readText } from '../../base/text_file.js'
import type { Clip } from '../../motion/clip.js'
import { type Split, type SplitShares, split } from '../split.js'
import type { LetterNote } from './letters.js'
import { drawSentences } from './sentences.js'
import { openSpeller, type Speller, type SpellerOptions } from './spell.js'
import { chooseWords } from './words.js'

export interface SpellingCorpusOptions extends SpellerOptions, SplitShares {
  /** The words to spell, or how many to choose (see {@link chooseWords}). Default 300. */
  readonly words?: readonly string[] | number
  /** How many sentences to make of each language's words, over all splits; default none: each word is a clip. Those of a split have only words of that split. */
  readonly sentences?: number
  /** Fewest and most words of a sentence. Default 2 to 4. */
  readonly wordsPerSentence?: readonly [number, number]
  /** Of the choice, the split and the sentences. Default 1. */
  readonly seed?: number
}

export interface SpellingCorpus extends Split<Clip> {
  /** On letters whose clips were not as they should be. */
  readonly letters: readonly LetterNote[]
}

/**
 * Spells the words of one language into clips `train/ASL_hello`, `dev/…`, `test/…`, or sentences of them into `train/ASL_hello_world`. A letter that occurs in dev
 * or test only is added to train as a word of one letter, so that no split asks for what was never shown. Throws as {@link openSpeller}, {@link chooseWords},
 * {@link split} and {@link drawSentences}, ERR_DATA for a word that cannot be spelled, and ERR_CONFIG where no sentence is left to train on.
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
    const lines = (part: keyof Split<Clip>): string[][] =>
      linesOf(
        parts[part].filter((word) => mine.has(word)),
        part,
        speller.alphabet.language,
        options,
      )
    const [train, dev, test] = [lines('train'), lines('dev'), lines('test')]
    const lettersIn = (list: readonly string[][]): string[] => list.flat().flatMap((word) => speller.lettersOf(word) ?? [])
    const shown = new Set(lettersIn(train))
    const unseen = new Set(lettersIn([...dev, ...test]).filter((letter) => !shown.has(letter)))
    clips.train.push(...[...train, ...[...unseen].map((letter) => [letter])].map((line) => clipOf(speller, 'train', line)))
    clips.dev.push(...dev.map((line) => clipOf(speller, 'dev', line)))
    clips.test.push(...test.map((line) => clipOf(speller, 'test', line)))
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

/** What the clips of a split show, each as its words: every word by itself, or the split's share of the sentences. */
function linesOf(words: readonly string[], part: keyof Split<Clip>, language: string, options: LineOptions): string[][] {
  const { sentences, wordsPerSentence = [2, 4], seed = 1, dev = 0.1, test = 0.1 } = options
  if (sentences === undefined) return words.map((word) => [word])
  const held = (share: number): number => (share === 0 ? 0 : Math.max(1, Math.round(share * sentences)))
  if (sentences <= held(dev) + held(test)) {
    const problem = `wanted some to train on, got ${sentences} of which ${held(dev)} for dev and ${held(test)} for test`
    throw new SignError('ERR_CONFIG', 'sentences', problem, 'Ask for more')
  }
  const count = { train: sentences - held(dev) - held(test), dev: held(dev), test: held(test) }[part]
  return drawSentences(words, count, wordsPerSentence, Random.for(seed, 'sentences', language, part), `${part} of ${language}`)
}

type LineOptions = Pick<SpellingCorpusOptions, 'sentences' | 'wordsPerSentence' | 'seed' | 'dev' | 'test'>

function clipOf(speller: Speller, part: string, words: readonly string[]): Clip {
  const { joints, frames, fps, text, gloss } = speller.spellSentence(words)
  const { language } = speller.alphabet
  return { name: `${part}/${language}_${words.join('_')}`, language, joints, frames, fps, text, gloss }
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
