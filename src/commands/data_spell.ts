// `signllm data spell`: makes a fingerspelling corpus out of a lexicon of signed letters.

import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { saveCorpus } from '../data/corpus/save.js'
import { buildSpellingCorpora, readWords } from '../data/spell/corpus.js'
import type { BoneKind, Join } from '../data/spell/join_kinds.js'
import type { LetterNote } from '../data/spell/letters.js'
import { languageCode } from '../formats/lexicon.js'
import { refuseParts } from './corpus_parts.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'

export interface DataSpellOptions {
  /** Folder with `index.csv` and its `.pose` files. */
  readonly lexicon: string
  /** One language or several with commas between: `ase` or `ASL,GSL`. */
  readonly lang: string
  /** Folder to write `train`, `dev` and `test` to. */
  readonly out: string
  /** A file of words, one a line. Default: chosen by `count` and `seed`. */
  readonly words?: string
  /** How many words to choose for each language. Default 300. */
  readonly count?: number
  readonly seed?: number
  readonly fps?: number
  readonly framesPerLetter?: number
  readonly join?: Join
  readonly joinFrames?: number
  /** How many sentences to make of each language's words; default: each word is a clip. */
  readonly sentences?: number
  /** Fewest and most words of a sentence. Default 2 to 4. */
  readonly wordsPerSentence?: readonly [number, number]
  readonly restFrames?: number
  readonly bones?: BoneKind
  /** Shares of the words, 0 to 1. Default 0.1 each. */
  readonly dev?: number
  readonly test?: number
  /** Throw away parts that are there. */
  readonly overwrite?: boolean
  readonly json?: boolean
  /** Where notes on letters go. Default: standard error. */
  readonly stream?: ProgressStream
}

/** What was made, ready for JSON. */
export interface DataSpellSummary {
  readonly out: string
  readonly languages: readonly string[]
  readonly fps: number
  readonly seed: number
  /** On letters whose clips were not as they should be. */
  readonly letters: readonly LetterNote[]
  readonly splits: Readonly<
    Record<'train' | 'dev' | 'test', { readonly prefix: string; readonly clips: number; readonly frames: number; readonly seconds: number }>
  >
}

/**
 * Builds the corpus of each language, writes the splits of all together, and returns what it wrote. Throws ERR_USAGE where there are parts already, and what
 * reading, spelling and writing throw.
 */
export async function dataSpell(options: DataSpellOptions): Promise<DataSpellSummary> {
  const { lang, out, words: path, count = 300, seed = 1, json = false, stream = process.stderr, overwrite, ...spelling } = options
  const codes = [
    ...new Set(
      lang
        .split(',')
        .map((code) => languageCode(code.trim()))
        .filter(Boolean),
    ),
  ]
  if (codes.length === 0)
    throw new SignError('ERR_USAGE', 'data spell', `wanted languages as --lang, got '${lang}'`, 'Give one, e.g. --lang ase')
  refuseUnused(spelling)
  refuseParts(out, { overwrite })
  const words = path === undefined ? count : await readWords(path)
  const clips = await buildSpellingCorpora({ ...spelling, languages: codes, words, seed })
  const told = new ProgressDisplay({ stream, json })
  const gross = clips.letters.filter((note) => note.gross)
  for (const { language, letter, path: file, notes } of gross)
    told.note(`${file}: the letter '${letter}' of ${language}: ${notes.join('; ')}`)
  const save = async (part: 'train' | 'dev' | 'test') => {
    const prefix = join(out, part)
    // A share of 0 makes an empty split, which is no corpus.
    const frames = clips[part].length === 0 ? 0 : (await saveCorpus(prefix, clips[part])).frames
    return { prefix, clips: clips[part].length, frames, seconds: frames / clips.train[0]!.fps }
  }
  const splits = { train: await save('train'), dev: await save('dev'), test: await save('test') }
  const languages = [...new Set(clips.train.map((clip) => clip.language))].sort()
  return { out, languages, fps: clips.train[0]!.fps, seed, letters: clips.letters, splits }
}

/** Throws ERR_USAGE for options that would change nothing. */
function refuseUnused({ sentences, wordsPerSentence, restFrames, join, joinFrames }: Partial<DataSpellOptions>): void {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_USAGE', 'data spell', problem, nextMove)
  const sentence = wordsPerSentence ? '--words-per-sentence' : restFrames !== undefined ? '--rest-frames' : undefined
  if (sentence && sentences === undefined)
    throw refuse(`wanted --sentences with ${sentence}, got none`, 'Say how many, e.g. --sentences 300')
  if (joinFrames !== undefined && join === 'measured')
    throw refuse('wanted no --join-frames with --join measured, whose joins take what they need', 'Leave one of them out')
}
