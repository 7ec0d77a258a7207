// Signs in a row become one motion: from rest, sign after sign with smooth ways between them, back to rest.

import { vec3 } from 'gl-matrix'
import type { Motion } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import type { Point } from './hand.js'
import { between, type HandPose, type Pose, writePose } from './rig.js'
import { restPose, type Sign, signPose } from './signs.js'

/** Share of a sign's frames spent on the way to it. */
const TRANSITION_SHARE = 0.4

/** Frames in which something is signed: the first, and the one behind the last. */
export interface FrameSpan {
  readonly first: number
  readonly end: number
}

/**
 * The motion of a sequence of signs, starting and ending in the rest pose; and the frames of each sign, ways to and from it aside.
 *
 * @param framesPerSign frames of a usual sign with the way to it; a sign's own pace varies that
 * @param drift moves every signed place a little, as no two utterances are alike
 */
export function signSentence(signs: readonly Sign[], framesPerSign: number, fps: number, drift: Point): Motion & { spans: FrameSpan[] } {
  const poses: Pose[] = [restPose]
  const spans: FrameSpan[] = []
  const way = Math.max(2, Math.round(framesPerSign * TRANSITION_SHARE))
  const goTo = (target: Pose) => {
    const from = poses.at(-1)!
    for (let i = 1; i <= way; i++) poses.push(between(from, target, minimumJerk(i / way)))
  }
  for (const sign of signs) {
    const stroke = Math.max(2, Math.round((framesPerSign - way) * sign.pace))
    goTo(drifted(signPose(sign, 0), drift))
    // The way ends where the sign begins.
    spans.push({ first: poses.length - 1, end: poses.length + stroke })
    for (let i = 1; i <= stroke; i++) poses.push(drifted(signPose(sign, minimumJerk(i / stroke)), drift))
  }
  goTo(restPose)

  const joints = new Float32Array(poses.length * COORDS)
  for (const [i, pose] of poses.entries()) writePose(pose, joints, i * COORDS)
  return { joints, frames: poses.length, fps, spans }
}

/** How a hand covers the way from 0 to 1: speed and acceleration are zero at both ends, as in human reaching. */
export function minimumJerk(t: number): number {
  return t ** 3 * (10 - 15 * t + 6 * t ** 2)
}

function drifted(pose: Pose, drift: Point): Pose {
  const move = (hand: HandPose): HandPose => ({
    ...hand,
    place: vec3.add([0, 0, 0], hand.place, drift) as Point,
  })
  return { ...pose, right: move(pose.right), left: move(pose.left) }
}
