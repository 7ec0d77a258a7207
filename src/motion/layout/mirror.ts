// Motions of any layout as in a mirror, and with their sides called right.

import { SignError } from '../../base/errors.js'
import type { Motion } from '../clip.js'
import { linesAreExchanged } from '../sides.js'
import type { Layout } from './layout.js'
import { layoutOfMotion } from './layouts.js'

/** The left hand signs what the right one did, on the other side of the picture. Throws ERR_DATA for a layout without a mirror. */
export function mirroredMotion<M extends Motion>(motion: M): M {
  const layout = layoutOfMotion(motion)
  return {
    ...motion,
    joints: mirroredPoints(motion.joints, layout),
    ...(motion.confidence && { confidence: exchanged(motion.confidence, layout, 1) }),
  }
}

/** Coordinates [frames, points × dimensions] about x = 0, left and right exchanged. Throws ERR_DATA for a layout without a mirror. */
export function mirroredPoints(joints: Float32Array, layout: Layout): Float32Array {
  const out = exchanged(joints, layout, layout.dims)
  for (let i = 0; i < out.length; i += layout.dims) out[i] = -out[i]!
  return out
}

/**
 * The motion of a signer who faces the camera, as sides.ts has it of 50 joints: with left and right exchanged where in nearly all frames the right shoulder lies
 * beside the left one, on the picture's right. No point moves in the picture. Of a layout without a mirror, as it is.
 */
export function facingMotion<M extends Motion>(motion: M): M {
  const layout = layoutOfMotion(motion)
  const { anchors, points, dims, otherSide } = layout
  if (!otherSide) return motion
  const { joints, confidence, frames } = motion
  const lines = Array.from({ length: frames }, (_, t) => t).flatMap((t) => {
    const [right, left] = [t * points + anchors.rightShoulder, t * points + anchors.leftShoulder]
    if (confidence && !(confidence[right]! > 0 && confidence[left]! > 0)) return []
    return [[joints[left * dims]! - joints[right * dims]!, joints[left * dims + 1]! - joints[right * dims + 1]!] as const]
  })
  return linesAreExchanged(lines) ? exchangedMotion(motion) : motion
}

/** The motion with left and right points in each other's place; no point moves in the picture. Throws ERR_DATA for a layout without a mirror. */
export function exchangedMotion<M extends Motion>(motion: M): M {
  const layout = layoutOfMotion(motion)
  return {
    ...motion,
    joints: exchanged(motion.joints, layout, layout.dims),
    ...(motion.confidence && { confidence: exchanged(motion.confidence, layout, 1) }),
  }
}

/** Numbers, `each` a point, with those of every point in the place of the one that mirrors it. */
function exchanged(numbers: Float32Array, { name, points, otherSide }: Layout, each: number): Float32Array {
  if (!otherSide) {
    const problem = `wanted a layout whose points mirror each other, got ${name}`
    throw new SignError('ERR_DATA', 'mirror', problem, 'Leave mirroring out, or convert the motions')
  }
  const out = new Float32Array(numbers.length)
  for (let cell = 0; cell < numbers.length / each; cell++) {
    const from = (cell - (cell % points) + otherSide[cell % points]!) * each
    out.set(numbers.subarray(from, from + each), cell * each)
  }
  return out
}
