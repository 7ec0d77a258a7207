// What MediaPipe Holistic sees as a `.pose` file, in the components, order and units that pose-format gives it: 33 points of the body, 468 of the face,
// 21 of each hand, and the body once more in metres about its hips.

import { bug } from '../base/errors.js'
import type { PoseComponent, PoseFile } from '../formats/pose/pose.js'
import { componentOf } from '../formats/pose/write.js'
import { holistic543 } from '../motion/layout/holistic_543.js'
import { partOf } from '../motion/layout/layout.js'

/** Lines between points of a part, as pairs of their places in it. */
export type Connections = readonly (readonly [number, number])[]

/** Of each part x, y, z and how sure it is, point after point; null where it was not found. x and y are shares of the picture, those of `world` metres. */
export interface HolisticFrame {
  readonly body: readonly number[] | null
  readonly face: readonly number[] | null
  readonly leftHand: readonly number[] | null
  readonly rightHand: readonly number[] | null
  readonly world: readonly number[] | null
}

const WORLD = 'POSE_WORLD_LANDMARKS'
const order = ['body', 'face', 'leftHand', 'rightHand', 'world'] as const

const body = partOf(holistic543, 'body')
const parts = order.map((name) => (name === 'world' ? { ...body, component: WORLD } : partOf(holistic543, name)))
const POINTS = parts.reduce((sum, { points }) => sum + points.length, 0)
/** x, y, z and how sure. */
const NUMBERS = 4
const SURE = 3

/** Numbers of a frame. */
export const FRAME_NUMBERS = POINTS * NUMBERS

/** The numbers of a frame, part after part; 0 where a part was not found. */
export function frameNumbers(frame: HolisticFrame): Float32Array {
  const numbers = new Float32Array(FRAME_NUMBERS)
  let at = 0
  for (const [i, name] of order.entries()) {
    const [found, length] = [frame[name], parts[i]!.points.length * NUMBERS]
    if (found && found.length !== length) throw bug('holistic', `wanted ${length} numbers of ${name}, got ${found.length}`)
    if (found) numbers.set(found, at)
    at += length
  }
  return numbers
}

/** In how many frames each part was found. */
export type SeenParts = Readonly<Record<'body' | 'face' | 'leftHand' | 'rightHand', number>>

/** @param numbers [frames, {@link FRAME_NUMBERS}] */
export function seenParts(numbers: Float32Array): SeenParts {
  const seen = { body: 0, face: 0, leftHand: 0, rightHand: 0 }
  for (let from = 0; from < numbers.length; from += FRAME_NUMBERS) {
    let first = 0
    for (const { name, component, points } of parts) {
      if (component !== WORLD && points.some((_, i) => numbers[from + (first + i) * NUMBERS + SURE]! > 0)) seen[name]++
      first += points.length
    }
  }
  return seen
}

export interface HolisticVideo {
  readonly width: number
  readonly height: number
  readonly fps: number
  /** [frames, {@link FRAME_NUMBERS}] */
  readonly numbers: Float32Array
  readonly connections: { readonly body: Connections; readonly face: Connections; readonly hand: Connections }
}

/** The file of a video. As in pose-format, x and y are multiplied by the size of the picture, in `POSE_WORLD_LANDMARKS` too, and z by nothing. */
export function holisticPose({ width, height, fps, numbers, connections }: HolisticVideo): PoseFile {
  const frames = numbers.length / FRAME_NUMBERS
  const data = new Float32Array(frames * POINTS * 3)
  const confidence = new Float32Array(frames * POINTS)
  for (let cell = 0; cell < confidence.length; cell++) {
    const from = cell * NUMBERS
    data[cell * 3] = numbers[from]! * width
    data[cell * 3 + 1] = numbers[from + 1]! * height
    data[cell * 3 + 2] = numbers[from + 2]!
    confidence[cell] = numbers[from + SURE]!
  }
  const { hand } = connections
  const limbs = { body: connections.body, face: connections.face, leftHand: hand, rightHand: hand }
  const components = parts.map((part): PoseComponent => ({ ...componentOf(part, holistic543), limbs: limbs[part.name] }))
  return { version: 0.2, width, height, depth: 0, components, fps, frames, people: 1, points: POINTS, dims: 3, data, confidence }
}
