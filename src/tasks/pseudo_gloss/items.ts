// The pseudo-glosses of clips: from a file, or made of their sentences.

import { SignError } from '../../base/errors.js'
import { type Analyser, analysers } from '../../data/pseudo_gloss/analyser.js'
import { itemsOf, readItems } from '../../data/pseudo_gloss/item_file.js'
import type { AnalysedLanguage } from '../../data/pseudo_gloss/languages.js'
import type { FrameSpan } from '../../data/synthetic/corpus.js'
import { keptLemmas } from '../../text/pseudo_gloss/item.js'
import { tokenise } from '../../text/tokenise.js'
import type { Described } from '../../train/signing/open_signing.js'
import type { PseudoGlossRunConfig } from './config.js'

/** What is spoken where a sign language is at home, of the languages that are analysed. */
const spokenAt: Readonly<Record<string, AnalysedLanguage>> = {
  ...{ ASL: 'en', BSL: 'en', AUSLAN: 'en', NZSL: 'en', ISG: 'en' },
  ...{ GSL: 'de', DGS: 'de', DSGS: 'de', OGS: 'de' },
  ...{ CSL: 'zh', TSS: 'zh' },
}

/** The pseudo-glosses of a clip. */
export interface ClipItems {
  /** In the order of its sentence. */
  readonly items: readonly string[]
  /** Where they are signed, as far as the corpus knows when each word is. */
  readonly itemSpans?: readonly ItemSpan[]
}

/** The frames in which an item is signed. */
export interface ItemSpan extends FrameSpan {
  readonly item: string
}

/** The items of clips. Throws ERR_DATA for a sentence without a line in the file, ERR_CONFIG for a language that is not analysed. */
export type ItemsOfClips = (clips: readonly Described[]) => Promise<readonly ClipItems[]>

/** What makes the items of a run's clips. Throws ERR_DATA for a file that cannot be read. */
export async function itemMaker({ items, spoken }: Pick<PseudoGlossRunConfig, 'items' | 'spoken'>): Promise<ItemsOfClips> {
  if (items === 'words') return async (clips) => clips.map((clip) => placed(clip, tokenise(clip.text, 'words')))
  if (items === 'content') return contentItems(spoken)
  const rows = await readItems(items)
  return async (clips) => {
    const texts = clips.map(({ text }) => text)
    return itemsOf(texts, rows, items).map((row, i) => placed(clips[i]!, row.items))
  }
}

function contentItems(spoken: AnalysedLanguage | null): ItemsOfClips {
  const made = new Map<AnalysedLanguage, Promise<Analyser>>()
  const analyser = (language: AnalysedLanguage) => {
    if (!made.has(language)) made.set(language, analysers[language]())
    return made.get(language)!
  }
  return async (clips) => {
    const found: ClipItems[] = []
    for (const clip of clips) {
      const analyse = await analyser(spoken ?? spokenIn(clip))
      const inBaseForm = (text: string) => keptLemmas(analyse(text))
      found.push(placed(clip, inBaseForm(clip.text), inBaseForm))
    }
    return found
  }
}

/** A clip's items, each in the frames of its word: of the word that is that item, or whose base form, seen by itself, is. */
function placed(
  { text, spans }: Described,
  items: readonly string[],
  itemsOfWord = (word: string): readonly string[] => [word],
): ClipItems {
  if (!spans) return { items }
  const known = new Set(items)
  const itemSpans = tokenise(text, 'words').flatMap((word, i) => {
    const span = spans[i]
    return span ? itemsOfWord(word).flatMap((item) => (known.has(item) ? [{ item, ...span }] : [])) : []
  })
  return { items, itemSpans }
}

function spokenIn({ name, language }: Described): AnalysedLanguage {
  const spoken = spokenAt[language.toUpperCase()]
  if (spoken) return spoken
  const problem = `wanted to know what is spoken where ${language} is signed, of ${Object.keys(analysers).join(', ')}`
  throw new SignError('ERR_CONFIG', name, problem, 'Set `spoken`, or items: words, or name a file of items')
}
