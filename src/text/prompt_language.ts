// Which sign language a prompt asks for. What is quoted in it is to be signed, and says nothing of that.

import { once } from '../base/once.js'
import { templateNames } from './prompts/names.js'
import { everydayWords, type SignLanguage, signLanguages } from './sign_languages.js'

/** What decides where a name leaves open which language is meant. */
export interface NamingContext {
  /** The language told beside the prompt. */
  readonly told?: string | undefined
  /** The tags that a model has: each of them is a name. */
  readonly languages?: readonly string[]
}

/** A place where a prompt names a sign language. */
export interface LanguageNaming {
  /** Its tag, or the name itself where there is no tag that it could be. */
  readonly language: string
  readonly from: number
  readonly to: number
  /** Whether our templates name it so: a model has learned these words. */
  readonly asTemplates: boolean
}

/** Where a prompt names sign languages outside of what is quoted, in its order; the longest name counts, `LIS-CH` and not `LIS`. */
export function languageNamings(prompt: string, context: NamingContext = {}): LanguageNaming[] {
  const { text, quoted } = withoutQuoted(narrow(prompt))
  // Unquoted, the sentence comes after a colon: "Sign this in ASL: …".
  const colon = quoted ? -1 : text.search(/[:：]/u)
  const before = colon < 0 ? [] : namingsIn(text.slice(0, colon), context)
  const found = before.length > 0 ? before : namingsIn(text, context)
  // A model knows the templates' letters, not their wide twins.
  return found.map((naming) => ({ ...naming, asTemplates: naming.asTemplates && isNarrow(prompt.slice(naming.from, naming.to)) }))
}

/** The prompt with the full-width letters and marks of East Asian keyboards, `ＡＳＬ`, as plain ones; each is one character before and after, so that places stay. */
const narrow = (prompt: string): string => prompt.replace(/[\uFF01-\uFF5E]/gu, (wide) => wide.normalize('NFKC'))
const isNarrow = (text: string): boolean => narrow(text) === text

/**
 * The tag of the sign language a prompt names, or undefined for one that names none, or several of which none is the one told.
 *
 * @example
 * languageNamedIn("How do you sign 'rain' in Swiss German Sign Language?") // DSGS
 */
export function languageNamedIn(prompt: string, context: NamingContext = {}): string | undefined {
  const named = [...new Set(languageNamings(prompt, context).map(({ language }) => language))]
  return named.length > 1 ? named.find((language) => language === context.told) : named[0]
}

/**
 * The prompt as a model reads it: with the language told in a word before it, unless it names one itself as our templates do. What a
 * prompt names goes before what is told beside it.
 */
export function withLanguageField(prompt: string, language: string): string {
  const namings = languageNamings(prompt)
  const isLearned = namings.some(({ asTemplates }) => asTemplates) && namings.every((naming) => naming.language === namings[0]!.language)
  return isLearned ? prompt : `lang_${language.toLowerCase().replaceAll('-', '_')} ${prompt}`
}

/** The prompt with spaces instead of the names of sign languages. */
export function withoutNamings(prompt: string, namings: readonly LanguageNaming[]): string {
  return namings.reduce((text, { from, to }) => text.slice(0, from) + ' '.repeat(to - from) + text.slice(to), prompt)
}

interface Found extends LanguageNaming {
  readonly meant: SignLanguage
}

function namingsIn(text: string, { told, languages = [] }: NamingContext): LanguageNaming[] {
  const found = [...namedByPhrase(text, languages), ...namedAsTemplatesDo(text)]
  return found
    .filter((one) => !found.some((other) => isInside(one, other)))
    .sort((a, b) => a.from - b.from)
    .map(({ meant, asTemplates, language, from, to }) => ({
      language: tagOf(meant, language, told, languages),
      from,
      to,
      // The templates' name may be a part of a longer one of the same language.
      asTemplates: asTemplates || found.some((other) => other.asTemplates && other.meant === meant && other.from >= from && other.to <= to),
    }))
}

/** Which tag a name stands for: the one told if it may be that, one that the model has, or the usual one. */
function tagOf({ tags, others }: SignLanguage, name: string, told: string | undefined, languages: readonly string[]): string {
  if (told !== undefined && (tags.includes(told) || others.includes(told))) return told
  const own = tags.find((tag) => languages.includes(tag)) ?? tags[0]
  if (own !== undefined) return own
  const possible = others.filter((tag) => languages.includes(tag))
  return possible.length === 1 ? possible[0]! : name
}

/** Of two names at one place the longer one counts; of two alike, that of the templates. */
function isInside(one: Found, other: Found): boolean {
  const [length, otherLength] = [one.to - one.from, other.to - other.from]
  if (one === other || one.from < other.from || one.to > other.to) return false
  return length < otherLength || (other.asTemplates && !one.asTemplates)
}

