// The 128 points that DWPose sees of one person, and the numbers that may stand for them.

/** Points of the body, of one hand and of the face. */
export const DWPOSE_BODY = 18
export const DWPOSE_HAND = 21
export const DWPOSE_FACE = 68

/**
 * The parts of a person in their order, by the names that files call them. Body points are those of OpenPose's COCO model: 0 nose, 1 neck, 2–4 right arm, 5–7 left
 * arm, 8–13 legs, 14–17 eyes and ears; a hand is its wrist and four points a finger, the face the 68 points of iBUG. Right is the signer's.
 */
export const dwposeParts = [
  { name: 'body', first: 0, count: DWPOSE_BODY },
  { name: 'left_hand', first: DWPOSE_BODY, count: DWPOSE_HAND },
  { name: 'right_hand', first: DWPOSE_BODY + DWPOSE_HAND, count: DWPOSE_HAND },
  { name: 'face', first: DWPOSE_BODY + 2 * DWPOSE_HAND, count: DWPOSE_FACE },
] as const
export type DwposePart = (typeof dwposeParts)[number]
export const [bodyPart, leftHandPart, rightHandPart, facePart] = dwposeParts

export const DWPOSE_POINTS = DWPOSE_BODY + 2 * DWPOSE_HAND + DWPOSE_FACE

/** Numbers a point: x, y, score. */
export const DWPOSE_WIDTH = 3

/**
 * One person, [128, 3]: x and y in fractions of the picture (also below 0 and above 1), and how sure the point is: 1 or 0 for the body, of which files tell no more;
 * for hands and face the detector's own score, up to 1.5 and a little below 0. A point without a place is 0, 0, 0.
 */
export type DwposePerson = Float32Array

export const noPerson = (): DwposePerson => new Float32Array(DWPOSE_POINTS * DWPOSE_WIDTH)

/** Where the DWPose of most tools puts what it is less than 0.3 sure of, whatever score it keeps beside it; never in a picture. */
const UNSEEN = -1
/** Fractions further out than this are no picture's. */
const FARTHEST = 10
/** A score is the peak of a heat map, which may overshoot 1 a little (1.13 was seen) and undershoot 0. */
const SCORES = { least: -0.1, most: 1.5 }

/** Whether a value can be a fraction of a picture. */
export const isFraction = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= FARTHEST

/** Puts a point where `person` has it; a body's score is 1 or 0. Returns undefined, or what is wrong with the numbers, as `wanted …, got …`. */
export function putDwposePoint(person: DwposePerson, point: number, x: number, y: number, score: number): string | undefined {
  if (!(score >= SCORES.least && score <= SCORES.most)) return `wanted a confidence of ${SCORES.least} to ${SCORES.most}, got ${score}`
  for (const value of [x, y]) if (!isFraction(value)) return `wanted a fraction of the picture, got ${value}`
  if (x === UNSEEN && y === UNSEEN) return undefined
  person.set([x, y, score], point * DWPOSE_WIDTH)
  return undefined
}

/**
 * 1 where the body score of point `j` says that it was found, 0 for −1; undefined for what is neither 18 k + j, the number of that point of person k, nor −1. The
 * tools that write DWPose files put these in the confidences' place.
 */
export function bodyValidity(score: unknown, j: number): 0 | 1 | undefined {
  if (score === -1) return 0
  return Number.isInteger(score) && (score as number) >= 0 && (score as number) % DWPOSE_BODY === j ? 1 : undefined
}

/** What a body score must be, for messages. */
export const wantedBodyScore = (j: number): string => `${j}, ${j} plus a multiple of ${DWPOSE_BODY}, or -1`
