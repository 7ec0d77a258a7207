// Fingers that no frame shows, at rest: a little apart, in line with what is known of the hand or else with its forearm. In the picture, whose y grows downwards.

import { bones, fingers } from './skeleton.js'

export type Point = readonly [x: number, y: number]

/** Angles of the fingers to the axis of the hand, towards the thumb's side. */
const fan = [0.9, 0.28, 0.07, -0.15, -0.38]
/** A forearm seen end on tells no direction; the hand then hangs. Share of the forearm's length. */
const DOWN = 0.3
const FINGER_JOINTS = 4 * fingers.length

/** Where the joints of a frame are and go. */
export interface Places {
  at(j: number): Point
  /** Whether some frame shows a joint; such a joint is not to be placed. */
  knows(j: number): boolean
  place(j: number, point: Point, parent: number): void
  /** By length id, see `bones`. */
  lengths: ArrayLike<number>
}

/**
 * Places what is not known of a hand, its root included.
 *
 * @param forearm unit direction, see {@link forearmDirection}
 * @param outward 1 where the arm is on the picture's right, −1 where it is on its left
 */
export function placeHand(places: Places, hand: number, wrist: number, forearm: Point, outward: number): void {
  const { lengths } = places
  const place = (j: number, point: Point, parent: number): void => {
    if (!places.knows(j)) places.place(j, point, parent)
  }
  const known = Array.from({ length: FINGER_JOINTS }, (_, k) => hand + 1 + k).filter((j) => places.knows(j))
  place(hand, moved(places.at(wrist), scaled(forearm, lengths[4]!)), wrist)
  const root = places.at(hand)
  const middle = known.length > 0 ? known.map((j) => scaled(places.at(j), 1 / known.length)).reduce(moved) : undefined
  const axis = middle ? direction(root, middle, 0) : forearm
  for (const { parent, child, length } of bones.filter(({ child }) => child > hand && child <= hand + FINGER_JOINTS)) {
    const angle = fan[Math.floor((child - hand - 1) / 4)]!
    place(child, moved(places.at(parent), scaled(turned(axis, -outward * angle), lengths[length]!)), parent)
  }
}

/** Where a forearm of length `fore` leads on from its wrist. */
export const forearmDirection = (elbow: Point, wrist: Point, fore: number): Point => direction(elbow, wrist, DOWN * fore)

export const moved = ([x, y]: Point, [dx, dy]: Point): Point => [x + dx, y + dy]
export const scaled = ([x, y]: Point, by: number): Point => [x * by, y * by]

/** The unit direction from `a` to `b`, `down` added to it; straight down where there is none. */
export function direction(a: Point, b: Point, down: number): Point {
  const [x, y] = [b[0] - a[0], b[1] - a[1] + down]
  const length = Math.hypot(x, y)
  return length > 1e-6 ? [x / length, y / length] : [0, 1]
}

/** Against the clock. */
function turned([x, y]: Point, angle: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [x * cos + y * sin, y * cos - x * sin]
}
