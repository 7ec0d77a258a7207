// The signs of a synthetic language: a word's sign is a handful of traits, as in sign phonology (shape, place, facing, movement, hands).

import { quat, vec3 } from 'gl-matrix'
import { Random } from '../../base/random.js'
import { facing, type HandShape, handShapes, type Point, relaxed, type Turn } from './hand.js'
import { type HandPose, mixShapes, type Pose } from './rig.js'

/** Hand roots in front of the body, in a hand's own side's coordinates. */
const places = {
  temple: [0.17, -0.14, 0.14],
  mouth: [0.09, -0.03, 0.17],
  shoulder: [0.23, 0.06, 0.16],
  chest: [0.09, 0.13, 0.16],
  middle: [0.13, 0.17, 0.26],
  aside: [0.3, 0.14, 0.2],
  across: [0.03, 0.08, 0.21],
  low: [0.18, 0.25, 0.26],
} as const satisfies Record<string, Point>

/** Where the fingers point and where the palm looks. */
const facings = {
  upForward: facing([-0.1, -1, 0.1], [0, 0, 1]),
  upBack: facing([-0.15, -1, 0.05], [0, 0, -1]),
  upInward: facing([0, -1, 0.25], [-1, 0, 0]),
  inDown: facing([-0.9, -0.3, 0.3], [0, 1, 0]),
  inBack: facing([-0.95, -0.3, 0.1], [0, 0, -1]),
  forwardDown: facing([-0.25, -0.35, 0.9], [0, 1, 0]),
  forwardUp: facing([-0.25, -0.2, 0.9], [0, -1, 0]),
  forwardInward: facing([-0.15, -0.4, 0.9], [-1, 0, 0]),
} as const satisfies Record<string, Turn>

/** A movement's main direction and the one it curves into. */
const directions: Record<string, readonly [Point, Point]> = {
  down: [
    [0, 1, 0],
    [1, 0, 0],
  ],
  outward: [
    [1, 0, 0],
    [0, -1, 0],
  ],
  fall: [
    [0.7, 0.7, 0],
    [0.5, -0.5, 0.7],
  ],
  rise: [
    [0.6, -0.75, 0.2],
    [0.75, 0.6, 0],
  ],
  forward: [
    [0.3, 0.35, 0.85],
    [0, -1, 0],
  ],
}

const traits = {
  shape: Object.keys(handShapes) as (keyof typeof handShapes)[],
  place: Object.keys(places) as (keyof typeof places)[],
  facing: Object.keys(facings) as (keyof typeof facings)[],
  movement: ['line', 'arc', 'circle', 'wave', 'flutter', 'twist', 'change'] as const,
  direction: Object.keys(directions),
  /** What the other hand does: rests, mirrors, mirrors half a movement later, or is the ground the sign is made on. */
  hands: ['one', 'one', 'mirrored', 'alternating', 'ground'] as const,
}

type Traits = {
  readonly [K in keyof typeof traits]: (typeof traits)[K][number]
}

/** All that makes one sign differ from another. */
export interface Sign extends Traits {
  /** The shape a `change` ends in. */
  readonly finalShape: Traits['shape']
  /** Extent of the movement, in normalised units. */
  readonly size: number
  /** Duration relative to the corpus' usual sign. */
  readonly pace: number
  readonly head: readonly [number, number]
}

/** Candidates drawn for each sign; the one least like the lexicon so far is kept. */
const CANDIDATES = 48

/** A lexicon of `count` signs for a language: the same seed and language give the same signs, and a longer lexicon begins with the shorter. */
export function inventSigns(count: number, language: string, seed: number): Sign[] {
  const random = Random.for(seed, 'signs', language)
  const lexicon: Sign[] = []
  while (lexicon.length < count) {
    const candidates = Array.from({ length: CANDIDATES }, () => drawSign(random))
    lexicon.push(candidates.reduce((best, sign) => (likeness(sign, lexicon) < likeness(best, lexicon) ? sign : best)))
  }
  return lexicon
}

