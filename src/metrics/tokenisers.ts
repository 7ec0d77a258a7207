// Where BLEU cuts a line. `ws` is what the sign-language field does; the others are sacreBLEU's, for numbers that compare with machine
// translation. Written from the rules of NIST's mteval-v13a and v14 and from sacreBLEU's documentation.

import type { Tokeniser } from './text_metric_names.js'
import { tokensOf, trimmed } from './white_space.js'

/** How a line is cut, by tokeniser. */
export const cutters: Readonly<Record<Tokeniser, (line: string) => string[]>> = {
  /** At white space: text is taken to be tokenised already. */
  ws: tokensOf,
  /** mteval-v13a: western punctuation is cut off, full stops and commas not inside numbers. */
  '13a': (line) => tokensOf(westernCut(` ${unescaped(line)} `)),
  /** Each Chinese character by itself, the rest as 13a. */
  zh: (line) => tokensOf(westernCut(trimmed(line).replace(CHINESE, ' $& '))),
  /** Every code point, white space left out. */
  char: (line) => tokensOf(line).flatMap((word) => [...word]),
  /** mteval-v14: punctuation and symbols by Unicode's categories. */
  intl: (line) => tokensOf(replaced(line, international)),
}

type Rules = readonly (readonly [RegExp, string])[]

/** Each rule takes the line that the one before left: what one match has used, no other match of the same rule sees. */
const western: Rules = [
  // ASCII punctuation, but for the apostrophe and what the next rules treat.
  [/(?!['.,-])[ -/:-@[-`{-~]/gu, ' $& '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/gu, '$1 $2 '],
]

const international: Rules = [
  [/(\P{N})(\p{P})/gu, '$1 $2 '],
  [/(\p{P})(\P{N})/gu, ' $1 $2'],
  [/\p{S}/gu, ' $& '],
]

const replaced = (line: string, rules: Rules): string => rules.reduce((text, [pattern, by]) => text.replace(pattern, by), line)

const westernCut = (line: string): string => replaced(line, western)

/** What mteval reads in the markup of its files, in its order: `&amp;lt;` ends as `<`. */
function unescaped(line: string): string {
  return line.replaceAll('<skipped>', '').replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
}

// sacreBLEU's ranges as they work. Two of them are written with five digits after \u, which Python reads as four digits and a letter: what was to
// be CJK extension B is U+2001 to U+2A6D, and so takes in the dashes, quotation marks and ellipsis of Chinese text. Kept, for its numbers are those.
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/gu
