// One frame as named arrays, whatever held them: members of an archive, a dictionary out of a pickle. Four ways of naming the same are in use:
//
//     person_000_body_keypoints …         SignVerse-2M; also with person_0 and person_00
//     person_0: { body_keypoints … }      Prompt2Sign's tool of 2025; also with person_000
//     bodies, hands, faces …              the same tool before: as its detector returns them, hands stacked
//
// each beside `num_persons` but for the last, whose arrays tell the number themselves.

import { shown } from '../../base/shown.js'
import { refuse } from '../json/shape.js'
import type { NpyArray } from '../npy.js'
import { isExtent, type Picture } from '../picture.js'
import { pairHands } from './person.js'
import {
  bodyPart,
  bodyValidity,
  DWPOSE_BODY,
  DWPOSE_FACE,
  DWPOSE_HAND,
  type DwposePart,
  type DwposePerson,
  dwposeParts,
  facePart,
  leftHandPart,
  noPerson,
  putDwposePoint,
  rightHandPart,
  wantedBodyScore,
} from './points.js'

/** Arrays, numbers and dictionaries by their names. */
export type Named = ReadonlyMap<string, unknown>

export interface DwposeFrame {
  /** With their own hands. */
  readonly people: readonly DwposePerson[]
  /** Whether hands were given back to their owners. */
  readonly handsRepaired: boolean
  /** The video's size, where the frame tells it. */
  readonly picture: Picture | undefined
}

export interface DwposeReading {
  /** `own` (default): each hand with the person it is of. `stored`: with the one under whose name the file has it, as programs that believe the files see it. */
  readonly hands?: 'own' | 'stored'
}

/** Nobody looks for a signer among more. */
const CROWD = 100

/** Whether these names are those of a frame of DWPose. */
export const isDwposeFrame = (names: { has(name: string): boolean }): boolean => names.has('num_persons') || names.has('bodies')

/**
 * The people of a frame. Throws ERR_DATA naming `who` and the array for what is not as the tools write it: arrays of 18, 21, 21 and 68 points with their scores,
 * body scores that are 18 k + j for point j, or −1, and finite fractions.
 */
export function dwposeFrame(named: Named, who: string, { hands = 'own' }: DwposeReading = {}): DwposeFrame {
  const people = named.has('bodies') ? stackedPeople(named, who) : listedPeople(named, who)
  const paired = hands === 'own' ? pairHands(people) : { people, repaired: false }
  return { people: paired.people, handsRepaired: paired.repaired, picture: pictureOf(named, who) }
}

function pictureOf(named: Named, who: string): Picture | undefined {
  if (!named.has('frame_width') && !named.has('frame_height')) return undefined
  const extent = (key: string): number => {
    const value = singleOf(named.get(key))
    return isExtent(value) ? value : refuse(who, `wanted pixels at ${key}, got ${shown(value)}`)
  }
  return { width: extent('frame_width'), height: extent('frame_height') }
}

function listedPeople(named: Named, who: string): DwposePerson[] {
  const count = singleOf(named.get('num_persons'))
  if (count === undefined || !Number.isInteger(count) || count < 0)
    refuse(who, `wanted a number of people at num_persons, got ${shown(count)}`)
  if (count > CROWD) refuse(who, `wanted at most ${CROWD} people, got ${count}`, 'Cut the signer out of the video first')
  return Array.from({ length: count }, (_, k) => listedPerson(named, k, who))
}

function listedPerson(named: Named, k: number, who: string): DwposePerson {
  const prefixes = [3, 1, 2].map((digits) => `person_${String(k).padStart(digits, '0')}`)
  for (const prefix of prefixes) {
    const nested = dictOf(named.get(prefix))
    if (nested) return personOf((key) => nested.get(key), `${prefix}.`, who)
    if (named.has(`${prefix}_body_keypoints`)) return personOf((key) => named.get(`${prefix}_${key}`), `${prefix}_`, who)
  }
  return refuse(who, `wanted as many people as num_persons says, got none called ${prefixes[0]} or ${prefixes[1]}`)
}

/** A dictionary, or the one in an array of one object. */
function dictOf(value: unknown): Named | undefined {
  if (value instanceof Map) return value as Named
  const objects = typeof value === 'object' && value !== null && 'objects' in value ? (value.objects as unknown[]) : []
  return objects.length === 1 && objects[0] instanceof Map ? (objects[0] as Named) : undefined
}

