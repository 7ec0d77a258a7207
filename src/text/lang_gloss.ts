// LangGloss: gloss tokens that carry their sign language, `<ASL_HELLO>`, so that one shared model knows which language to sign in.

import { SignError } from '../base/errors.js'
import { contentWords } from './function_words.js'
import { tokenise } from './tokenise.js'

export interface LangGloss {
  readonly language: string
  readonly word: string
}

/** What a clip's LangGloss is made of: its gloss, all its words, those of content, or the gloss where there is one and all words elsewhere. */
export const glossSources = ['gloss', 'words', 'pseudo', 'auto'] as const
export type GlossSource = (typeof glossSources)[number]

const grammar = /^<([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)_([^<>\s]+)>$/u

/** `<LANG_WORD>`. Throws ERR_DATA for a word with white space or angle brackets, or a tag with anything but letters, digits and dashes. */
export function formatLangGloss({ language, word }: LangGloss): string {
  const token = `<${language}_${word}>`
  if (grammar.test(token)) return token
  throw new SignError(
    'ERR_DATA',
    'LangGloss',
    `wanted a tag and a word for <LANG_WORD>, got '${language}' and '${word}'`,
    'Remove what cannot stand in it',
  )
}

/** Reads `<LANG_WORD>`, or `LANG_WORD` as it is printed. The tag ends at the first underscore. Throws ERR_DATA for anything else. */
export function parseLangGloss(text: string): LangGloss {
  const match = grammar.exec(text.startsWith('<') ? text : `<${text}>`)
  if (match) return { language: match[1]!, word: match[2]! }
  throw new SignError('ERR_DATA', 'LangGloss', `wanted <LANG_WORD>, got '${text}'`, 'Write the language tag, an underscore and the word')
}

/** The language a token carries, or undefined for one that is no LangGloss, such as an unknown word. */
export function languageOfToken(token: string): string | undefined {
  return grammar.exec(token)?.[1]
}

/**
 * A clip's line of LangGloss, tokens with spaces between. Glosses stay as they are; words are cut as `words` cuts them and put in
 * capitals, so that a word at the start of a sentence is the one inside it. Throws ERR_DATA where nothing is left.
 */
export function langGlossLine(clip: { language: string; text: string; gloss?: string; name: string }, source: GlossSource): string {
  const { language, text, gloss, name } = clip
  const useGloss = source === 'gloss' || (source === 'auto' && gloss)
  const said = useGloss ? tokenise((gloss ?? '').replace(/[<>]/gu, ''), 'whitespace') : tokenise(text, 'words')
  const words = useGloss ? said : (source === 'pseudo' ? contentWords(said, language) : said).map((word) => word.toUpperCase())
  if (words.length > 0) return words.map((word) => formatLangGloss({ language, word })).join(' ')
  const wanted = useGloss ? 'a gloss' : 'words'
  throw new SignError('ERR_DATA', name, `wanted ${wanted}, got none`, 'Choose another source of LangGloss, or complete the corpus')
}

/** The gloss without its language; a token that carries none as it is. */
export const glossWord = (token: string): string => grammar.exec(token)?.[2] ?? token
