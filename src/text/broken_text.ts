// Text that lost its letters before it came here. It is valid, so no decoder complains; words with holes in them are other words.

import { SignError } from '../base/errors.js'

/** What is broken in a text, as `U+FFFD, …`; undefined where nothing is. */
export function brokenIn(text: string): string | undefined {
  if (text.includes('\uFFFD')) return 'U+FFFD, which stands for a letter that could not be read'
  if (/\p{Surrogate}/u.test(text)) return 'half a letter (a lone surrogate)'
  const garbled = twiceEncoded.exec(text)?.[0]
  return garbled === undefined ? undefined : `'${garbled}', which looks like UTF-8 read as Latin-1`
}

/** Throws ERR_USAGE naming `who` for a text given with letters that are none, as shells hand on what is not UTF-8. */
export function checkWhole(text: string, who: string): void {
  if (!/[\uFFFD\p{Surrogate}]/u.test(text)) return
  throw new SignError(
    'ERR_USAGE',
    who,
    `wanted text, got ${brokenIn(text)} in '${text}'`,
    'Give it in UTF-8, and check the locale of the terminal',
  )
}

// Of two bytes, or three: ä as Ã¤, ’ as â€™.
const twiceEncoded = /Ã[\u0080-\u00bfŒœŠšŽžŸ]|â€/u
