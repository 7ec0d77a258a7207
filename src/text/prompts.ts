// Prompts: how people ask for a sentence to be signed. Half of each language's templates name the sign language, half leave it to
// whoever reads the prompt; all are in the language that people there write.

import { SignError } from '../base/errors.js'
import type { Random } from '../base/random.js'
import { asl } from './prompts/asl.js'
import { dsgs } from './prompts/dsgs.js'
import { gsl } from './prompts/gsl.js'
import { ksl } from './prompts/ksl.js'
import { lgp } from './prompts/lgp.js'
import { lis } from './prompts/lis.js'
import { lisCh } from './prompts/lis_ch.js'
import { lsa } from './prompts/lsa.js'
import { lse } from './prompts/lse.js'
import { lsfCh } from './prompts/lsf_ch.js'
import { sts } from './prompts/sts.js'
import type { PromptTemplates } from './prompts/templates.js'
import { tsl } from './prompts/tsl.js'

/** The templates of SignLLM's eight languages and of four that lexicons spell in, by tag. */
export const promptTemplates: Readonly<Record<string, PromptTemplates>> = {
  ASL: asl,
  GSL: gsl,
  DSGS: dsgs,
  'LSF-CH': lsfCh,
  'LIS-CH': lisCh,
  LSA: lsa,
  KSL: ksl,
  TSL: tsl,
  LGP: lgp,
  LIS: lis,
  LSE: lse,
  STS: sts,
}

/** Templates by language, such as those that a user wrote. */
export type TemplatesOf = Readonly<Record<string, Pick<PromptTemplates, 'named' | 'unnamed'>>>

/** A language's templates, a user's own before ours. Throws ERR_CONFIG naming the languages there are. */
export function templatesOf(language: string, own: TemplatesOf = {}): TemplatesOf[string] {
  const found = [own, promptTemplates].find((templates) => Object.hasOwn(templates, language))
  if (found) return found[language]!
  const known = [...new Set([...Object.keys(promptTemplates), ...Object.keys(own)])].join(', ')
  throw new SignError(
    'ERR_CONFIG',
    'prompts',
    `wanted a language of ${known}, got '${language}'`,
    'Choose one of these, or write templates for it and name their file: signllm data prompts --templates',
  )
}

/** All of a language's templates. Throws as {@link templatesOf}. */
export function everyTemplateOf(language: string): readonly string[] {
  const { named, unnamed } = templatesOf(language)
  return [...named, ...unnamed]
}

/** A template without its sentence: the words that every prompt made of it has. */
export const withoutSentence = (template: string): string => template.replace(SENTENCE_PLACE, ' ')

/** Which prompts name the sign language they want: half of them, each, none. */
export const promptNamings = ['half', 'always', 'never'] as const
export type PromptNaming = (typeof promptNamings)[number]

/** A sentence asked for in one of its language's ways, drawn. Throws ERR_CONFIG for a language without templates. */
export function drawPrompt(
  line: { readonly language: string; readonly text: string },
  naming: PromptNaming,
  random: Random,
  own?: TemplatesOf,
): string {
  const names = naming === 'always' || (naming === 'half' && random.uniform() < 0.5)
  const templates = templatesOf(line.language, own)[names ? 'named' : 'unnamed']
  return fillPrompt(templates[random.below(templates.length)]!, line.text)
}

/** Where the sentence goes in a template. */
export const SENTENCE_PLACE = '{sentence}'
/** Opening and closing marks that templates and sentences quote with. */
const quotes: readonly (readonly [string, string])[] = [
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['« ', ' »'],
  ['"', '"'],
]

/**
 * Puts a sentence into a template so that the result reads as if it had been written whole: quotes around the sentence go, those inside
 * a quoted place become single, and no two marks end one sentence.
 *
 * @example
 * fillPrompt('How do you sign “{sentence}”?', '"Really?"') // How do you sign “Really”?
 */
export function fillPrompt(template: string, sentence: string): string {
  const at = template.indexOf(SENTENCE_PLACE)
  if (at < 0)
    throw new SignError(
      'ERR_CONFIG',
      'prompts',
      `wanted ${SENTENCE_PLACE} in a template, got "${template}"`,
      'Put it where the sentence goes',
    )
  const [before, after] = [template.slice(0, at), template.slice(at + SENTENCE_PLACE.length)]
  const bare = unquoted(sentence.replace(/\s+/gu, ' ').trim())
  if (!quotes.some(([open, close]) => before.endsWith(open) && after.startsWith(close))) {
    return after === '' ? before + bare : before + withoutEnd(bare, /[.。．…,;:]+$/u) + after
  }
  // What ends the template's own sentence right after the quote ends the quoted one too; a statement's full stop ends nothing here.
  const ends = /^\s?[”“»"]\s?[.?!。]/u.test(after)
  return before + withoutEnd(bare, ends ? /[.?!…。．？！,;:]+$/u : /[.。．,;:]+$/u).replace(/[“”„«»"]\s?/gu, '’') + after
}

/** Takes off quotes that enclose the whole sentence, however deep. */
function unquoted(sentence: string): string {
  for (const [open, close] of quotes) {
    const inner = sentence.slice(open.length, sentence.length - close.length)
    if (sentence.length > open.length + close.length && sentence.startsWith(open) && sentence.endsWith(close) && !inner.includes(open))
      return unquoted(inner.trim())
  }
  return sentence
}

/** A sentence without the marks at its end; one that is nothing but marks stays. */
const withoutEnd = (sentence: string, marks: RegExp): string => sentence.replace(marks, '').trimEnd() || sentence
