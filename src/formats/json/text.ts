// JSON out of bytes, with the place of a fault. The language's own parser tells the place of some faults and not of others, so it is looked up afterwards.

import { decodeText } from '../../base/decode_text.js'
import { SignError } from '../../base/errors.js'

/** The value in UTF-8 `bytes`. Throws ERR_DATA naming `who`, with the line of what is not UTF-8, or with the character (0-based) at which the text stops being JSON. */
export function parseJson(bytes: Uint8Array, who: string): unknown {
  const text = decodeText(bytes, who)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const at = endOfJson(text)
    const got = at < text.length ? `'${text.slice(at, at + 20)}'` : 'the end of the file'
    const nextMove = /^-?(NaN|Infinity|nan|inf)/.test(text.slice(at))
      ? 'Write null for a number that is not there: JSON has no NaN'
      : 'Fetch or write the file again: it is damaged'
    throw new SignError('ERR_DATA', who, `wanted JSON, got ${got} at character ${at}`, nextMove, { cause })
  }
}

const space = /[ \t\r\n]*/y
const punctuation = /[{}[\],:]/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y
/** A part of a string. Whole strings are not matched at once: a long one would fill the matcher's stack. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in its strings
const plain = /[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing'

/** Where `text` can no longer be the beginning of JSON: the start of the first token that does not fit. */
function endOfJson(text: string): number {
  const open: ('{' | '[')[] = []
  let wanted = 'value' as Wanted | undefined
  for (let at = 0; ; ) {
    const start = endOf(space, text, at)!
    const token = tokenAt(text, start)
    wanted = token && wanted && wanted !== 'nothing' ? after(wanted, token.kind, open) : undefined
    if (!token || !wanted) return start
    at = token.end
  }
}

function tokenAt(text: string, start: number): { kind: string; end: number } | undefined {
  if (text[start] === '"') {
    let end = start + 1
    for (let next = endOf(plain, text, end); next !== undefined; next = endOf(plain, text, end)) end = next
    return text[end] === '"' ? { kind: 'string', end: end + 1 } : undefined
  }
  if (endOf(punctuation, text, start)) return { kind: text[start]!, end: start + 1 }
  const end = endOf(scalar, text, start)
  return end === undefined ? undefined : { kind: 'other', end }
}

/** Where a match that starts at `start` ends; undefined where there is none. */
function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/** What may follow a token of this kind where `wanted` was to come; undefined where the token may not stand there. Keeps `open` up to date. */
function after(wanted: Wanted, kind: string, open: ('{' | '[')[]): Wanted | undefined {
  const closed = (): Wanted => {
    open.pop()
    return open.length > 0 ? ', or end' : 'nothing'
  }
  if (wanted === 'key' || wanted === 'key or }') {
    if (kind === 'string') return ':'
    return kind === '}' && wanted === 'key or }' ? closed() : undefined
  }
  if (wanted === ':') return kind === ':' ? 'value' : undefined
  if (wanted === ', or end') {
    if (kind === ',') return open.at(-1) === '{' ? 'key' : 'value'
    return kind === (open.at(-1) === '{' ? '}' : ']') ? closed() : undefined
  }
  if (kind === '{' || kind === '[') {
    open.push(kind)
    return kind === '{' ? 'key or }' : 'value or ]'
  }
  if (kind === ']' && wanted === 'value or ]') return closed()
  if (kind !== 'string' && kind !== 'other') return undefined
  return open.length > 0 ? ', or end' : 'nothing'
}
