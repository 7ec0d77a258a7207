// The words of signing in codes: how many there are to be, and which, chosen as a vocabulary is by optimal transport (VOLT, Xu et al. 2021), for clips
// alone; and a clip written in them.

import { candidateWords, type SignWord } from './candidates.js'
import { type Characters, charactersOf, meanRun } from './runs.js'
import { FORBIDDEN, sinkhorn } from './sinkhorn.js'

/** What a clip's codes are written in. */
export interface SignWords extends Characters {
  /** Characters come first, each a word by itself, the character of slowness last of them; then words of several. */
  readonly words: readonly SignWord[]
}

export interface WordChoice {
  /** Codes of the codebook. */
  readonly codes: number
  /** m: words by which sizes differ. */
  readonly step?: number
  /** Most words of several characters. */
  readonly most?: number
  /** ε': how much a plan's entropy counts against its cost. */
  readonly epsilon?: number
}

/** A size that was looked at. */
export interface WordSize {
  /** Words of several characters. */
  readonly words: number
  /** Entropy of the words, by their mean number of characters. */
  readonly entropy: number
  /** What a word more takes of the entropy, on average from the size before. */
  readonly gain: number
}

/** A word is kept if characters move to it so much of its own share at least. */
const LEAST = 1e-3

/** Chooses words for the codes of clips: the size from which on a word more takes most of the entropy, and of its words those that characters are moved to. */
export function learnSignWords(
  clips: readonly ArrayLike<number>[],
  { codes, step = 32, most = 1024, epsilon = 0.1 }: WordChoice,
): SignWords & { readonly sizes: readonly WordSize[] } {
  const alphabet: Characters = { slow: codes, longest: meanRun(clips) }
  const texts = clips.map((clip) => charactersOf(clip, alphabet).map(({ code }) => code))
  const singles = Array.from({ length: codes + 1 }, (_, character): SignWord => [character])
  const candidates = candidateWords(texts, most)
  const sizes: WordSize[] = []
  let best = { gain: 0, kept: [] as SignWord[] }
  let before = transported(texts, singles, epsilon).entropy
  for (let size = step; size - step < candidates.length; size += step) {
    const words = candidates.slice(0, size)
    const { entropy, moved } = transported(texts, [...singles, ...words], epsilon)
    const gain = (before - entropy) / step
    sizes.push({ words: words.length, entropy, gain })
    if (gain > best.gain) best = { gain, kept: words.filter((_, i) => moved[singles.length + i]) }
    before = entropy
  }
  return { ...alphabet, words: [...singles, ...best.kept], sizes }
}

/** A word of a clip: which, and the tokens it is made of. */
export interface PlacedWord {
  readonly word: number
  readonly first: number
  readonly end: number
}

/** A clip's codes in words: from its beginning, always the longest that fits. Throws nothing: every character is a word. */
export function signWordsOf(codes: ArrayLike<number>, words: SignWords): PlacedWord[] {
  const characters = charactersOf(codes, words)
  const ids = idsOf(words.words)
  const longest = Math.max(...words.words.map((word) => word.length))
  const placed: PlacedWord[] = []
  for (let at = 0; at < characters.length; ) {
    let length = Math.min(longest, characters.length - at)
    const key = () =>
      characters
        .slice(at, at + length)
        .map(({ code }) => code)
        .join()
    while (length > 1 && !ids.has(key())) length--
    placed.push({ word: ids.get(key())!, first: characters[at]!.first, end: characters[at + length - 1]!.end })
    at += length
  }
  return placed
}

/** A word for people: `12~-7`, code 12 held long, then code 7. */
export const shownWord = (word: SignWord, { slow }: Characters): string =>
  word.map((character, i) => (character === slow ? '~' : `${i > 0 ? '-' : ''}${character}`)).join('')

const idsByWords = new WeakMap<readonly SignWord[], ReadonlyMap<string, number>>()

function idsOf(words: readonly SignWord[]): ReadonlyMap<string, number> {
  const known = idsByWords.get(words) ?? new Map(words.map((word, id) => [word.join(), id]))
  idsByWords.set(words, known)
  return known
}

/** Moves the characters of texts to words that have them: what moves to each, and the entropy of words that are taken so often, by their mean length. */
function transported(texts: readonly SignWord[], words: readonly SignWord[], epsilon: number): { entropy: number; moved: boolean[] } {
  const times = occurrences(texts, words)
  const characters = [...new Set(texts.flat())]
  const all = texts.reduce((sum, text) => sum + text.length, 0)
  const counts = new Map<number, number>()
  for (const character of texts.flat()) counts.set(character, (counts.get(character) ?? 0) + 1)
  const b = Float64Array.from(characters, (character) => counts.get(character)! / all)
  const mass = words.map((word, i) => times[i]! * word.length)
  const sum = mass.reduce((total, one) => total + one, 0)
  const a = Float64Array.from(mass, (one) => one / sum)
  const cost = Float64Array.from(words.flatMap((word) => characters.map((one) => (word.includes(one) ? Math.log(word.length) : FORBIDDEN))))
  const plan = sinkhorn(cost, a, b, { epsilon, iterations: 100, tolerance: 1e-6 })
  const rows = words.map((_, i) =>
    plan.mass.subarray(i * characters.length, (i + 1) * characters.length).reduce((total, one) => total + one, 0),
  )
  const taken = rows.map((row, i) => row / words[i]!.length)
  const whole = taken.reduce((total, one) => total + one, 0)
  const length = 1 / whole
  const entropy = -taken.reduce((total, one) => total + (one > 0 ? (one / whole) * Math.log(one / whole) : 0), 0) / length
  return { entropy, moved: rows.map((row, i) => a[i]! > 0 && row >= LEAST * a[i]!) }
}

/** How often each word occurs in texts, wherever it begins. */
function occurrences(texts: readonly SignWord[], words: readonly SignWord[]): Uint32Array {
  const ids = idsOf(words)
  const lengths = [...new Set(words.map((word) => word.length))]
  const times = new Uint32Array(words.length)
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      for (const length of lengths) {
        if (at + length > text.length) continue
        const id = ids.get(text.slice(at, at + length).join())
        if (id !== undefined) times[id]!++
      }
    }
  }
  return times
}
