// Reads the 385-number lines of Prompt2Sign's 2025 tool ("trg384"): one video a line, one person, a frame being 36 body coordinates, 18 body scores,
// 84 hand coordinates (left hand, then right), 42 hand scores, 136 face coordinates, 68 face scores and the counter i/(N−1).
// The published tool reads keys that its own extractor no longer writes, so the lines it makes are empty: those are refused by their number.

import { existsSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { SignError } from '../../base/errors.js'
import { readBytes } from '../frame_files.js'
import { refuse } from '../json/shape.js'
import { type FrameOfNumbers, linesOf, parseLine } from '../number_lines.js'
import { checkPicture, type Picture } from '../picture.js'
import type { DetectedClip } from '../signer.js'
import { counterValue } from '../skels/skels.js'
import { dwposeClip } from './clip.js'
import {
  bodyPart,
  bodyValidity,
  DWPOSE_BODY,
  DWPOSE_FACE,
  DWPOSE_HAND,
  type DwposePart,
  type DwposePerson,
  facePart,
  leftHandPart,
  noPerson,
  putDwposePoint,
  rightHandPart,
  wantedBodyScore,
} from './points.js'

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

const [body, bodyScores, hands, handScores, face, faceScores] = parts.map((_, i) =>
  parts.slice(0, i).reduce((sum, part) => sum + part.length, 0),
) as [number, number, number, number, number, number]

/** Where the points and the scores of each part of a person are. */
const places: readonly (readonly [part: DwposePart, points: number, scores: number])[] = [
  [bodyPart, body, bodyScores],
  [leftHandPart, hands, handScores],
  [rightHandPart, hands + 2 * DWPOSE_HAND, handScores + DWPOSE_HAND],
  [facePart, face, faceScores],
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
  /** Only clips of these names. Default: all. */
  readonly wanted?: ReadonlySet<string>
  /** Called for a line that is broken, which is then left out. Default: the error is thrown and the reading ends. */
  readonly broken?: (name: string, error: SignError) => void
  /** Stops between lines; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Bytes at the beginning of a file that hold its first frame, however long its line is. */
const BEGINNING = 2 ** 16

/** Whether a file begins with such a line: its body scores are the numbers of their points, which nothing else has there. */
export async function holdsDwposeLines(path: string): Promise<boolean> {
  if (!existsSync(path)) return false
  const numbers = Buffer.from(await readBytes(path, BEGINNING))
    .toString('latin1')
    .split(/\s+/)
    .slice(bodyScores, bodyScores + DWPOSE_BODY)
  return numbers.length === DWPOSE_BODY && numbers.every((number, j) => number !== '' && bodyValidity(Number(number), j) !== undefined)
}

/** Lines in a file. Throws as {@link readDwposeLines} for a file that cannot be read. */
export async function countDwposeLines(path: string): Promise<number> {
  let count = 0
  for await (const { line } of linesOf(path)) count = line
  return count
}

/**
 * The clips of a file, one line in memory at a time. Throws ERR_DATA naming `path:line` for a blank or ragged line, a token that is no finite number, a body
 * score that is no index, a confidence or coordinate out of range, a counter that does not run from 0 to 1, and a line in which nobody is seen; naming `path` for a file that cannot be read.
 */
export async function* readDwposeLines(path: string, options: DwposeLineOptions): AsyncGenerator<DetectedClip> {
  const { picture, fps = 24, names, wanted, broken, signal } = options
  checkPicture(picture)
  const stem = basename(path, extname(path))
  for await (const { bytes, line } of linesOf(path)) {
    signal?.throwIfAborted()
    const name = names?.[line - 1] ?? `${stem}-${line}`
    if (wanted && !wanted.has(name)) continue
    try {
      yield clipOfLine(bytes, { name, fps, picture, who: `${path}:${line}` })
    } catch (error) {
      if (!(broken && error instanceof SignError && error.code === 'ERR_DATA')) throw error
      broken(name, error)
    }
  }
}

function clipOfLine(
  bytes: Buffer,
  { name, fps, picture, who }: { name: string; fps: number; picture: Picture; who: string },
): DetectedClip {
  const numbers = parseLine(bytes, frameOfNumbers, who)
  const frames = numbers.length / frameOfNumbers.length
  const people = Array.from({ length: frames }, (_, t) => {
    const frame = numbers.subarray(t * frameOfNumbers.length, (t + 1) * frameOfNumbers.length)
    checkCounter(frame.at(-1)!, t, frames, who)
    return { index: t, people: [personIn(frame, t, who)] }
  })
  return dwposeClip(people, picture, name, fps, who)
}

function checkCounter(value: number, t: number, frames: number, who: string): void {
  const wanted = counterValue('inclusive i/(N-1)', t, frames)
  if (Math.abs(value - wanted) > 1e-4)
    refuse(who, `wanted the counter ${wanted.toFixed(4)} in frame ${t} of ${frames}, got ${value}`, 'Look for a lost or doubled value')
}

function personIn(frame: Float64Array, t: number, who: string): DwposePerson {
  const person = noPerson()
  for (const [part, points, scores] of places) {
    for (let i = 0; i < part.count; i++) {
      const given = frame[scores + i]!
      const score = part === bodyPart ? bodyValidity(given, i) : given
      if (score === undefined) refuse(who, `wanted ${wantedBodyScore(i)} as body score ${i} of frame ${t}, got ${given}`)
      const problem = putDwposePoint(person, part.first + i, frame[points + 2 * i]!, frame[points + 2 * i + 1]!, score)
      if (problem) refuse(who, `${problem} at point ${i} of frame ${t}.${part.name}`)
    }
  }
  return person
}
