// One frame of motion as a list of marks in painting order, which the rasteriser and the SVG writer both only have to follow.

import { drawnBones, fingers, type Part } from '../motion/skeleton.js'
import { type Camera, HEAD_RADIUS, type Point, project, projectPoint } from './camera.js'
import type { Colour, Palette } from './colours.js'

/** Something to paint; all numbers in pixels. A line has round ends and corners; `points` holds x, y after x, y. */
export type Mark =
  | { readonly shape: 'line'; readonly points: readonly number[]; readonly width: number; readonly colour: Colour }
  | { readonly shape: 'disc'; readonly x: number; readonly y: number; readonly radius: number; readonly colour: Colour }

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

/** Proportions every drawing shares, the viewer's too; lengths in units of the motion. */
export const proportions = {
  /** The gap left around what is in front. */
  gap: 0.0042,
  /** A dot of this share of the finger's width marks each knuckle, so that how a finger bends can be counted. */
  knuckle: 0.62,
  head: HEAD_RADIUS,
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

/** Whether a part is one of the five fingers. */
export function isFinger(part: Part): part is (typeof fingers)[number] {
  return (fingers as readonly Part[]).includes(part)
}

/** The marks of one frame (150 numbers), what is far first. */
export function drawFrame(frame: Float32Array, camera: Camera, size: number, palette: Palette): Mark[] {
  const points = project(frame, camera, size)
  const scale = size / camera.extent
  const pieces = limbs.map((limb) => {
    const marks = drawLimb(limb, points, scale, palette)
    // The head covers its neck whichever is nearer, as a chin does.
    if (limb.part === 'head') marks.push(...drawHead(frame, camera, size, palette))
    return { near: limb.bias + mean(limb.joints.map((id) => points[id]!.near)), marks }
  })
  return pieces.sort((a, b) => a.near - b.near).flatMap((piece) => piece.marks)
}

function drawLimb(limb: Limb, points: readonly Point[], scale: number, palette: Palette): Mark[] {
  const colour = palette.parts[limb.part]
  const line = limb.joints.flatMap((id) => [points[id]!.x, points[id]!.y])
  const width = limb.width * scale
  const marks: Mark[] = [
    {
      shape: 'line',
      points: trimmed(line, limb.clear * scale, isFinger(limb.part)),
      width: width + 2 * proportions.gap * scale,
      colour: palette.paper,
    },
    { shape: 'line', points: line, width, colour },
  ]
  if (!isFinger(limb.part)) return marks
  const knuckles = limb.joints.slice(1, -1).map((id): Mark => {
    return { shape: 'disc', x: points[id]!.x, y: points[id]!.y, radius: (proportions.knuckle * width) / 2, colour: darker(colour) }
  })
  return [...marks, ...knuckles]
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
function drawHead(frame: Float32Array, camera: Camera, size: number, palette: Palette): Mark[] {
  const [x, y, z] = [frame[0]!, frame[1]!, frame[2]!]
  const scale = size / camera.extent
  const centre = projectPoint(x, y, z, camera, size)
  const nose = projectPoint(x, y, z + HEAD_RADIUS, camera, size)
  const edge = palette.parts.head
  const face: Mark[] = [
    { shape: 'disc', x: centre.x, y: centre.y, radius: HEAD_RADIUS * scale, colour: edge },
    { shape: 'disc', x: centre.x, y: centre.y, radius: (HEAD_RADIUS - proportions.headEdge) * scale, colour: palette.headFill },
  ]
  const noseMark: Mark = { shape: 'disc', x: nose.x, y: nose.y, radius: proportions.nose * scale, colour: edge }
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
