// Reads the frames of Prompt2Sign's 2025 tool: a folder a clip, `NNNNNNNN.json` a frame counted from 1, people found by DWPose.
// Three habits of that tool are undone here: its body scores are indices posing as confidences, its hands change owners where several people are seen, and its
// coordinates are fractions of a picture whose aspect they do not tell.

import { basename, resolve } from 'node:path'
import { shown } from '../../base/shown.js'
import { frameFiles, type Naming, readBytes } from '../frame_files.js'
import { foreignJson } from '../json/foreign.js'
import { isObject, listAt, numbersAt, objectAt, refuse } from '../json/shape.js'
import { parseJson } from '../json/text.js'
import { checkPicture, type Picture } from '../picture.js'
import type { DetectedClip } from '../signer.js'
import { type DwposePeople, dwposeClip } from './clip.js'
import { pairHands } from './person.js'
import {
  bodyValidity,
  type DwposePart,
  type DwposePerson,
  dwposeParts,
  isFraction,
  noPerson,
  putDwposePoint,
  wantedBodyScore,
} from './points.js'

export interface DwposeOptions {
  /** Stops between frames; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  readonly picture: Picture
  /** Frames a second of the video, which the files do not tell. Default 24, the tool's own. */
  readonly fps?: number
  /** Default: the folder's name. */
  readonly name?: string
}

export interface DwposeClip extends DetectedClip {
  /** Frames in which hands were given back to their owners. */
  readonly handsRepaired: number
}

/** One frame: its people with their own hands, and whether hands changed owners. */
export interface DwposeJsonFrame {
  readonly people: readonly DwposePerson[]
  readonly handsRepaired: boolean
}

/**
 * The people of one frame file. Throws ERR_DATA naming `who` and the character for what is no JSON, and the path inside it (`person_0.body_scores[3]`) for what
 * is not as the tool writes it: `num_persons` people of 18, 68, 21 and 21 points, body scores that are 18 k + j for point j, or −1, and finite fractions. An array
 * that is empty, `null` or left out, and a point or number that is `null`, was not seen.
 */
export function parseDwposeFrame(bytes: Uint8Array, who: string): DwposeJsonFrame {
  const value = parseJson(bytes, who)
  const foreign = foreignJson(value)
  if (foreign && !isOurs(value))
    refuse(who, `wanted a frame of Prompt2Sign's DWPose tool, got ${foreign}`, 'Pass --detector, or convert it first')
  const frame = objectAt(value, 'the file', who)
  const count = frame.num_persons
  const keys = Object.keys(frame).filter((key) => key.startsWith('person_'))
  if (!Number.isInteger(count) || keys.length !== count || keys.some((_, k) => !(`person_${k}` in frame)))
    refuse(who, `wanted as many people person_0, person_1, … as num_persons says, got ${keys.length} and ${shown(count)}`)
  const people = keys.map((_, k) => parsePerson(objectAt(frame[`person_${k}`], `person_${k}`, who), `person_${k}`, who))
  const paired = pairHands(people)
  return { people: paired.people, handsRepaired: paired.repaired }
}

const isOurs = (value: unknown): boolean => isObject(value) && 'num_persons' in value

function parsePerson(lists: Record<string, unknown>, place: string, who: string): DwposePerson {
  const person = noPerson()
  for (const part of dwposeParts) {
    const points = pointsAt(lists, `${part.name}_keypoints`, part.count, place, who)
    const scores = numbersAt(lists[`${part.name}_scores`], [part.count], `${place}.${part.name}_scores`, who)
    // Points without scores, and scores without points, are nothing seen.
    if (points && scores) put(person, part, points, scores, place, who)
  }
  return person
}

type Point = readonly [x: number, y: number] | null

function put(
  person: DwposePerson,
  { name, first }: DwposePart,
  points: readonly Point[],
  scores: readonly (number | null)[],
  place: string,
  who: string,
): void {
  for (const [i, point] of points.entries()) {
    const given = scores[i]!
    const score = given === null || name !== 'body' ? given : bodyValidity(given, i)
    if (score === undefined)
      refuse(who, `wanted ${wantedBodyScore(i)} at ${place}.body_scores[${i}], got ${given}`, 'Use a reader made for true scores')
    if (point === null || score === null) continue
    const problem = putDwposePoint(person, first + i, ...point, score)
    if (problem) refuse(who, `${problem} at point ${i} of ${place}.${name}`)
  }
}

function pointsAt(person: Record<string, unknown>, key: string, length: number, place: string, who: string): readonly Point[] | undefined {
  const points = listAt(person[key], [length], `${place}.${key}`, who)?.map((point) => (isNoPoint(point) ? null : point))
  const isPoint = (point: unknown): boolean => Array.isArray(point) && point.length === 2 && point.every(isFraction)
  const wrong = points?.findIndex((point) => point !== null && !isPoint(point)) ?? -1
  if (wrong >= 0)
    refuse(who, `wanted two fractions of the picture at ${place}.${key}[${wrong}], got ${JSON.stringify(points![wrong])?.slice(0, 60)}`)
  return points as readonly Point[] | undefined
}

const isNoPoint = (point: unknown): boolean => point === null || (Array.isArray(point) && point.length === 2 && point.includes(null))

/** How the frames may be named. */
const namings: readonly Naming[] = ['number', 'numbered']

/** The clip in a folder, as `signerClip` chooses it; frames without people, and numbers without a file, are gaps. Throws ERR_DATA naming folder or file. */
export async function readDwposeClip(folder: string, options: DwposeOptions): Promise<DwposeClip> {
  const { picture, fps = 24, name = basename(resolve(folder)), signal } = options
  checkPicture(picture)
  const frames: DwposePeople[] = []
  let handsRepaired = 0
  const files = await frameFiles(folder, namings, 'NNNNNNNN.json from 1 on')
  // Counted from 1 in the name, from 0 in a clip.
  const counted = Math.min(1, files[0]!.number)
  for (const { path, number } of files) {
    signal?.throwIfAborted()
    const frame = parseDwposeFrame(await readBytes(path), path)
    frames.push({ index: number - counted, people: frame.people })
    handsRepaired += frame.handsRepaired ? 1 : 0
  }
  return { ...dwposeClip(frames, picture, name, fps, folder), handsRepaired }
}
