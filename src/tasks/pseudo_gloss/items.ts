// The pseudo-glosses of clips: from a file, or made of their sentences.

import { SignError } from '../../base/errors.js'
import { type Analyser, analysers } from '../../data/pseudo_gloss/analyser.js'
import { itemsOf, readItems } from '../../data/pseudo_gloss/item_file.js'
import type { AnalysedLanguage } from '../../data/pseudo_gloss/languages.js'
import { keptLemmas } from '../../text/pseudo_gloss/item.js'
import { tokenise } from '../../text/tokenise.js'
import type { SignedClip } from '../../train/signed_clips.js'
import type { PseudoGlossRunConfig } from './config.js'

/** What is spoken where a sign language is at home, of the languages that are analysed. */
const spokenAt: Readonly<Record<string, AnalysedLanguage>> = {
  ...{ ASL: 'en', BSL: 'en', AUSLAN: 'en', NZSL: 'en', ISG: 'en' },
  ...{ GSL: 'de', DGS: 'de', DSGS: 'de', OGS: 'de' },
  ...{ CSL: 'zh', TSS: 'zh' },
}

/** Clips' items in the order of their sentences. Throws ERR_DATA for a sentence without a line in the file, ERR_CONFIG for a language that is not analysed. */
export type ItemsOfClips = (clips: readonly SignedClip[]) => Promise<readonly (readonly string[])[]>

/** What makes the items of a run's clips. Throws ERR_DATA for a file that cannot be read. */
export async function itemMaker({ items, spoken }: Pick<PseudoGlossRunConfig, 'items' | 'spoken'>): Promise<ItemsOfClips> {
  if (items === 'words') return async (clips) => clips.map(({ text }) => tokenise(text, 'words'))
  if (items === 'content') return contentItems(spoken)
  const rows = await readItems(items)
  return async (clips) =>
    itemsOf(
      clips.map(({ text }) => text),
      rows,
      items,
    ).map((row) => row.items)
}

function contentItems(spoken: AnalysedLanguage | null): ItemsOfClips {
  const made = new Map<AnalysedLanguage, Promise<Analyser>>()
  const analyser = (language: AnalysedLanguage) => {
    if (!made.has(language)) made.set(language, analysers[language]())
    return made.get(language)!
  }
  return async (clips) => {
    const items: string[][] = []
    for (const clip of clips) items.push(keptLemmas((await analyser(spoken ?? spokenIn(clip)))(clip.text)))
    return items
  }
}

function spokenIn({ name, language }: SignedClip): AnalysedLanguage {
  const spoken = spokenAt[language.toUpperCase()]
  if (spoken) return spoken
  const problem = `wanted to know what is spoken where ${language} is signed, of ${Object.keys(analysers).join(', ')}`
  throw new SignError('ERR_CONFIG', name, problem, 'Set `spoken`, or items: words, or name a file of items')
}
