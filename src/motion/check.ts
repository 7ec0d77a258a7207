// What every writer asks of a motion before it writes anything.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import type { Motion } from './clip.js'
import { coordinatesOf, type Layout, numberName } from './layout/layout.js'
import { isSkeleton, layoutOfMotion } from './layout/layouts.js'
import { skeleton50 } from './layout/skeleton_50.js'
import { JOINTS, jointNames } from './skeleton.js'

/**
 * Throws ERR_DATA where a motion has no frames, no clock, not as many numbers a frame as its layout, or a number that is NaN or infinite, whose frame and point
 * are named.
 */
export function checkMotion(motion: Motion, who: string): void {
  const { frames, fps, joints, confidence } = motion
  const layout = layoutOfMotion(motion)
  const numbers = coordinatesOf(layout)
  if (!(frames >= 1 && Number.isInteger(frames)))
    throw new SignError('ERR_DATA', who, `wanted at least one frame, got ${frames}`, 'Check that the motion is not empty')
  if (!(fps > 0 && Number.isFinite(fps)))
    throw new SignError('ERR_DATA', who, `wanted frames per second above 0, got ${fps}`, 'Give the motion the rate it was filmed at')
  if (joints.length !== frames * numbers) {
    const wanted = `${frames * numbers} numbers for ${frames} frames`
    throw new SignError('ERR_DATA', who, `wanted ${wanted}, got ${joints.length}`, `Give ${numbers} numbers a frame, without the counter`)
  }
  checkFinite(joints, who, layout)
  if (confidence) checkConfidence(confidence, frames, layout, who)
}

/** The same, and throws ERR_DATA for a motion of another layout than `skeleton-50`. */
export function checkSkeleton(motion: Motion, who: string): void {
  if (!isSkeleton(motion)) throw notSkeleton(motion, who)
  checkMotion(motion, who)
}

/** That a motion is none of 50 joints, for what is told of these alone. */
export const notSkeleton = ({ layout }: Pick<Motion, 'layout'>, who: string): SignError =>
  new SignError(
    'ERR_DATA',
    who,
    `wanted a motion of skeleton-50, got one of ${layout}`,
    'Convert it: signllm data convert --layout skeleton-50',
  )

/** Throws ERR_DATA naming frame, point and axis of the first coordinate of `joints` that is NaN or infinite. */
export function checkFinite(joints: Float32Array, who: string, layout: Layout = skeleton50): void {
  const at = firstNonFinite(joints)
  if (at < 0) return
  throw new SignError(
    'ERR_DATA',
    who,
    `wanted finite coordinates, got ${joints[at]} in ${placeOf(at, layout)}`,
    'Drop the clip or fill the missing joint',
  )
}

function placeOf(at: number, layout: Layout): string {
  const { dims } = layout
  const [frame, number] = [Math.floor(at / coordinatesOf(layout)), at % coordinatesOf(layout)]
  if (layout !== skeleton50) return `frame ${frame}, ${numberName(layout, number)}`
  const joint = Math.floor(at / dims) % JOINTS
  return `frame ${frame}, joint ${joint} ${'xyz'[at % dims]} (${jointNames[joint]})`
}

function checkConfidence(confidence: Float32Array, frames: number, { points, pointNames }: Layout, who: string): void {
  if (confidence.length !== frames * points) {
    const problem = `wanted ${frames * points} confidences for ${frames} frames, got ${confidence.length}`
    throw new SignError('ERR_DATA', who, problem, `Give ${points} confidences a frame`)
  }
  const at = confidence.findIndex((value) => !(value >= 0 && value <= 1))
  if (at < 0) return
  const place = `frame ${Math.floor(at / points)}, ${pointNames[at % points]}`
  throw new SignError('ERR_DATA', who, `wanted a confidence between 0 and 1, got ${confidence[at]} in ${place}`, 'Give what is unseen 0')
}