const templatePatterns = Object.entries(templateNames).map(([tag, name]) => ({
  pattern: new RegExp(name, `g${name.flags}`),
  meant: signLanguages.find(({ tags }) => tags[0] === tag)!,
}))

function namedAsTemplatesDo(text: string): Found[] {
  return templatePatterns.flatMap(({ pattern, meant }) =>
    [...text.matchAll(pattern)].map(({ index, 0: match }) => ({
      meant,
      language: match,
      from: index,
      to: index + match.length,
      asTemplates: true,
    })),
  )
}

function namedByPhrase(text: string, languages: readonly string[]): Found[] {
  const { pattern, meanings } = phrasesFor(languages)
  // To a pattern that ignores capitals, the Turkish İ is no i.
  return [...text.replaceAll('İ', 'i').matchAll(pattern)].flatMap(({ index, 0: match }): Found[] => {
    const phrase = spaced(match)
    if (everydayWords.has(phrase) && !isMeantAsName(match, text.slice(0, index))) return []
    // `LIS-XY` is not LIS, whatever it is.
    const region = /^-[A-Z]{2,4}(?![\p{L}\p{N}])/u.exec(text.slice(index + match.length))?.[0] ?? ''
    const meant = region === '' ? meanings.get(phrase)! : { tags: [match + region], others: [], phrases: [] }
    return [{ meant, language: match, from: index, to: index + match.length + region.length, asTemplates: false }]
  })
}

/** In capitals, or after a word that leads to a language. */
function isMeantAsName(match: string, before: string): boolean {
  const leads = /(?:^|[^\p{L}])(?:in|into|to|using|use|via|with|nella|alla|dalla|con la|per la)\s+$/iu.test(before)
  return leads || match === match.toUpperCase() || match === 'Libras'
}

interface Phrases {
  readonly pattern: RegExp
  readonly meanings: ReadonlyMap<string, SignLanguage>
}

const made = new Map<string, Phrases>()

/** All phrases as one pattern, the longest first, those of a model's own tags among them. */
const phrasesFor = (languages: readonly string[]): Phrases => once(made, languages.join(' '), () => phrasesWith(languages))

function phrasesWith(languages: readonly string[]): Phrases {
  const meanings = new Map<string, SignLanguage>()
  for (const language of signLanguages) for (const phrase of language.phrases) meanings.set(spaced(phrase), language)
  // A tag of one or two letters is a word of too many languages.
  for (const tag of languages) if (tag.length > 2 && !meanings.has(spaced(tag))) meanings.set(spaced(tag), meaningOfTag(tag))
  const longestFirst = [...meanings.keys()].sort((a, b) => b.length - a.length)
  const alternatives = longestFirst.map((phrase) =>
    phrase.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&').replaceAll(' ', '[\\s_\\-\u2010\u2011\u2013]+'),
  )
  // Other scripts add their endings without a space: ASL로, ASLで.
  const [start, end] = ['(?<![\\p{Script=Latin}\\p{M}\\p{N}_])', '(?![\\p{Script=Latin}\\p{M}\\p{N}_])']
  return { pattern: new RegExp(`${start}(?:${alternatives.join('|')})${end}`, 'giu'), meanings }
}

const meaningOfTag = (tag: string): SignLanguage =>
  signLanguages.find(({ tags }) => tags.includes(tag)) ?? { tags: [tag], others: [], phrases: [] }

/** In lower case, with one space between words. */
const spaced = (phrase: string): string => phrase.toLowerCase().replace(/[\s_\-\u2010\u2011\u2013]+/gu, ' ')

/** What encloses a sentence to be signed. A quote inside a word is an apostrophe. */
const quotation = new RegExp(
  [
    '“[^”]*”',
    '„[^“”]*[“”]',
    '«[^»]*»',
    '»[^«]*«',
    '「[^」]*」',
    '『[^』]*』',
    '"[^"]*"',
    '`[^`]*`',
    '(?<![\\p{L}\\p{N}])”[^”]*”',
    '(?<![\\p{L}\\p{N}])[‘‚’].*?[’‘](?![\\p{Script=Latin}\\p{N}])',
    "(?<![\\p{L}\\p{N}])'(?=\\S).*?'(?![\\p{Script=Latin}\\p{N}])",
  ].join('|'),
  'gsu',
)

/** The prompt with spaces for all that is quoted, so that places stay. */
function withoutQuoted(prompt: string): { readonly text: string; readonly quoted: boolean } {
  const text = prompt.replace(quotation, (part) => ' '.repeat(part.length))
  return { text, quoted: text !== prompt }
}
