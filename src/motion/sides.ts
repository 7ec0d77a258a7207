// Which side is which. Inside, a signer faces the camera: the signer's right hand is on the picture's left, so that x of `rightShoulder` is below that of
// `leftShoulder`. Detectors have it so.
//
// The PHOENIX14T motions published with Progressive Transformers, and with them many `.skels` files and models, have the signer's left arm where right is meant:
// joints 2 to 4 and 29 to 49 lie on the picture's right. It is the names that are changed over, not the picture that is mirrored: in all ten clips we have the hand
// on the picture's left leads, as the right hands of right-handed signers do. No header tells, but the shoulders do. So a corpus, and any file of
// motions that is converted, has the sides of a motion exchanged whose right shoulder is on the picture's right; the plain readers of a format give what is in the
// file. Whoever writes motions writes them as they are inside.

import { KEYPOINT, type KeypointClip } from './keypoints.js'
import { COORDS, JOINTS, joint, jointNames } from './skeleton.js'

/** For each joint the one that mirrors it: `leftIndex1` for `rightIndex1`, itself for nose and neck. */
export const otherSide: readonly number[] = jointNames.map((name) => {
  const other = name.replace(/^(left|right)/, (side) => (side === 'left' ? 'right' : 'left'))
  return jointNames.indexOf(other)
})

/** Shoulders seen from the front lie side by side; of what does not, nothing is known. */
const LEVEL = 0.8
const MOST = 0.9

/** Whether in nearly all frames of `joints` [frames, 150] the right shoulder lies beside the left one, on the picture's right. */
export function sidesAreExchanged(joints: Float32Array, frames: number): boolean {
  const [right, left] = [joint.rightShoulder * 3, joint.leftShoulder * 3]
  const lines = Array.from({ length: frames }, (_, t) => t * COORDS).map(
    (t) => [joints[t + left]! - joints[t + right]!, joints[t + left + 1]! - joints[t + right + 1]!] as const,
  )
  return linesAreExchanged(lines)
}

/** The same of the lines from right shoulder to left, one for each frame that shows both. */
export function linesAreExchanged(lines: readonly (readonly [x: number, y: number])[]): boolean {
  const exchanged = lines.filter(([x, y]) => -x > LEVEL * Math.hypot(x, y)).length
  return exchanged > 0 && exchanged >= MOST * lines.length
}

/** The same of what a detector saw, by the frames that show both shoulders. */
export function keypointSidesAreExchanged({ keypoints, frames }: Pick<KeypointClip, 'keypoints' | 'frames'>): boolean {
  const [right, left] = [joint.rightShoulder * KEYPOINT, joint.leftShoulder * KEYPOINT]
  const lines = Array.from({ length: frames }, (_, t) => keypoints.subarray(t * JOINTS * KEYPOINT, (t + 1) * JOINTS * KEYPOINT))
    .filter((frame) => frame[right + 2]! > 0 && frame[left + 2]! > 0)
    .map((frame) => [frame[left]! - frame[right]!, frame[left + 1]! - frame[right + 1]!] as const)
  return linesAreExchanged(lines)
}

/** `joints` [frames, 150] with left joints in place of right ones and the other way round; no joint moves in the picture. */
export function exchangeSides(joints: Float32Array): Float32Array {
  const out = new Float32Array(joints.length)
  for (let cell = 0; cell < joints.length / 3; cell++) {
    const from = (cell - (cell % JOINTS) + otherSide[cell % JOINTS]!) * 3
    out.set(joints.subarray(from, from + 3), cell * 3)
  }
  return out
}

/** `joints` [frames, 150] as in a mirror: the left hand signs what the right one did, on the other side of the picture. Bones keep their lengths. */
export function mirrored(joints: Float32Array): Float32Array {
  const out = exchangeSides(joints)
  for (let i = 0; i < out.length; i += 3) out[i] = -out[i]!
  return out
}

/** The motion of a signer who faces the camera: `joints` [frames, 150] as they are, or with the sides exchanged where they are named the other way round. */
export function facing(joints: Float32Array, frames: number): Float32Array {
  return sidesAreExchanged(joints, frames) ? exchangeSides(joints) : joints
}