/** The body a share `progress` in [0, 1] of the way through the sign. */
export function signPose(sign: Sign, progress: number): Pose {
  const right = movingHand(sign, progress)
  switch (sign.hands) {
    case 'one':
      return { right, left: atRest, head: sign.head }
    case 'mirrored':
      return { right, left: movingHand(sign, progress), head: sign.head }
    case 'alternating':
      return { right, left: movingHand(sign, 1 - progress), head: sign.head }
    case 'ground':
      return { right, left: ground, head: sign.head }
  }
}

const atRest: HandPose = {
  place: [0.14, 0.4, 0.17],
  turn: facing([-0.55, 0.45, 0.35], [-0.3, 0.3, -0.9]),
  shape: relaxed,
}
const ground: HandPose = {
  place: [0.13, 0.25, 0.2],
  turn: facing([-0.8, -0.1, 0.5], [0, -1, 0]),
  shape: handShapes.flat,
}

/** Both hands low in front: how every clip starts and ends. */
export const restPose: Pose = { right: atRest, left: atRest, head: [0, 0] }

function drawSign(random: Random): Sign {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)]!
  return {
    shape: pick(traits.shape),
    finalShape: pick(traits.shape),
    place: pick(traits.place),
    facing: pick(traits.facing),
    movement: pick(traits.movement),
    direction: pick(traits.direction),
    hands: pick(traits.hands),
    size: 0.16 + 0.1 * random.uniform(),
    pace: 0.8 + 0.4 * random.uniform(),
    head: [0.2 * random.uniform() - 0.05, 0.24 * (random.uniform() - 0.5)],
  }
}

/** How many traits the sign shares with the most similar one of the lexicon. */
function likeness(sign: Sign, lexicon: readonly Sign[]): number {
  const names = Object.keys(traits) as (keyof Traits)[]
  return Math.max(0, ...lexicon.map((other) => names.filter((name) => sign[name] === other[name]).length))
}

function movingHand(sign: Sign, u: number): HandPose {
  const [main, curve] = directions[sign.direction]!
  const [d, c] = path(sign, u)
  const place = vec3.scaleAndAdd([0, 0, 0], places[sign.place], main, d * sign.size) as Point
  vec3.scaleAndAdd(place, place, curve, c * sign.size)
  // Two mirrored hands must not pass through each other.
  if (sign.hands !== 'one') place[0] = Math.max(place[0], 0.12)
  const swing = sign.movement === 'twist' ? 1.3 * Math.sin(2 * Math.PI * u) : 0
  return {
    place,
    turn: quat.rotateY([0, 0, 0, 1], facings[sign.facing], swing) as Turn,
    shape: shapeAt(sign, u),
  }
}

/** The offset from the sign's place along its main and its curving direction, in sizes. */
function path(sign: Sign, u: number): readonly [number, number] {
  switch (sign.movement) {
    case 'line':
      return [1.2 * (u - 0.5), 0]
    case 'arc':
      return [-0.6 * Math.cos(Math.PI * u), 0.6 * Math.sin(Math.PI * u)]
    case 'circle':
      return [0.45 * Math.cos(2 * Math.PI * u), 0.45 * Math.sin(2 * Math.PI * u)]
    case 'wave':
      return [0.5 * Math.sin(2 * Math.PI * u), 0]
    case 'flutter':
    case 'change':
    case 'twist':
      return [0.7 * (u - 0.5), 0]
  }
}

function shapeAt(sign: Sign, u: number): HandShape {
  const shape = handShapes[sign.shape]
  if (sign.movement === 'change') return mixShapes(shape, handShapes[sign.finalShape], u)
  if (sign.movement !== 'flutter') return shape
  // Each finger a little later than its neighbour, none bent backward.
  const curl = shape.curl.map((bend, k) =>
    Math.min(1, Math.max(0, bend + 0.25 * Math.sin(4 * Math.PI * u - k))),
  ) as unknown as HandShape['curl']
  return { curl, spread: shape.spread }
}
