// How well a map over time says where in a clip each word is signed, where that is known.

import { mean } from './motion.js'

/** A word where it truly is. */
export interface WordSpan {
  /** The word's column of the map. */
  readonly class: number
  /** The first of its frames, and the one behind its last. */
  readonly first: number
  readonly end: number
}

export interface LocatedClip {
  /** `[tokens, columns]`: how much of each class was found in each token. */
  readonly map: Float32Array
  readonly columns: number
  /** Tokens of the clip; more may follow, which are padding. */
  readonly tokens: number
  /** Frames from one token to the next: token t is about frame t · framesPerToken. */
  readonly framesPerToken: number
  readonly spans: readonly WordSpan[]
}

/** A class of a clip that is truly there. */
export interface LocatedWord {
  readonly class: number
  /** Where its map is highest, the first of such places. */
  readonly frame: number
  /** Frames from there to the middle of the nearest of its spans. */
  readonly distance: number
  /** Whether that is within half a word of the middle of one. */
  readonly isWithin: boolean
}

export interface Localisation {
  readonly words: number
  /** Frames from the map's highest place to the middle of the word: mean and median. */
  readonly meanDistance: number
  readonly medianDistance: number
  /** Share of words whose highest place is within half a word of its middle. */
  readonly within: number
  /** That share for a map that is highest anywhere in the clip, all places as likely: the floor. */
  readonly chance: number
}

/** Where the map of one class is highest, in frames; the first of such places. */
export function highestFrame({ map, columns, tokens, framesPerToken }: Omit<LocatedClip, 'spans'>, column: number): number {
  let best = 0
  for (let t = 1; t < tokens; t++) if (map[t * columns + column]! > map[best * columns + column]!) best = t
  return best * framesPerToken
}

/** Every class that has a span, in the order of the spans. */
export function locatedWords(clip: LocatedClip): LocatedWord[] {
  return classesOf(clip).map((id) => {
    const frame = highestFrame(clip, id)
    const spans = spansOf(clip, id)
    return { class: id, frame, distance: Math.min(...spans.map((span) => fromMiddle(span, frame))), isWithin: isWithin(spans, frame) }
  })
}

/** The words of all clips together; NaN where there is none. */
export function localisation(clips: readonly LocatedClip[]): Localisation {
  const words = clips.flatMap(locatedWords)
  const distances = words.map(({ distance }) => distance)
  return {
    words: words.length,
    meanDistance: mean(distances),
    medianDistance: median(distances),
    within: mean(words.map(({ isWithin }) => Number(isWithin))),
    chance: mean(clips.flatMap((clip) => classesOf(clip).map((id) => chanceOf(clip, id)))),
  }
}

const classesOf = ({ spans }: LocatedClip): number[] => [...new Set(spans.map((span) => span.class))]
const spansOf = ({ spans }: LocatedClip, id: number): WordSpan[] => spans.filter((span) => span.class === id)

/** Frames from one to the middle of a span. */
const fromMiddle = ({ first, end }: WordSpan, frame: number): number => Math.abs(frame - (first + end - 1) / 2)

/** Whether a frame is within half a word of its middle, in any of its spans. */
const isWithin = (spans: readonly WordSpan[], frame: number): boolean =>
  spans.some((span) => fromMiddle(span, frame) <= (span.end - span.first) / 2)

/** The share of a clip's tokens at which a highest place would be within half a word. */
function chanceOf(clip: LocatedClip, id: number): number {
  const spans = spansOf(clip, id)
  return mean(Array.from({ length: clip.tokens }, (_, t) => Number(isWithin(spans, t * clip.framesPerToken))))
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}
