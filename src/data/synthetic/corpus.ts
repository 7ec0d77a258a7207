// The built-in corpus: clips of an invented signer in eight languages, made from a seed, so that everything can be tried without any data.
// Its signs are no real language's signs. They share what a model must cope with: each language has its own lexicon, order matters, ways blend.

import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import type { Clip } from '../../motion/clip.js'
import type { Point } from './hand.js'
import { drawSentences, type Sentence, type Splits } from './sentences.js'
import { type FrameSpan, signSentence } from './signing.js'
import { inventSigns } from './signs.js'
import { glossOf, type SyntheticLanguage, syntheticLanguages, WORDS_PER_LANGUAGE, wordsOf } from './words.js'

export { type FrameSpan, type SyntheticLanguage, syntheticLanguages }

/** A clip of the built-in corpus, of which it is known when each word is signed. */
export interface SyntheticClip extends Clip {
  /** The frames of each word of the text, in order. */
  readonly spans: readonly FrameSpan[]
}

export interface SyntheticOptions {
  /** Default: all eight. */
  readonly languages?: readonly SyntheticLanguage[]
  /** Clips of each language over all splits: eight tenths train, one tenth dev, one tenth test. Default 50. */
  readonly clipsPerLanguage?: number
  /** Words of each language, at most 28. Default 12. */
  readonly words?: number
  /** Fewest and most words of a sentence. Default 1 to 3. */
  readonly wordsPerSentence?: readonly [number, number]
  /** Frames of a usual sign with the way to it. Default 8. */
  readonly framesPerSign?: number
  /** Frames a second. Default 25. */
  readonly fps?: number
  /** Same seed, same bytes. Default 27. */
  readonly seed?: number
}

/** Standard deviation of a clip's drift in space: half a centimetre on a person. */
const DRIFT = 0.004

/**
 * Makes the corpus. Every clip is normalised as `clip.ts` says and has constant bone lengths.
 * No sentence of a language is in two splits; every word of a dev or test sentence is in train at the same position.
 * Throws ERR_CONFIG for options out of range, or where so many different sentences do not exist.
 *
 * @example
 * const { train, dev } = syntheticCorpus({ languages: ['ASL', 'KSL'], clipsPerLanguage: 40, seed: 1 })
 */
export function syntheticCorpus(options: SyntheticOptions = {}): Splits<SyntheticClip> {
  const { languages = syntheticLanguages, seed = 27 } = options
  const corpus: Splits<SyntheticClip> = { train: [], dev: [], test: [] }
  for (const language of languages) {
    known(language)
    const clips = languageClips(language, checked(options), seed)
    for (const split of splitNames) corpus[split].push(...clips[split])
  }
  return corpus
}

const splitNames = ['train', 'dev', 'test'] as const

function languageClips(language: SyntheticLanguage, options: Checked, seed: number): Splits<SyntheticClip> {
  const { words, wordsPerSentence, clipsPerLanguage, framesPerSign, fps } = options
  const vocabulary = wordsOf(language, words)
  const signs = inventSigns(words, language, seed)
  const sentences = drawSentences(clipsPerLanguage, words, wordsPerSentence, Random.for(seed, 'sentences', language))

  const clip = (sentence: Sentence, split: string, i: number): SyntheticClip => {
    const name = `${split}/${language}-${String(i + 1).padStart(4, '0')}`
    const random = Random.for(seed, 'drift', name)
    const drift: Point = [DRIFT * random.normal(), DRIFT * random.normal(), DRIFT * random.normal()]
    const spoken = sentence.map((word) => vocabulary[word]!)
    return {
      name,
      language,
      text: spoken.join(' '),
      gloss: spoken.map((word) => glossOf(language, word)).join(' '),
      ...signSentence(
        sentence.map((word) => signs[word]!),
        framesPerSign,
        fps,
        drift,
      ),
    }
  }
  return {
    train: sentences.train.map((sentence, i) => clip(sentence, 'train', i)),
    dev: sentences.dev.map((sentence, i) => clip(sentence, 'dev', i)),
    test: sentences.test.map((sentence, i) => clip(sentence, 'test', i)),
  }
}

type Checked = Required<Omit<SyntheticOptions, 'languages' | 'seed'>>

function checked(options: SyntheticOptions): Checked {
  const { clipsPerLanguage = 50, words = 12, wordsPerSentence = [1, 3], framesPerSign = 8, fps = 25 } = options
  const [least, most] = wordsPerSentence
  range('clipsPerLanguage', clipsPerLanguage, 3, 100_000)
  range('words', words, 1, WORDS_PER_LANGUAGE)
  range('wordsPerSentence[1]', most, 1, words)
  range('wordsPerSentence[0]', least, 1, most)
  range('framesPerSign', framesPerSign, 4, 1000)
  if (!(fps > 0)) throw new SignError('ERR_CONFIG', 'synthetic corpus', `wanted fps above 0, got ${fps}`, 'Set fps, for example to 25')
  return { clipsPerLanguage, words, wordsPerSentence, framesPerSign, fps }
}

function known(language: string): void {
  if ((syntheticLanguages as readonly string[]).includes(language)) return
  const wanted = syntheticLanguages.join(' ')
  throw new SignError('ERR_CONFIG', 'synthetic corpus', `wanted a language of ${wanted}, got ${language}`, 'Choose among these')
}

function range(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new SignError(
    'ERR_CONFIG',
    'synthetic corpus',
    `wanted ${option} to be a whole number of ${least} to ${most}, got ${value}`,
    `Set ${option} within that range`,
  )
}
