// One frame of a layout's points as marks, drawn as the layout says, or in a palette's colours: its bones as lines, its points as dots. What a detector did not see is not
// drawn.

import type { Layout, LayoutPart } from '../motion/layout/layout.js'
import { inPart } from '../motion/layout/layout.js'
import { fingers, type Part } from '../motion/skeleton.js'
import { type Camera, type Point, projectPoint } from './camera.js'
import type { Colour, Palette } from './colours.js'
import type { Mark } from './draw.js'

/** Widths of bones and radii of dots, in units of the motion. */
const sizes: Readonly<Record<LayoutPart['name'], { readonly bone: number; readonly dot: number }>> = {
  body: { bone: 0.022, dot: 0.013 },
  leftHand: { bone: 0.009, dot: 0.0055 },
  rightHand: { bone: 0.009, dot: 0.0055 },
  face: { bone: 0.006, dot: 0.0045 },
}

/** Points of a face whose dots are of that size; those of more are smaller, so that eyes and lips stand out. */
const FACE_POINTS = 68

const dotOf = ({ name, points }: LayoutPart): number =>
  sizes[name].dot * (name === 'face' ? Math.sqrt(Math.min(1, FACE_POINTS / points.length)) : 1)

/** Hands are in front of bodies, unless depth says so clearly. */
const HAND_BIAS = 0.06

/** A frame's coordinates, and how sure each point is; undefined: all are there. */
export interface PointFrame {
  readonly layout: Layout
  readonly coordinates: Float32Array
  readonly confidence: Float32Array | undefined
}

/** The marks of one frame, what is far first; in `ghost` alone, where that is given. */
export function drawPoints(
  { layout, coordinates, confidence }: PointFrame,
  camera: Camera,
  size: number,
  palette: Palette,
  ghost?: Colour,
): Mark[] {
  const inks = inksOf(layout, palette)
  const isSeen = (point: number): boolean => confidence === undefined || confidence[point]! > 0
  const places = Array.from({ length: layout.points }, (_, point) => placeOf(layout, coordinates, point, camera, size))
  const bones = layout.bones
    .map(({ parent, child }, i) => ({ parent, child, colour: inks.bones[i]! }))
    .filter(({ parent, child }) => isSeen(parent) && isSeen(child))
    .map(({ parent, child, colour }) => {
      const { name } = layout.parts.find((part) => inPart(part, child))!
      const [a, b] = [places[parent]!, places[child]!]
      const mark: Mark = { shape: 'line', points: [a.x, a.y, b.x, b.y], width: sizes[name].bone * a.scale, colour: ghost ?? colour }
      return { near: (a.near + b.near) / 2 + (name === 'body' ? 0 : HAND_BIAS), mark }
    })
  const dots = layout.parts.flatMap((part) =>
    part.points.flatMap((_, i): Mark[] => {
      const [colour, point] = [inks.dots[part.first + i], part.first + i]
      if (colour === undefined || !isSeen(point)) return []
      const { x, y, scale } = places[point]!
      return [{ shape: 'disc', x, y, radius: dotOf(part) * scale, colour: ghost ?? colour }]
    }),
  )
  return [...bones.sort((a, b) => a.near - b.near).map(({ mark }) => mark), ...dots]
}

function placeOf({ dims }: Layout, coordinates: Float32Array, point: number, camera: Camera, size: number): Point {
  const at = point * dims
  return projectPoint(coordinates[at]!, coordinates[at + 1]!, dims === 3 ? coordinates[at + 2]! : 0, camera, size)
}

/** The colour of each bone, and of each point that is drawn as a dot. */
interface LayoutInks {
  readonly bones: readonly Colour[]
  readonly dots: readonly (Colour | undefined)[]
}

const known = new Map<string, LayoutInks>()

/** The layout's own colours, or in a palette for the colour-blind those of the parts: fingers and arms as in the 50 joints. */
function inksOf(layout: Layout, palette: Palette): LayoutInks {
  const key = `${layout.name} ${palette.name} ${palette.ink}`
  const inks = known.get(key) ?? (palette.name === 'colour-blind' ? inksByPart(layout, palette) : ownInks(layout))
  known.set(key, inks)
  return inks
}

function ownInks({ bones, parts }: Layout): LayoutInks {
  return {
    bones: bones.map(({ colour }) => colour),
    dots: parts.flatMap(({ points, dot }) => points.map((_, i) => (typeof dot === 'string' || dot === undefined ? dot : dot[i]))),
  }
}

function inksByPart(layout: Layout, { parts: colours, ink }: Palette): LayoutInks {
  const arms = armsOf(layout)
  const colourOf = (point: number): Colour => {
    const part = layout.parts.find((one) => inPart(one, point))!
    if (part.name === 'face') return ink
    // A wrist, then four points a finger.
    const finger = fingers[Math.floor((point - part.first - 1) / 4)]
    return colours[part.name === 'body' ? (arms.get(point) ?? 'body') : (finger ?? 'body')]
  }
  return {
    bones: layout.bones.map(({ parent, child }) =>
      arms.get(parent) && layout.parts.some(({ first }) => first === child) ? colours[arms.get(parent)!] : colourOf(child),
    ),
    dots: ownInks(layout).dots.map((dot, point) => dot && colourOf(point)),
  }
}

/** Points from below the shoulders down to the wrists, by the arm that they are of. */
function armsOf({ bones, anchors }: Layout): ReadonlyMap<number, Extract<Part, 'leftArm' | 'rightArm'>> {
  const arms = new Map<number, 'leftArm' | 'rightArm'>()
  for (const [arm, shoulder, wrist] of [
    ['leftArm', anchors.leftShoulder, anchors.leftWrist],
    ['rightArm', anchors.rightShoulder, anchors.rightWrist],
  ] as const)
    for (let point: number | undefined = wrist; point !== undefined && point !== shoulder; ) {
      arms.set(point, arm)
      point = bones.find(({ child }) => child === point)?.parent
    }
  return arms
}

/** All colours that a layout is drawn in. */
export function coloursOf(layout: Layout, palette: Palette): Colour[] {
  const { bones, dots } = inksOf(layout, palette)
  return [...new Set([...bones, ...dots.filter((dot) => dot !== undefined)])]
}
