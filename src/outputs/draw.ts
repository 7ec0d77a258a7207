// One frame of motion as a list of marks in painting order, which the rasteriser, the SVG writer and the viewer only have to follow.

import { drawnBones, fingers, type Part } from '../motion/skeleton.js'
import { type Camera, HEAD_RADIUS, type Point, project, projectPoint } from './camera.js'
import type { Colour, Palette } from './colours.js'

/** Something to paint; all numbers in pixels. A line has round ends and corners; `points` holds x, y after x, y. */
export type Mark = Line | Disc
export interface Line {
  readonly shape: 'line'
  readonly points: readonly number[]
  readonly width: number
  readonly colour: Colour
}
export interface Disc {
  readonly shape: 'disc'
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly colour: Colour
}

/** What is painted in one piece, so that it covers what lies behind it in one piece: a finger, or one bone of the body. */
export interface Limb {
  readonly part: Part
  readonly joints: readonly number[]
  /** In units of the motion. */
  readonly width: number
  /** Added to its nearness: hands are in front of arms, arms of the body, unless depth says so clearly. */
  readonly bias: number
  /** How far from a joint the gap around the limb begins, in units of the motion: nearer, it would cut the limb off what it hangs on. */
  readonly clear: number
}

/** Lengths in units of the motion. */
const proportions = {
  /** The gap left around what is in front. */
  gap: 0.0042,
  /** A dot of this share of the finger's width marks each knuckle, so that how a finger bends can be counted. */
  knuckle: 0.62,
  headEdge: 0.009,
  nose: 0.01,
} as const

const look: Record<'head' | 'body' | 'arm' | 'finger', Pick<Limb, 'width' | 'bias' | 'clear'>> = {
  head: { width: 0.03, bias: 0.02, clear: 0.036 },
  body: { width: 0.034, bias: 0.01, clear: 0.036 },
  arm: { width: 0.03, bias: 0.03, clear: 0.036 },
  finger: { width: 0.0115, bias: 0.06, clear: 0.025 },
}

/** Every limb of the skeleton, made of the drawn bones: consecutive bones of a finger run together. */
export const limbs: readonly Limb[] = makeLimbs()

function makeLimbs(): Limb[] {
  const made: { part: Part; joints: number[] }[] = []
  for (const { parent, child, part } of drawnBones) {
    const finger = isFinger(part) ? made.find((limb) => limb.part === part && limb.joints.at(-1) === parent) : undefined
    if (finger) finger.joints.push(child)
    else made.push({ part, joints: [parent, child] })
  }
  return made.map((limb) => ({ ...limb, ...look[kind(limb.part)] }))
}

function kind(part: Part): keyof typeof look {
  if (isFinger(part)) return 'finger'
  return part === 'head' || part === 'body' ? part : 'arm'
}

function isFinger(part: Part): part is (typeof fingers)[number] {
  return (fingers as readonly Part[]).includes(part)
}

/** The marks of one frame (150 numbers), what is far first. */
export function drawFrame(frame: Float32Array, camera: Camera, size: number, palette: Palette): Mark[] {
  return inDepthOrder(frame, camera, size, (limb, points) => [
    ...drawLimb(limb, points, palette),
    ...(limb.part === 'head' ? drawHead(frame, camera, size, palette.parts.head, palette.headFill) : []),
  ])
}

/** The same frame in the palette's grey alone, without gaps: to lie under what is compared with it. */
export function drawGhost(frame: Float32Array, camera: Camera, size: number, palette: Palette): Mark[] {
  return inDepthOrder(frame, camera, size, (limb, points) => [
    limbLine(limb, points, palette.ghost),
    ...(limb.part === 'head' ? drawHead(frame, camera, size, palette.ghost, palette.paper) : []),
  ])
}

/** What `draw` makes of each limb, given its joints in the picture. The head goes with its neck, and covers it whichever is nearer, as a chin does. */
function inDepthOrder(
  frame: Float32Array,
  camera: Camera,
  size: number,
  draw: (limb: Limb, points: readonly Point[]) => readonly Mark[],
): Mark[] {
  const joints = project(frame, camera, size)
  const pieces = limbs.map((limb) => {
    const points = limb.joints.map((id) => joints[id]!)
    return { near: limb.bias + mean(points.map(({ near }) => near)), marks: draw(limb, points) }
  })
  return pieces.sort((a, b) => a.near - b.near).flatMap((piece) => piece.marks)
}

function drawLimb(limb: Limb, points: readonly Point[], palette: Palette): Mark[] {
  const colour = palette.parts[limb.part]
  const { scale } = points[0]!
  const line = limbLine(limb, points, colour)
  const gap: Mark = {
    shape: 'line',
    points: trimmed(line.points, limb.clear * scale, isFinger(limb.part)),
    width: line.width + 2 * proportions.gap * scale,
    colour: palette.paper,
  }
  if (!isFinger(limb.part)) return [gap, line]
  const radius = (proportions.knuckle * line.width) / 2
  return [gap, line, ...points.slice(1, -1).map(({ x, y }): Mark => ({ shape: 'disc', x, y, radius, colour: darker(colour) }))]
}

function limbLine(limb: Limb, points: readonly Point[], colour: Colour): Line {
  return { shape: 'line', points: points.flatMap(({ x, y }) => [x, y]), width: limb.width * points[0]!.scale, colour }
}

/** The line of the gap: `clear` pixels short where the limb hangs on another; only fingertips are free. */
function trimmed(line: readonly number[], clear: number, freeEnd: boolean): number[] {
  const cut = line.slice()
  const [x0, y0, x1, y1] = line as [number, number, number, number]
  const length = Math.hypot(x1 - x0, y1 - y0)
  const share = length > 0 ? Math.min(0.45, clear / length) : 0
  cut[0] = x0 + share * (x1 - x0)
  cut[1] = y0 + share * (y1 - y0)
  if (freeEnd) return cut
  cut[2] = x1 - share * (x1 - x0)
  cut[3] = y1 - share * (y1 - y0)
  return cut
}

/** A circle around the nose joint, and a nose a head's radius in front of it, which shows where a turned head looks. */
function drawHead(frame: Float32Array, camera: Camera, size: number, edge: Colour, fill: Colour): Mark[] {
  const [x, y, z] = [frame[0]!, frame[1]!, frame[2]!]
  const centre = projectPoint(x, y, z, camera, size)
  const nose = projectPoint(x, y, z + HEAD_RADIUS, camera, size)
  const face: Mark[] = [
    { shape: 'disc', x: centre.x, y: centre.y, radius: HEAD_RADIUS * centre.scale, colour: edge },
    { shape: 'disc', x: centre.x, y: centre.y, radius: (HEAD_RADIUS - proportions.headEdge) * centre.scale, colour: fill },
  ]
  const noseMark: Mark = { shape: 'disc', x: nose.x, y: nose.y, radius: proportions.nose * nose.scale, colour: edge }
  return nose.near < centre.near ? [noseMark, ...face] : [...face, noseMark]
}

/** The same hue at 70 % of the light. */
export function darker(colour: Colour): Colour {
  const channel = (at: number) => Math.round(0.7 * Number.parseInt(colour.slice(at, at + 2), 16))
  return `#${[1, 3, 5].map((at) => channel(at).toString(16).padStart(2, '0')).join('')}`
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
