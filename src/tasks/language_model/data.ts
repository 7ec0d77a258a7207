// From a language model's run file to sentences to learn from, what cuts them into tokens, and the model's sizes.

import { basename } from 'node:path'
import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { inTurns } from '../../base/in_turns.js'
import { linesOfText, readText } from '../../base/text_file.js'
import type { LanguageDescription } from '../../checkpoint/language_model.js'
import { readSentences, type SentenceLine } from '../../data/sentences.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { presets } from '../../model/config.js'
import type { LanguageModelConfig } from '../../model/language_model.js'
import { checkWords, readingNotes } from '../../text/reading_notes.js'
import type { TextCoder } from '../../text/text_coder.js'
import { Vocabulary } from '../../text/vocabulary.js'
import { textCoder } from '../../train/text_coder.js'
import type { LanguageRunConfig } from './config.js'

type TextLine = Pick<SentenceLine, 'name' | 'language' | 'text'>

export interface LanguageData {
  readonly train: readonly TextLine[]
  /** Held-out sentences, corpora taking turns; empty where they have none. */
  readonly dev: readonly TextLine[]
  readonly description: LanguageDescription
  /** What to know of the sentences before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadLanguageData(config: LanguageRunConfig): Promise<LanguageData> {
  const train: TextLine[] = []
  const held: TextLine[][] = []
  for (const entry of config.data) {
    const found = 'synthetic' in entry ? syntheticCorpus(entry.synthetic) : await readSplits(entry)
    train.push(...found.train)
    held.push([...found.dev])
  }
  const dev = inTurns(held)
  const said = { train: train.map(({ text }) => text), dev: dev.map(({ text }) => text) }
  const words = await textCoder(config.tokens, said.train, config.minCount)
  const sizes = sizesOf(config, words)
  for (const line of [...train, ...dev]) checkLength(line, words, sizes)
  const languages = [...new Set(train.map(({ language }) => language))]
  if (words instanceof Vocabulary) for (const lines of [said.train, said.dev]) checkWords(lines, words, languages.join(', '))
  return {
    train,
    dev,
    description: { config: sizes, words, languages },
    notes: words instanceof Vocabulary ? readingNotes(said, words) : [],
  }
}

/** The sizes of a run's model, the preset's where the file says none. */
function sizesOf({ model: { preset, ...own } }: LanguageRunConfig, { size, special }: TextCoder): LanguageModelConfig {
  const { width, heads, hidden, decoderLayers: layers, dropout } = presets[preset]
  const { padding, start, end } = special
  return { width, heads, hidden, layers, dropout, ...own, vocabulary: size, padding, start, end }
}

type FileEntry = Extract<LanguageRunConfig['data'][number], { train: string }>

async function readSplits({ language, train, dev }: FileEntry) {
  const own = async (path: string) => (await readLines(path, language)).filter((line) => line.language === language)
  const lines = await own(train)
  if (lines.length > 0) return { train: lines, dev: dev === undefined ? [] : await own(dev) }
  throw new SignError('ERR_DATA', train, `wanted sentences of ${language}, got none`, 'Check the language tag')
}

/** The sentences of a corpus, or of a text file of a sentence a line, whose blank lines are passed over. */
async function readLines(path: string, language: string): Promise<TextLine[]> {
  if (!/\.(txt|text)$/.test(path)) return readSentences(path, language)
  const lines = linesOfText(await readText(path, { wanted: 'sentences' }))
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [{ name: `${basename(path)}:${i + 1}`, language, text: line.trim() }]))
}

function checkLength({ name, text }: TextLine, words: TextCoder, { maxTokens }: LanguageModelConfig): void {
  const { length } = words.encode(text)
  if (length <= maxTokens) return
  const problem = `wanted at most ${counted(maxTokens, 'token')} with the closing one (maxTokens), got ${length}`
  throw new SignError('ERR_DATA', name, problem, 'Raise model.maxTokens')
}
