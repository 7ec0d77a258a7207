// Frames of a motion of any layout: some of its own, and at moments between them, where points go in straight lines.

import { roundedToEven } from '../base/rounded.js'
import type { Motion } from './clip.js'
import { coordinatesOf } from './layout/layout.js'
import { layoutOfMotion } from './layout/layouts.js'

/**
 * The motion at these moments, in frames from its first on, none after its last. A point seen in both neighbours moves, and its confidence changes, in a
 * straight line; seen in one of them, it stays there with its confidence times the nearness of that frame, 1 to 0; else it is not seen.
 */
export function atMoments<M extends Motion>(motion: M, moments: readonly number[]): M {
  const layout = layoutOfMotion(motion)
  const numbers = coordinatesOf(layout)
  const { joints, confidence } = motion
  const last = motion.frames - 1
  const out = new Float32Array(moments.length * numbers)
  const sure = confidence && new Float32Array(moments.length * layout.points)
  for (const [k, moment] of moments.entries()) {
    const before = Math.floor(moment)
    const share = moment - before
    const [a, b] = [before, Math.min(before + 1, last)]
    for (let i = 0; i < numbers; i++) {
      const [from, to] = [joints[a * numbers + i]!, joints[b * numbers + i]!]
      out[k * numbers + i] = from + share * (to - from)
    }
    if (!confidence) continue
    for (let point = 0; point < layout.points; point++) {
      const [sureA, sureB] = [confidence[a * layout.points + point]!, confidence[b * layout.points + point]!]
      sure![k * layout.points + point] = sureA + share * (sureB - sureA)
      if (sureA > 0 === sureB > 0) continue
      const seen = (sureA > 0 ? a : b) * numbers + point * layout.dims
      const at = k * numbers + point * layout.dims
      // At the moment of the frame that does not show it, it is nowhere.
      if (sure![k * layout.points + point]! > 0) out.set(joints.subarray(seen, seen + layout.dims), at)
      else out.fill(0, at, at + layout.dims)
    }
  }
  return { ...motion, joints: out, frames: moments.length, ...(sure && { confidence: sure }) }
}

/** Frames 0, k, 2k, … of a motion; the motion itself where k is 1. Its rate stays as it is said to be. */
export function everyFrameOf<M extends Motion>(motion: M, k: number): M {
  return k === 1 ? motion : pickedFrames(motion, (t) => t * k, Math.ceil(motion.frames / k))
}

/** The first frames of a motion. */
export const firstFrames = <M extends Motion>(motion: M, frames: number): M => pickedFrames(motion, (t) => t, frames)

/** So many frames of a motion, its first and last among them and the others as evenly between them as can be. */
export function evenFrames<M extends Motion>(motion: M, frames: number): M {
  const step = frames === 1 ? 0 : (motion.frames - 1) / (frames - 1)
  return pickedFrames(motion, (t) => roundedToEven(t * step), frames)
}

/** So many frames of a motion, as `from` says which. */
function pickedFrames<M extends Motion>(motion: M, from: (frame: number) => number, frames: number): M {
  const { points, dims } = layoutOfMotion(motion)
  const pick = (values: Float32Array, numbers: number): Float32Array => {
    const out = new Float32Array(frames * numbers)
    for (let t = 0; t < frames; t++) out.set(values.subarray(from(t) * numbers, (from(t) + 1) * numbers), t * numbers)
    return out
  }
  const { joints, confidence } = motion
  return { ...motion, joints: pick(joints, points * dims), frames, ...(confidence && { confidence: pick(confidence, points) }) }
}
