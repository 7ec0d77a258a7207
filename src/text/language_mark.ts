// The sign language of a sentence as its first token, `<lang:ASL> rain tomorrow`: of a model that reads sentences in words alike and signs them in many languages.

import { SignError } from '../base/errors.js'

/** What a vocabulary says of marks. */
interface Marked {
  /** The languages of which it has one: sentences are to begin with them. None where it reads them as they are. */
  readonly languages: readonly string[]
}

const TAG = '[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*'
const mark = new RegExp(`^<lang:(${TAG})>$`)
const beginning = new RegExp(`^\\s*(<lang:${TAG}>)(?=\\s|$)`)

/** The language that a token stands for; undefined for a word. */
export function markedLanguage(token: string): string | undefined {
  return mark.exec(token)?.[1]
}

/** `<lang:LANG> sentence`. Throws ERR_DATA for a tag with anything but letters, digits and dashes. */
export function markedLine(language: string, sentence: string): string {
  const token = `<lang:${language}>`
  if (mark.test(token)) return `${token} ${sentence}`
  const problem = `wanted the tag of a sign language, letters, digits and dashes, got '${language}'`
  throw new SignError('ERR_DATA', 'language', problem, 'Give the clips another tag')
}

/** The mark that a line begins with, and what comes after it; undefined where it begins otherwise. */
export function splitMark(line: string): { readonly token: string; readonly sentence: string } | undefined {
  const found = beginning.exec(line)
  return found ? { token: found[1]!, sentence: line.slice(found[0].length) } : undefined
}

/**
 * A sentence as a vocabulary reads it, with the mark of its language where that is asked for and not there.
 *
 * @param language undefined where nobody told
 * @throws ERR_USAGE for a language that the vocabulary has no mark of
 */
export function lineFor({ languages }: Marked, sentence: string, language: string | undefined): string {
  if (languages.length === 0) return sentence
  const own = splitMark(sentence)
  const told = own ? markedLanguage(own.token) : language
  if (told !== undefined && languages.includes(told)) return own ? sentence : markedLine(told, sentence)
  const problem = `wanted one of the languages ${languages.join(', ')}, which this model tells by a token of their own, got ${told ?? 'none'}`
  throw new SignError('ERR_USAGE', 'language', problem, 'Name one of them, or train a model on all, or with groups: each')
}
