// Regular expressions of a `tokenizer.json`, in the words of this language. Written for another engine (Oniguruma), they mean the same here only in a
// simple part: single letters and classes of them, of which the last may repeat. That part also takes time in proportion to the text, whoever wrote the file.

import { unsupported } from './part.js'

/** Escapes that mean the same inside classes and outside. */
const escapes: Readonly<Record<string, string>> = {
  ...{ n: '\\n', r: '\\r', t: '\\t', f: '\\f', v: '\\v' },
  ...{ s: '\\p{White_Space}', S: '\\P{White_Space}', d: '\\p{Nd}', D: '\\P{Nd}' },
}

/**
 * A pattern that finds what `source` finds, everywhere in a text.
 *
 * @throws ERR_DATA naming `who` for a pattern with groups, anchors, or repetitions before its end
 */
export function patternOf(source: string, who: string): RegExp {
  const letters = [...source]
  let at = 0
  let pattern = ''
  do {
    if (pattern !== '') at++
    const alternative = alternativeAt()
    if (alternative === '') throw refused()
    pattern += pattern === '' ? alternative : `|${alternative}`
  } while (letters[at] === '|')
  if (at < letters.length) throw refused()
  try {
    return new RegExp(pattern, 'gu')
  } catch {
    throw refused()
  }

  function alternativeAt(): string {
    let written = ''
    while (at < letters.length && letters[at] !== '|') {
      written += letters[at] === '[' ? classAt() : letterAt(false)
      const repeated = repetitionAt()
      if (repeated) return written + repeated
    }
    return written
  }

  function classAt(): string {
    at++
    let written = '['
    if (letters[at] === '^') written += letters[at++]
    const empty = written
    while (at < letters.length && letters[at] !== ']') {
      if (letters[at] === '&' && letters[at + 1] === '&') throw refused()
      written += letters[at] === '-' && written !== empty && letters[at + 1] !== ']' ? letters[at++] : letterAt(true)
    }
    if (letters[at++] !== ']' || written === empty) throw refused()
    return `${written}]`
  }

  /** One letter, or the class that an escape or, outside of classes, a point stands for. Letters that mean more here are refused. */
  function letterAt(inClass: boolean): string {
    const letter = letters[at++]!
    if (letter !== '\\') {
      if ((inClass ? '[' : '^$*+?{}()[]').includes(letter)) throw refused()
      return letter === '.' && !inClass ? '[^\\n]' : quoted(letter)
    }
    const escaped = letters[at++]
    if (escaped === undefined) throw refused()
    if (Object.hasOwn(escapes, escaped)) return escapes[escaped]!
    if (/[\p{L}\p{N}]/u.test(escaped)) throw refused()
    return quoted(escaped)
  }

  /** `+`, or `{2,}` with a first number above 0; what follows it would make it lazy, or begin another letter. */
  function repetitionAt(): string {
    const rest = letters.slice(at).join('')
    const found = /^(?:\+|\{[1-9]\d{0,2}(?:,\d{0,3})?\})/.exec(rest)?.[0] ?? ''
    at += found.length
    if (found !== '' && at < letters.length && letters[at] !== '|') throw refused()
    return found
  }

  function refused() {
    return unsupported(who, 'a pattern of letters and classes, the last of which may repeat, such as " {2,}"', `"${source}"`)
  }
}

const quoted = (letter: string): string => (/[\^$\\.*+?()[\]{}|/-]/.test(letter) ? `\\${letter}` : letter)
