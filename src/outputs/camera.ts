// Where the viewer stands: turns 3D joints, and scales them to a square picture that fits the whole motion, so that nothing jumps between frames.

import type { Motion } from '../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { COORDS, JOINTS, joint } from '../motion/skeleton.js'

/** A camera on a square picture, orthographic unless it says otherwise. All lengths in units of the motion (shoulders 1/3 apart). */
export interface Camera {
  /** The point that lands in the middle of the picture, and that turning leaves in place. */
  readonly centre: readonly [x: number, y: number, z: number]
  /** What the picture is wide and high. */
  readonly extent: number
  /** Radians around the vertical: positive turns the signer's front to the right of the picture. */
  readonly yaw: number
  /** Radians around the horizontal: positive turns the front down, as if seen from above. */
  readonly pitch: number
  /** How many times larger than what fits the picture; 1 unless given. */
  readonly zoom?: number
  /** Whether what is nearer is larger. */
  readonly perspective?: boolean
}

export type Turn = Partial<Pick<Camera, 'yaw' | 'pitch'>>

/** A joint in the picture: pixels right and down, how near it is (larger is nearer), and how many pixels a unit of the motion takes there. */
export interface Point {
  readonly x: number
  readonly y: number
  readonly near: number
  readonly scale: number
}

/** The head is no joint; its size comes from people: about 0.6 of the shoulder width across. */
export const HEAD_RADIUS = 0.095

/** Hands lie in front of the body (depth only grows towards the viewer), so the middle of a signer does too. */
const MIDDLE_DEPTH = 0.1
/** Head and chest are always in the picture, however small the motion. */
const LEAST = { left: -0.33, right: 0.33, top: -0.33, bottom: 0.4 }
/** A motion that strays further than this (an untrained model's) is cut off rather than shrinking the signer to a speck. */
const FURTHEST = 0.9
const MARGIN = 0.035
/** From a perspective camera to the middle: far enough that the hands in front of a signer grow by about a tenth. */
const EYE_DISTANCE = 2.6
/** What comes nearer to the eye than this grows no more. */
const NEAREST_TO_EYE = 0.2
/** The body's own wrists are not drawn: the hands' roots stand for them. */
const hidden: readonly number[] = [joint.leftWrist, joint.rightWrist]

/** The camera that shows all of these motions at one scale, from the front unless turned. */
export function cameraFor(motions: readonly Motion[], turn: Turn = {}): Camera {
  const box = { ...LEAST }
  for (const motion of motions)
    for (const [x, y, reach] of shownPoints(motion)) {
      box.left = Math.max(-FURTHEST, Math.min(box.left, x - reach))
      box.right = Math.min(FURTHEST, Math.max(box.right, x + reach))
      box.top = Math.max(-FURTHEST, Math.min(box.top, y - reach))
      box.bottom = Math.min(FURTHEST, Math.max(box.bottom, y + reach))
    }
  return {
    centre: [(box.left + box.right) / 2, (box.top + box.bottom) / 2, MIDDLE_DEPTH],
    extent: Math.max(box.right - box.left, box.bottom - box.top),
    yaw: turn.yaw ?? 0,
    pitch: turn.pitch ?? 0,
  }
}

/** Every point that is drawn of a motion, in all frames, and what is to be free about it. */
function* shownPoints(motion: Motion): Generator<readonly [x: number, y: number, reach: number]> {
  const { joints, confidence } = motion
  if (isSkeleton(motion)) {
    for (let at = 0; at + 2 < joints.length; at += 3) {
      const id = (at % COORDS) / 3
      if (!hidden.includes(id)) yield [joints[at]!, joints[at + 1]!, MARGIN + (id === joint.nose ? HEAD_RADIUS : 0)]
    }
    return
  }
  const { dims } = layoutOfMotion(motion)
  for (let at = 0; at + 1 < joints.length; at += dims)
    if (confidence === undefined || confidence[at / dims]! > 0) yield [joints[at]!, joints[at + 1]!, MARGIN]
}

/** The 50 joints of one frame (150 numbers) in a picture of `size` pixels a side. */
export function project(frame: Float32Array, camera: Camera, size: number): Point[] {
  return Array.from({ length: JOINTS }, (_, id) => projectPoint(frame[3 * id]!, frame[3 * id + 1]!, frame[3 * id + 2]!, camera, size))
}

/** One point in space, in a picture of `size` pixels a side. */
export function projectPoint(x: number, y: number, z: number, camera: Camera, size: number): Point {
  const right = x - camera.centre[0]
  const down = y - camera.centre[1]
  const near = z - camera.centre[2]
  const turnedRight = right * Math.cos(camera.yaw) + near * Math.sin(camera.yaw)
  const turnedNear = near * Math.cos(camera.yaw) - right * Math.sin(camera.yaw)
  const tiltedDown = down * Math.cos(camera.pitch) + turnedNear * Math.sin(camera.pitch)
  const tiltedNear = turnedNear * Math.cos(camera.pitch) - down * Math.sin(camera.pitch)
  const growth = camera.perspective ? EYE_DISTANCE / Math.max(NEAREST_TO_EYE, EYE_DISTANCE - tiltedNear) : 1
  const scale = (size / camera.extent) * (camera.zoom ?? 1) * growth
  return { x: size / 2 + turnedRight * scale, y: size / 2 + tiltedDown * scale, near: tiltedNear, scale }
}
