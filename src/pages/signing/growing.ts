// A motion that comes in pieces.

import type { Motion } from '../../motion/clip.js'

/** Two pieces as one motion; the first may be missing. Rates and layouts are those of the second. */
export function joined(before: Motion | undefined, piece: Motion): Motion {
  if (!before) return piece
  const { confidence } = piece
  return {
    ...piece,
    frames: before.frames + piece.frames,
    joints: appended(before.joints, piece.joints),
    ...(before.confidence && confidence && { confidence: appended(before.confidence, confidence) }),
  }
}

function appended(before: Float32Array, after: Float32Array): Float32Array {
  const all = new Float32Array(before.length + after.length)
  all.set(before)
  all.set(after, before.length)
  return all
}
