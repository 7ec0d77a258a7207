// What every writer asks of a motion before it writes anything.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import type { Motion } from './clip.js'
import { COORDS, JOINTS, jointNames } from './skeleton.js'

/** Throws ERR_DATA where a motion has no frames, no clock, not 150 numbers a frame, or a number that is NaN or infinite, whose frame and joint are named. */
export function checkMotion(motion: Motion, who: string): void {
  const { frames, fps, joints } = motion
  if (!(frames >= 1 && Number.isInteger(frames)))
    throw new SignError('ERR_DATA', who, `wanted at least one frame, got ${frames}`, 'Check that the motion is not empty')
  if (!(fps > 0 && Number.isFinite(fps)))
    throw new SignError('ERR_DATA', who, `wanted frames per second above 0, got ${fps}`, 'Give the motion the rate it was filmed at')
  if (joints.length !== frames * COORDS) {
    const wanted = `${frames * COORDS} numbers for ${frames} frames`
    throw new SignError('ERR_DATA', who, `wanted ${wanted}, got ${joints.length}`, `Give ${COORDS} numbers a frame, without the counter`)
  }
  checkFinite(joints, who)
}

/** Throws ERR_DATA naming frame, joint and axis of the first coordinate of `joints` [frames, 150] that is NaN or infinite. */
export function checkFinite(joints: Float32Array, who: string): void {
  const at = firstNonFinite(joints)
  if (at < 0) return
  const joint = Math.floor(at / 3) % JOINTS
  const place = `frame ${Math.floor(at / COORDS)}, joint ${joint} ${'xyz'[at % 3]} (${jointNames[joint]})`
  throw new SignError(
    'ERR_DATA',
    who,
    `wanted finite coordinates, got ${joints[at]} in ${place}`,
    'Drop the clip or fill the missing joint',
  )
}
