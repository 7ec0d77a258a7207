// One frame of a layout's points as marks, drawn as the layout says: its bones as lines, its points as dots. What a detector did not see is not drawn.

import type { Layout, LayoutPart } from '../motion/layout/layout.js'
import { inPart } from '../motion/layout/layout.js'
import { type Camera, type Point, projectPoint } from './camera.js'
import type { Colour } from './colours.js'
import type { Mark } from './draw.js'

/** Widths of bones and radii of dots, in units of the motion. */
const sizes: Readonly<Record<LayoutPart['name'], { readonly bone: number; readonly dot: number }>> = {
  body: { bone: 0.022, dot: 0.013 },
  leftHand: { bone: 0.009, dot: 0.0055 },
  rightHand: { bone: 0.009, dot: 0.0055 },
  face: { bone: 0.006, dot: 0.0045 },
}

/** Hands are in front of bodies, unless depth says so clearly. */
const HAND_BIAS = 0.06

/** A frame's coordinates, and how sure each point is; undefined: all are there. */
export interface PointFrame {
  readonly layout: Layout
  readonly coordinates: Float32Array
  readonly confidence: Float32Array | undefined
}

/** The marks of one frame, what is far first; in `ghost` alone, where that is given. */
export function drawPoints({ layout, coordinates, confidence }: PointFrame, camera: Camera, size: number, ghost?: Colour): Mark[] {
  const isSeen = (point: number): boolean => confidence === undefined || confidence[point]! > 0
  const places = Array.from({ length: layout.points }, (_, point) => placeOf(layout, coordinates, point, camera, size))
  const bones = layout.bones
    .filter(({ parent, child }) => isSeen(parent) && isSeen(child))
    .map(({ parent, child, colour }) => {
      const { name } = layout.parts.find((part) => inPart(part, child))!
      const [a, b] = [places[parent]!, places[child]!]
      const mark: Mark = { shape: 'line', points: [a.x, a.y, b.x, b.y], width: sizes[name].bone * a.scale, colour: ghost ?? colour }
      return { near: (a.near + b.near) / 2 + (name === 'body' ? 0 : HAND_BIAS), mark }
    })
  const dots = layout.parts.flatMap((part) =>
    part.points.flatMap((_, i): Mark[] => {
      const [colour, point] = [dotOf(part, i), part.first + i]
      if (colour === undefined || !isSeen(point)) return []
      const { x, y, scale } = places[point]!
      return [{ shape: 'disc', x, y, radius: sizes[part.name].dot * scale, colour: ghost ?? colour }]
    }),
  )
  return [...bones.sort((a, b) => a.near - b.near).map(({ mark }) => mark), ...dots]
}

function placeOf({ dims }: Layout, coordinates: Float32Array, point: number, camera: Camera, size: number): Point {
  const at = point * dims
  return projectPoint(coordinates[at]!, coordinates[at + 1]!, dims === 3 ? coordinates[at + 2]! : 0, camera, size)
}

const dotOf = ({ dot }: LayoutPart, i: number): Colour | undefined => (typeof dot === 'string' || dot === undefined ? dot : dot[i])

/** All colours that a layout is drawn in. */
export function coloursOf({ bones, parts }: Layout): Colour[] {
  return [...new Set([...bones.map(({ colour }) => colour), ...parts.flatMap(({ dot = [] }) => dot)])]
}
