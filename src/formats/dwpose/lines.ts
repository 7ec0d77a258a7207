// Reads the 385-number lines of Prompt2Sign's 2025 tool ("trg384"): one video a line, one person, a frame being 36 body coordinates, 18 body scores,
// 84 hand coordinates (left hand, then right), 42 hand scores, 136 face coordinates, 68 face scores and the counter i/(N−1).
// The published tool reads keys that its own extractor no longer writes, so the lines it makes are empty: those are refused by their number.

import { basename, extname } from 'node:path'
import { refuse } from '../json/shape.js'
import { type FrameOfNumbers, linesOf, parseLine } from '../number_lines.js'
import { checkPicture, type Picture } from '../picture.js'
import { type DetectedClip, signerClip } from '../signer.js'
import { counterValue } from '../skels/skels.js'
import {
  bodyValidity,
  DWPOSE_BODY,
  DWPOSE_FACE,
  DWPOSE_HAND,
  type DwposePersonLists,
  type DwposePoints,
  dwposePerson,
  pointOf,
} from './person.js'

/** Numbers a frame, in the order of the file. */
const parts = [
  { name: 'body coordinate', length: 2 * DWPOSE_BODY },
  { name: 'body score', length: DWPOSE_BODY },
  { name: 'hand coordinate', length: 4 * DWPOSE_HAND },
  { name: 'hand score', length: 2 * DWPOSE_HAND },
  { name: 'face coordinate', length: 2 * DWPOSE_FACE },
  { name: 'face score', length: DWPOSE_FACE },
  { name: 'counter', length: 1 },
] as const

const [body, bodyScores, hands, handScores] = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.length, 0)) as [
  number,
  number,
  number,
  number,
]

const frameOfNumbers: FrameOfNumbers = {
  length: parts.reduce((sum, part) => sum + part.length, 0),
  place: (n) => {
    let first = 0
    for (const { name, length } of parts) {
      if (n < first + length) return `${name} ${n - first}`
      first += length
    }
    return `number ${n}`
  },
}

export interface DwposeLineOptions {
  readonly picture: Picture
  /** Frames a second of the videos, which the file does not tell. Default 24, the tool's own. */
  readonly fps?: number
  /** Names of the clips, line for line. Default: the file's name and the line's number, as in `train-3`. */
  readonly names?: readonly string[]
}

/**
 * The clips of a file, one line in memory at a time. Throws ERR_DATA naming `path:line` for a blank or ragged line, a token that is no finite number, a body
 * score that is no index, a confidence or coordinate out of range, a counter that does not run from 0 to 1, and a line in which nobody is seen; naming `path` for a file that cannot be read.
 */
export async function* readDwposeLines(path: string, options: DwposeLineOptions): AsyncGenerator<DetectedClip> {
  const { picture, fps = 24, names } = options
  checkPicture(picture)
  const stem = basename(path, extname(path))
  for await (const { bytes, line } of linesOf(path)) {
    const who = `${path}:${line}`
    const numbers = parseLine(bytes, frameOfNumbers, who)
    const frames = numbers.length / frameOfNumbers.length
    const people = Array.from({ length: frames }, (_, t) => {
      const frame = numbers.subarray(t * frameOfNumbers.length, (t + 1) * frameOfNumbers.length)
      checkCounter(frame.at(-1)!, t, frames, who)
      return { index: t, people: [dwposePerson(listsOf(frame, t, who), picture, `frame ${t}`, who)] }
    })
    yield signerClip(people, names?.[line - 1] ?? `${stem}-${line}`, fps, who)
  }
}

function checkCounter(value: number, t: number, frames: number, who: string): void {
  const wanted = counterValue('inclusive i/(N-1)', t, frames)
  if (Math.abs(value - wanted) > 1e-4)
    refuse(who, `wanted the counter ${wanted.toFixed(4)} in frame ${t} of ${frames}, got ${value}`, 'Look for a lost or doubled value')
}

function listsOf(frame: Float64Array, t: number, who: string): DwposePersonLists {
  const points = (from: number, count: number): DwposePoints['points'] =>
    Array.from({ length: count }, (_, i) => pointOf(frame[from + 2 * i]!, frame[from + 2 * i + 1]!))
  const validity = Array.from({ length: DWPOSE_BODY }, (_, j) => {
    const score = frame[bodyScores + j]!
    return (
      bodyValidity(score, j) ?? refuse(who, `wanted ${j}, ${j} plus a multiple of 18, or -1 as body score ${j} of frame ${t}, got ${score}`)
    )
  })
  const hand = (side: 0 | 1): DwposePoints => {
    const scores = handScores + side * DWPOSE_HAND
    return { points: points(hands + side * 2 * DWPOSE_HAND, DWPOSE_HAND), confidence: [...frame.subarray(scores, scores + DWPOSE_HAND)] }
  }
  return { body: { points: points(body, DWPOSE_BODY), confidence: validity }, hands: [hand(0), hand(1)] }
}
