// A made-up signer for the tests of pictures: shoulders, bent arms and spread fingers that wave, so that every joint is somewhere of its own.

import type { Motion } from '../motion/clip.js'
import { bones, COORDS, fingers, joint } from '../motion/skeleton.js'

const body: readonly (readonly [x: number, y: number, z: number])[] = [
  [0, -0.2, 0],
  [0, 0, 0],
  [-0.166, 0.02, 0],
  [-0.26, 0.28, 0.08],
  [-0.12, 0.2, 0.2],
  [0.166, 0.02, 0],
  [0.26, 0.28, 0.08],
  [0.12, 0.2, 0.2],
]

/** `frames` frames of waving at 25 frames per second. */
export function signer(frames: number): Motion {
  const joints = new Float32Array(frames * COORDS)
  for (let frame = 0; frame < frames; frame++) joints.set(pose(0.05 * Math.sin(frame / 2)), frame * COORDS)
  return { joints, frames, fps: 25 }
}

function pose(sway: number): number[] {
  const points = body.map((point) => point.slice())
  for (const { parent, child, part } of bones) {
    if (child < body.length) continue
    const [x, y, z] = points[parent] as [number, number, number]
    const finger = (fingers as readonly string[]).indexOf(part)
    const outwards = child < joint.rightHand ? -1 : 1
    points[child] = finger < 0 ? [x, y - 0.02 + sway, z] : [x + outwards * (finger - 1.5) * 0.011, y - 0.028, z]
  }
  return points.flat()
}