function personOf(get: (key: string) => unknown, place: string, who: string): DwposePerson {
  const person = noPerson()
  for (const part of dwposeParts) {
    const [points, scores] = [`${part.name}_keypoints`, `${part.name}_scores`]
    putPart(
      person,
      part,
      numbersAt(get(points), [part.count, 2], place + points, who),
      numbersAt(get(scores), [part.count], place + scores, who),
      place + part.name,
      who,
    )
  }
  return person
}

/** As detectors return them: [18 n, 2], [n, 18], [2n, 21, 2], … with all left hands before all right ones. */
function stackedPeople(named: Named, who: string): DwposePerson[] {
  const scores = named.get('body_scores')
  const count = isArray(scores) && scores.data.length % DWPOSE_BODY === 0 ? scores.data.length / DWPOSE_BODY : 0
  if (count > CROWD) refuse(who, `wanted at most ${CROWD} people, got ${count}`, 'Cut the signer out of the video first')
  const arrays = {
    bodies: numbersAt(named.get('bodies'), [count * DWPOSE_BODY, 2], 'bodies', who),
    bodyScores: numbersAt(scores, [count, DWPOSE_BODY], 'body_scores', who),
    hands: numbersAt(named.get('hands'), [2 * count, DWPOSE_HAND, 2], 'hands', who),
    handScores: numbersAt(named.get('hands_scores'), [2 * count, DWPOSE_HAND], 'hands_scores', who),
    faces: numbersAt(named.get('faces'), [count, DWPOSE_FACE, 2], 'faces', who),
    faceScores: numbersAt(named.get('faces_scores'), [count, DWPOSE_FACE], 'faces_scores', who),
  }
  const item = (values: ArrayLike<number>, k: number, size: number) => Array.from({ length: size }, (_, i) => values[k * size + i]!)
  return Array.from({ length: count }, (_, k) => {
    const person = noPerson()
    const put = (part: DwposePart, points: ArrayLike<number>, partScores: ArrayLike<number>, from: number, place: string): void =>
      putPart(person, part, item(points, from, part.count * 2), item(partScores, from, part.count), `${place}[${from}]`, who)
    put(bodyPart, arrays.bodies, arrays.bodyScores, k, 'bodies')
    // In the order of the listed files, which pairHands takes apart again: it looks which of the two a file really has.
    put(leftHandPart, arrays.hands, arrays.handScores, 2 * k, 'hands')
    put(rightHandPart, arrays.hands, arrays.handScores, 2 * k + 1, 'hands')
    put(facePart, arrays.faces, arrays.faceScores, k, 'faces')
    return person
  })
}

/** Puts the points of a part, [count, 2], with their scores. Throws ERR_DATA naming `who` and the place of the point. */
export function putPart(
  person: DwposePerson,
  { name, first, count }: DwposePart,
  points: ArrayLike<number>,
  scores: ArrayLike<number>,
  place: string,
  who: string,
): void {
  for (let i = 0; i < count; i++) {
    const score = name === 'body' ? bodyValidity(scores[i], i) : scores[i]!
    if (score === undefined)
      refuse(who, `wanted ${wantedBodyScore(i)} as score ${i} of ${place}, got ${scores[i]}`, 'Use a reader made for true scores')
    const problem = putDwposePoint(person, first + i, points[2 * i]!, points[2 * i + 1]!, score)
    if (problem) refuse(who, `${problem} at point ${i} of ${place}`)
  }
}

const isArray = (value: unknown): value is NpyArray => typeof value === 'object' && value !== null && 'data' in value

/** The only number of an array, or a number. */
export function singleOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isArray(value) && value.data.length === 1 ? Number(value.data[0]) : undefined
}

/** An array of floats of this shape; an axis of 1 in front of it is let be. */
function numbersAt(value: unknown, shape: readonly number[], place: string, who: string): ArrayLike<number> {
  const floats = isArray(value) && (value.data instanceof Float32Array || value.data instanceof Float64Array) ? value : undefined
  if (floats && [shape.join(), [1, ...shape].join()].includes(floats.shape.join())) return floats.data as Float32Array
  const got = isArray(value) ? `${value.data.constructor.name} (${value.shape.join(', ')})` : shown(value)
  return refuse(who, `wanted floats of shape (${shape.join(', ')}) at ${place}, got ${got}`)
}
