// What a caller without types may ask wrongly: told before any work, and as a mistake of theirs.

import { SignError } from '../base/errors.js'
import { shown } from '../base/shown.js'

/** Throws ERR_USAGE where `texts` are not an array of strings; `who` and `what` are for the message, as in 'generate' and 'sentences'. */
export function checkTexts(texts: unknown, who: string, what: string): void {
  const wanted = `wanted an array of ${what}`
  if (!Array.isArray(texts)) throw new SignError('ERR_USAGE', who, `${wanted}, got ${shown(texts)}`, "Write them as ['…', '…']")
  const at = texts.findIndex((text) => typeof text !== 'string')
  if (at >= 0) throw new SignError('ERR_USAGE', who, `${wanted}, got ${shown(texts[at])} at ${at}`, 'Give text only')
}

/** Throws ERR_USAGE where `text` is no string; `what` is for the message, as in 'a sentence'. */
export function checkText(text: unknown, who: string, what: string): void {
  if (typeof text === 'string') return
  const nextMove = Array.isArray(text) ? 'Give them one by one: several calls may be under way at once' : 'Give text only'
  throw new SignError('ERR_USAGE', who, `wanted ${what} as text, got ${shown(text)}`, nextMove)
}

/** Throws ERR_USAGE where `options` are no object: null in their place is not left out. */
export function checkOptions(options: unknown, who: string): void {
  if (typeof options === 'object' && options !== null) return
  throw new SignError('ERR_USAGE', who, `wanted options as an object, got ${shown(options)}`, 'Leave them out for the defaults')
}

/** Throws ERR_USAGE where `value` is no `kind`, which is `called` so in the message. */
export function checkKind(value: unknown, kind: abstract new (...given: never) => unknown, who: string, called: string): void {
  if (value instanceof kind) return
  throw new SignError('ERR_USAGE', who, `wanted ${called}, got ${shown(value)}`, 'Pass one')
}
