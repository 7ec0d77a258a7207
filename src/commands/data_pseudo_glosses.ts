// `signllm data pseudo-glosses`: the items of sentences, as the first stage of sign-to-text training has them for classes.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { linesOfText, readText } from '../base/text_file.js'
import { analysers } from '../data/pseudo_gloss/analyser.js'
import { writeItems } from '../data/pseudo_gloss/item_file.js'
import type { AnalysedLanguage } from '../data/pseudo_gloss/languages.js'
import { readPhoenixCsv } from '../formats/phoenix_csv.js'
import { type GlossCoverage, type GlossedSentence, PseudoGlossClasses } from '../text/pseudo_gloss/classes.js'
import { keptLemmas } from '../text/pseudo_gloss/item.js'

export interface DataPseudoGlossesOptions {
  /** A file with one sentence a line, or a `.csv` as PHOENIX-2014T has it. */
  readonly text: string
  readonly language: AnalysedLanguage
  /** TSV, or JSONL where it ends so. */
  readonly out: string
}

export interface DataPseudoGlossesSummary extends GlossCoverage {
  readonly out: string
  /** Items that most sentences' targets have, with their number of occurrences. */
  readonly frequent: readonly { readonly item: string; readonly count: number }[]
}

/** How many items a summary names. */
const NAMED = 10

/** Writes a line for every sentence. Throws ERR_DATA naming file and line, ERR_CONFIG for an optional package that is not installed, ERR_OUTPUT where nothing can be written. */
export async function dataPseudoGlosses({ text, language, out }: DataPseudoGlossesOptions): Promise<DataPseudoGlossesSummary> {
  const sentences = await readTexts(text)
  const analyse = await analysers[language]()
  const glossed: GlossedSentence[] = sentences.map((sentence) => ({ text: sentence, items: keptLemmas(analyse(sentence)) }))
  await writeItems(out, glossed)
  const classes = PseudoGlossClasses.build(glossed)
  const counts = new Map<string, number>()
  for (const { items } of glossed) for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  const frequent = classes.names.filter((item) => !classes.ubiquitous.has(item)).slice(0, NAMED)
  return { out, ...classes.coverage(glossed), frequent: frequent.map((item) => ({ item, count: counts.get(item)! })) }
}

/** What a person reads of it. */
export function formatPseudoGlosses({
  out,
  sentences,
  classes,
  itemsPerSentence,
  withoutItems,
  ubiquitous,
  frequent,
}: DataPseudoGlossesSummary): string {
  const dropped =
    ubiquitous
      .slice(0, NAMED)
      .map(({ item, share }) => `${item} (${share.toFixed(2)} a sentence)`)
      .join(', ') || 'none'
  return [
    `${out}: ${counted(sentences, 'sentence')}, ${counted(classes, 'class', 'classes')}, ${itemsPerSentence.toFixed(1)} in a sentence, none in ${withoutItems}`,
    `left out of the targets, since many sentences have them: ${dropped}${ubiquitous.length > NAMED ? ` and ${ubiquitous.length - NAMED} more` : ''}`,
    `most frequent of the others: ${frequent.map(({ item, count }) => `${item} (${count})`).join(', ') || 'none'}`,
  ].join('\n')
}

async function readTexts(path: string): Promise<string[]> {
  if (path.endsWith('.csv')) return (await readPhoenixCsv(path)).map(({ text }) => text)
  const lines = linesOfText(await readText(path, { wanted: 'sentences, one a line' })).map((line) => line.trim())
  const blank = lines.indexOf('')
  if (lines.length > 0 && blank < 0) return lines
  const [who, got] = lines.length === 0 ? [path, 'an empty file'] : [`${path}:${blank + 1}`, 'a blank line']
  throw new SignError('ERR_DATA', who, `wanted a sentence, got ${got}`, 'Write one sentence a line')
}
