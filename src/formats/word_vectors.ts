// Word vectors as fastText writes them (`.vec`): a line `words width`, then a line for each word, the word and its numbers with a space before
// each. Files have millions of lines, most frequent words first, so they are read as a stream and only what is asked for is kept.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import { linesOf } from './number_lines.js'

export interface WordVectors {
  /** Numbers of a vector. */
  readonly width: number
  /** Words of the file, as its first line has it. */
  readonly words: number
  /** The vectors of the words asked for that the file has. Of a word that stands there twice the first one counts. */
  readonly found: ReadonlyMap<string, Float32Array>
}

/** A word and thousands of numbers; no line of a `.vec` is longer. */
const LONGEST_LINE = 2 ** 22
const MOST_NUMBERS = 65_536

const SPACE = 32

/**
 * Reads the vectors of some words, spelled as they are asked for. Every line before the last word found is checked, its numbers where it is kept.
 * Throws ERR_DATA naming file and line for a first line that is none, a line with another count of numbers, a number that is none or that
 * float32 does not hold, and for more or fewer words than the first line says.
 */
export async function readWordVectors(path: string, words: Iterable<string>): Promise<WordVectors> {
  const wanted = new Set(words)
  const found = new Map<string, Float32Array>()
  let size: { readonly words: number; readonly width: number } | undefined
  let read = 0
  for await (const { bytes: raw, line } of linesOf(path, LONGEST_LINE)) {
    const who = `${path}:${line}`
    const bytes = trimmed(raw)
    if (!size) {
      size = headerOf(bytes, who)
      continue
    }
    if (found.size === wanted.size) return { ...size, found }
    if (read === size.words) throw refuse(who, `wanted ${counted(size.words, 'word')}, as the first line says, got more`)
    read += 1
    const word = wordOf(bytes, size.width, who)
    if (wanted.has(word) && !found.has(word)) found.set(word, vectorOf(bytes, word, who))
  }
  if (!size) throw refuse(`${path}:1`, "wanted a first line such as '2000000 300', got an empty file")
  if (found.size < wanted.size && read < size.words)
    throw refuse(`${path}:${read + 1}`, `wanted ${counted(size.words, 'word')}, as the first line says, got ${read} before the file ends`)
  return { ...size, found }
}

const refuse = (who: string, problem: string): SignError =>
  new SignError('ERR_DATA', who, problem, 'Get the file again, it may have been cut; it must be the text form (.vec), unpacked')

/** Without what fastText puts behind the last number, and a carriage return. */
function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length
  if (bytes[end - 1] === 13) end -= 1
  if (bytes[end - 1] === SPACE) end -= 1
  return bytes.subarray(0, end)
}

function headerOf(bytes: Buffer, who: string) {
  const text = bytes.toString('utf8')
  const [, words, width] = (/^(\d+) (\d+)$/.exec(text) ?? []).map(Number)
  if (words! >= 1 && Number.isSafeInteger(words) && width! >= 1 && width! <= MOST_NUMBERS) return { words: words!, width: width! }
  throw refuse(who, `wanted a first line such as '2000000 300', how many words and numbers each, got '${text.slice(0, 40)}'`)
}

/** A line's word, where as many numbers follow as are to. A word has no space, but may have any other character. */
function wordOf(bytes: Buffer, width: number, who: string): string {
  const end = bytes.indexOf(SPACE)
  let spaces = 0
  for (let i = Math.max(0, end); i < bytes.length; i++) if (bytes[i] === SPACE) spaces += 1
  if (end > 0 && spaces === width) return bytes.toString('utf8', 0, end)
  const word = bytes.toString('utf8', 0, end < 0 ? bytes.length : end).slice(0, 40)
  throw refuse(who, `wanted a word and ${counted(width, 'number')}, a space before each, got ${counted(spaces, 'number')} behind '${word}'`)
}

function vectorOf(bytes: Buffer, word: string, who: string): Float32Array {
  const [, ...tokens] = bytes.toString('utf8').split(' ')
  return Float32Array.from(tokens, (token, i) => {
    const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(token) ? Math.fround(Number(token)) : Number.NaN
    if (Number.isFinite(value)) return value
    throw refuse(who, `wanted a finite number, got '${token.slice(0, 40)}' as number ${i + 1} of '${word}'`)
  })
}

/** What stands for the vector of a word that a file lacks: zeros, or numbers drawn by a seed and the word alone. */
export type MissingVectors = { readonly kind: 'zeros' } | { readonly kind: 'random'; readonly seed: number }

export interface VectorTable {
  /** [words, width] */
  readonly data: Float32Array
  readonly width: number
  /** Words that the file lacks, in their order. */
  readonly missing: readonly string[]
}

/** A row for each word, in their order. Random rows are about as long as those of the file are on average, or 1 where it has none. */
export function vectorTable(words: readonly string[], { width, found }: WordVectors, missing: MissingVectors): VectorTable {
  const data = new Float32Array(words.length * width)
  const lacking = words.filter((word) => !found.has(word))
  const deviation = averageLength(found) / Math.sqrt(width)
  words.forEach((word, row) => {
    const vector = found.get(word)
    if (vector) data.set(vector, row * width)
    else if (missing.kind === 'random') {
      const random = Random.for(missing.seed, `word vector/${word}`)
      for (let i = 0; i < width; i++) data[row * width + i] = deviation * random.normal()
    }
  })
  return { data, width, missing: lacking }
}

function averageLength(found: ReadonlyMap<string, Float32Array>): number {
  if (found.size === 0) return 1
  return [...found.values()].reduce((sum, vector) => sum + Math.hypot(...vector), 0) / found.size
}
