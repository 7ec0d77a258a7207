// For the tests of rigs: motions that never stretch a bone, and how far joints are from where they should be.

import { Random } from '../base/random.js'
import type { Motion } from './clip.js'
import { bones, COORDS, JOINTS } from './skeleton.js'

/** A motion whose bones turn every way, at random but smoothly, and keep their lengths. The neck stays at 0. */
export function rigidMotion(frames: number, seed: number): Motion {
  const random = new Random(seed)
  const lengths = Array.from({ length: 25 }, () => 0.05 + 0.2 * random.uniform())
  const waves = bones.map(() => Array.from({ length: 4 }, () => 6 * random.uniform()) as [number, number, number, number])
  const joints = new Float32Array(frames * COORDS)
  for (let t = 0; t < frames; t++) {
    const at = new Float64Array(COORDS)
    for (const [b, { parent, child, length }] of bones.entries()) {
      const [p, q, r, s] = waves[b]!
      const [azimuth, height] = [p + Math.sin(q + t / 9), 1.2 * Math.sin(r + (s * t) / 40)]
      const way = [Math.cos(azimuth) * Math.cos(height), Math.sin(height), Math.sin(azimuth) * Math.cos(height)]
      // The first bone runs to the neck, which stays where it is.
      for (let axis = 0; axis < 3; axis++) {
        const step = lengths[length]! * way[axis]!
        if (b === 0) at[parent * 3 + axis] = -step
        else at[child * 3 + axis] = at[parent * 3 + axis]! + step
      }
    }
    joints.set(at, t * COORDS)
  }
  return { joints, frames, fps: 25 }
}

/** The farthest that `position` of any joint is from the motion's own, in units of the motion; `position` answers in the rig's axes, y up. */
export function worstDistance({ joints }: Motion, frame: number, position: (joint: number) => readonly number[]): number {
  const distances = Array.from({ length: JOINTS }, (_, id) => {
    const [x, y, z] = position(id)
    const at = frame * COORDS + id * 3
    return Math.hypot(x! - joints[at]!, y! + joints[at + 1]!, z! - joints[at + 2]!)
  })
  return Math.max(...distances)
}
