// From a text-to-gloss run file's `data` to lines to learn from and both vocabularies.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { inTurns } from '../../base/in_turns.js'
import { Random } from '../../base/random.js'
import { readSentences, type SentenceLine } from '../../data/sentences.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { sizesOf } from '../../model/config.js'
import type { GlossConfig, GlossModelDescription } from '../../model/text_to_gloss.js'
import { langGlossLine } from '../../text/lang_gloss.js'
import { withLanguageField } from '../../text/prompt_language.js'
import { drawPrompt, everyTemplateOf, withoutSentence } from '../../text/prompts.js'
import { checkWords, readingNotes, unknownNotes } from '../../text/reading_notes.js'
import { Vocabulary } from '../../text/vocabulary.js'
import type { GlossRunConfig } from './config.js'

/** A sentence with the gloss that is wanted of it. */
export interface GlossLine extends SentenceLine {
  readonly langGloss: string
}

export interface GlossData {
  readonly train: readonly GlossLine[]
  /** Held-out lines, languages taking turns; empty where the corpora have none. */
  readonly dev: readonly GlossLine[]
  readonly description: GlossModelDescription
  /** What to know of the sentences before a model learns from them. */
  readonly notes: readonly string[]
}

type Settings = Pick<GlossRunConfig, 'input' | 'naming' | 'seed'>

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadGlossData(config: GlossRunConfig): Promise<GlossData> {
  const train: GlossLine[] = []
  const held: GlossLine[][] = []
  for (const entry of config.data) {
    const splits = 'synthetic' in entry ? syntheticCorpus(entry.synthetic) : await readSplits(entry)
    train.push(...splits.train.map((line) => wanted(line, config)))
    for (const language of new Set(splits.dev.map((line) => line.language)))
      held.push(splits.dev.filter((line) => line.language === language).map((line) => wanted(line, config)))
  }
  const dev = inTurns(held)
  const languages = [...new Set(train.map(({ language }) => language))]
  const source = buildSource(train, languages, config)
  const gloss = Vocabulary.build(
    train.map(({ langGloss }) => langGloss),
    'whitespace',
  )
  const sizes: GlossConfig = sizesOf(config.model)
  const description = { config: sizes, source, gloss, languages, reads: config.input === 'text' ? 'text' : 'prompt' } as const
  const around = new Map(languages.map((language) => [language, wordsAround(language, source, config)]))
  for (const line of [...train, ...dev]) checkLength(line, around.get(line.language) ?? 0, description, config)
  const said = (lines: readonly GlossLine[]) => lines.map((line) => (config.input === 'prompt' ? promptOf(line) : line.text))
  for (const lines of [train, dev]) checkWords(said(lines), source, languages.join(', '))
  const unknownGloss = unknownNotes(
    'dev',
    dev.map(({ langGloss }) => langGloss),
    gloss,
    'glosses',
  )
  return { train, dev, description, notes: [...readingNotes({ train: said(train), dev: said(dev) }, source), ...unknownGloss] }
}

/** The lines of one split of a run's corpora, for scoring what was held out. Throws as `loadGlossData`. */
export async function loadGlossSplit(config: GlossRunConfig, split: 'dev' | 'test'): Promise<GlossLine[]> {
  const lines: GlossLine[] = []
  for (const entry of config.data) {
    const found = 'synthetic' in entry ? syntheticCorpus(entry.synthetic)[split] : await readSentencesOf(entry, split)
    lines.push(...found.map((line) => wanted(line, config)))
  }
  return lines
}

/** What the model reads of a line; a drawn prompt is the same whenever `draw` is. */
export function readingOf(line: SentenceLine, { input, naming, seed }: Settings, draw: readonly (string | number)[]): string {
  if (input === 'text') return line.text
  const prompt = input === 'prompt' ? promptOf(line) : drawPrompt(line, naming, Random.for(seed, 'reading', ...draw))
  return withLanguageField(prompt, line.language)
}

type FileEntry = Extract<GlossRunConfig['data'][number], { train: string }>

async function readSplits(entry: FileEntry): Promise<{ train: SentenceLine[]; dev: SentenceLine[] }> {
  const train = await readSentencesOf(entry, 'train')
  if (train.length > 0) return { train, dev: await readSentencesOf(entry, 'dev') }
  throw new SignError('ERR_DATA', entry.train, `wanted sentences of ${entry.language}, got none`, 'Check the language tag')
}

async function readSentencesOf(entry: FileEntry, split: 'train' | 'dev' | 'test'): Promise<SentenceLine[]> {
  const path = entry[split]
  return path === undefined ? [] : (await readSentences(path, entry.language)).filter(({ language }) => language === entry.language)
}

const wanted = (line: SentenceLine, { gloss }: GlossRunConfig): GlossLine => ({ ...line, langGloss: langGlossLine(line, gloss) })

/** All words of the templates, and those of sentences that come often enough. */
function buildSource(train: readonly GlossLine[], languages: readonly string[], { input, tokens, minCount }: GlossRunConfig): Vocabulary {
  const lines = train.map((line) => (input === 'prompt' ? promptOf(line) : line.text))
  const templates = input === 'drawn' ? languages.flatMap(everyTemplateOf) : []
  const fields = input === 'text' ? [] : languages.map((language) => withLanguageField('', language))
  const keep = [...templates.map(withoutSentence), ...fields]
  return Vocabulary.build(lines, tokens, { minCount, keep })
}

function promptOf({ prompt, name }: SentenceLine): string {
  if (prompt) return prompt
  throw new SignError('ERR_DATA', name, 'wanted a prompt, got none', 'Write them with signllm data prompts, or set input: drawn')
}

/** Most tokens that a language's templates put around a sentence, the language's field included; whichever is drawn, it has no more. */
function wordsAround(language: string, source: Vocabulary, { input }: GlossRunConfig): number {
  if (input !== 'drawn') return 0
  const read = (template: string) => source.tokensOf(withLanguageField(withoutSentence(template), language)).length
  return Math.max(...everyTemplateOf(language).map(read))
}

/** Throws ERR_DATA for a line that some prompt would make longer than the model's table of positions. */
function checkLength(
  line: GlossLine,
  around: number,
  { source, gloss, config: sizes }: GlossModelDescription,
  config: GlossRunConfig,
): void {
  const reading = config.input === 'drawn' ? line.text : readingOf(line, config, [])
  const length = Math.max(around + source.encode(reading).length, gloss.encode(line.langGloss).length)
  if (length <= sizes.maxTokens) return
  const problem = `wanted at most ${counted(sizes.maxTokens, 'token')} with the closing one (maxTokens), got ${length}`
  throw new SignError('ERR_DATA', line.name, problem, 'Raise model.maxTokens')
}
