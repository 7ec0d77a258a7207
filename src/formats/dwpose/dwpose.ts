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
import { type DetectedClip, type DetectedFrame, signerClip } from '../signer.js'
import {
  bodyValidity,
  DWPOSE_BODY,
  DWPOSE_FACE,
  DWPOSE_HAND,
  type DwposePersonLists,
  type DwposePoints,
  dwposePerson,
  nothingSeen,
  pairHands,
  pointOf,
} from './person.js'

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

/** Fractions further out than this are no picture's. */
const FARTHEST = 10

/** One frame: its people, each [50, 3] in pixels, and whether hands changed owners. */
export interface DwposeFrame {
  readonly people: readonly Float32Array[]
  readonly handsRepaired: boolean
}

/**
 * The people of one frame file. Throws ERR_DATA naming `who` and the character for what is no JSON, and the path inside it (`person_0.body_scores[3]`) for what
 * is not as the tool writes it: `num_persons` people of 18, 68, 21 and 21 points, body scores that are 18 k + j for point j, or −1, and finite fractions. An array
 * that is empty, `null` or left out, and a point or number that is `null`, was not seen.
 */
export function parseDwposeFrame(bytes: Uint8Array, picture: Picture, who: string): DwposeFrame {
  checkPicture(picture)
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
  return {
    people: paired.people.map((person, k) => dwposePerson(person, picture, `person_${k}`, who)),
    handsRepaired: paired.repaired,
  }
}

const isOurs = (value: unknown): boolean => isObject(value) && 'num_persons' in value

function parsePerson(person: Record<string, unknown>, place: string, who: string): DwposePersonLists {
  const body = pointsAt(person, 'body_keypoints', DWPOSE_BODY, place, who)
  const validity = numbersAt(person.body_scores, [DWPOSE_BODY], `${place}.body_scores`, who)?.map(
    (score, j) =>
      bodyValidity(score, j) ??
      refuse(
        who,
        `wanted ${j}, ${j} plus a multiple of 18, or -1 at ${place}.body_scores[${j}], got ${score}`,
        'Use a reader made for true scores',
      ),
  )
  const hand = (side: 'left' | 'right'): DwposePoints => {
    const points = pointsAt(person, `${side}_hand_keypoints`, DWPOSE_HAND, place, who)
    return listed(points, numbersAt(person[`${side}_hand_scores`], [DWPOSE_HAND], `${place}.${side}_hand_scores`, who), DWPOSE_HAND)
  }
  // The face is not used, but a file in which it is broken is not to be trusted with the rest.
  pointsAt(person, 'face_keypoints', DWPOSE_FACE, place, who)
  numbersAt(person.face_scores, [DWPOSE_FACE], `${place}.face_scores`, who)
  return { body: listed(body, validity, DWPOSE_BODY), hands: [hand('left'), hand('right')] }
}

/** Points without scores, and scores without points, are nothing seen. */
function listed(
  points: DwposePoints['points'] | undefined,
  confidence: DwposePoints['confidence'] | undefined,
  length: number,
): DwposePoints {
  return points && confidence ? { points, confidence } : nothingSeen(length)
}

function pointsAt(
  person: Record<string, unknown>,
  key: string,
  length: number,
  place: string,
  who: string,
): DwposePoints['points'] | undefined {
  const points = listAt(person[key], [length], `${place}.${key}`, who)?.map((point) => (isNoPoint(point) ? null : point))
  const isPoint = (point: unknown): boolean =>
    Array.isArray(point) && point.length === 2 && point.every((value) => typeof value === 'number' && Math.abs(value) <= FARTHEST)
  const wrong = points?.findIndex((point) => point !== null && !isPoint(point)) ?? -1
  if (wrong >= 0)
    refuse(who, `wanted two fractions of the picture at ${place}.${key}[${wrong}], got ${JSON.stringify(points![wrong])?.slice(0, 60)}`)
  return (points as DwposePoints['points'] | undefined)?.map((point) => point && pointOf(...point))
}

const isNoPoint = (point: unknown): boolean => point === null || (Array.isArray(point) && point.length === 2 && point.includes(null))

/** How the frames may be named. */
const namings: readonly Naming[] = ['number', 'numbered']

/** The clip in a folder, as {@link signerClip} chooses it; frames without people, and numbers without a file, are gaps. Throws ERR_DATA naming folder or file. */
export async function readDwposeClip(folder: string, options: DwposeOptions): Promise<DwposeClip> {
  const { picture, fps = 24, name = basename(resolve(folder)), signal } = options
  const frames: DetectedFrame[] = []
  let handsRepaired = 0
  const files = await frameFiles(folder, namings, 'NNNNNNNN.json from 1 on')
  // Counted from 1 in the name, from 0 in a clip.
  const counted = Math.min(1, files[0]!.number)
  for (const { path, number } of files) {
    signal?.throwIfAborted()
    const frame = parseDwposeFrame(await readBytes(path), picture, path)
    frames.push({ index: number - counted, people: frame.people })
    handsRepaired += frame.handsRepaired ? 1 : 0
  }
  return { ...signerClip(frames, name, fps, folder), handsRepaired }
}
