// The tags that languages have in run files, corpora and models.

import { SignError } from '../base/errors.js'

/** Letters and digits, with hyphens between: `ASL`, `LSF-CH`. */
export const LANGUAGE_TAG = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/

/** The tag as `known` ones are written, in whatever capitals it is given; as it is where there is none such. */
export function tagAmong(tag: string, known: readonly string[]): string {
  if (known.includes(tag)) return tag
  const wanted = tag.toLowerCase()
  return known.find((one) => one.toLowerCase() === wanted) ?? tag
}

/** Throws ERR_USAGE naming `who` for what is no tag. */
export function checkLanguageTag(tag: string, who: string): void {
  if (LANGUAGE_TAG.test(tag)) return
  throw new SignError(
    'ERR_USAGE',
    who,
    `wanted a language tag such as ASL or LSF-CH, got '${tag}'`,
    'Write it in letters, digits and hyphens',
  )
}
