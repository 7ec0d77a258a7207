// Sentences to words in their base form, by language.

import type { Item } from '../../text/pseudo_gloss/item.js'
import { chineseAnalyser } from './chinese.js'
import { englishAnalyser } from './english.js'
import { germanAnalyser } from './german.js'
import type { AnalysedLanguage } from './languages.js'

/** The words of a sentence, in its order, all of them: which ones count, {@link keptLemmas} says. */
export type Analyser = (sentence: string) => readonly Item[]

/** Makers of analysers by spoken language; each needs optional packages. */
export const analysers: Readonly<Record<AnalysedLanguage, () => Promise<Analyser>>> = {
  de: germanAnalyser,
  en: englishAnalyser,
  zh: chineseAnalyser,
}
