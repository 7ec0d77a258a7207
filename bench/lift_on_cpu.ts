// The same objective and the same steps in one thread of plain loops, in float64: what the kernels are compared with. It is their reference, run to the end.

import { LENGTH_COST, SMOOTHNESS_COST, type Step } from '../src/lift/objective.js'
import { liftTargets } from '../src/lift/targets.js'
import type { KeypointClip } from '../src/motion/keypoints.js'
import { bones } from '../src/motion/skeleton.js'
import { forwardKinematics } from '../src/reference/forward_kinematics.js'
import { descend, type LiftMoments, liftGrads, liftSums } from '../src/reference/lift_frame.js'
import { lengthGrads, liftLoss } from '../src/reference/lift_lengths.js'
import { liftStart } from '../src/reference/lift_start.js'

/** Lifts one clip; returns its loss after `iterations` steps. */
export function liftOnCpu(clip: KeypointClip, step: Step, iterations: number): number {
  const { frames } = clip
  const targets = liftTargets(clip)
  const keypoints = Float64Array.from(targets.keypoints)
  const mask = targets.seen.map(Number)
  const logLength = targets.lengths.map(Math.log)
  const root = Float64Array.from({ length: frames * 3 }, (_, i) => (i % 3 === 2 ? 0 : keypoints[Math.floor(i / 3) * 150 + (i % 3)]!))
  const pose = liftStart(keypoints, root, logLength.map(Math.exp), frames, bones)
  const place = () => forwardKinematics(pose, logLength.map(Math.exp), frames, bones)
  const moments = momentsFor(frames * 50, 3)
  const lengthMoments = momentsFor(25, 1)
  for (let i = 0; i < iterations; i++) {
    const grads = liftGrads(keypoints, place(), pose, logLength.map(Math.exp), frames, SMOOTHNESS_COST, bones)
    descend(pose, grads.pose, moments, 3, step)
    descend(logLength, lengthGrads(grads.logLength, logLength, LENGTH_COST, mask), lengthMoments, 1, step)
  }
  const { data, length, smoothness } = liftLoss(liftSums(keypoints, place(), frames), logLength, frames)
  return data + LENGTH_COST * length + SMOOTHNESS_COST * smoothness
}

function momentsFor(groups: number, width: number): LiftMoments {
  return { mean: new Float64Array(groups * width), square: new Float64Array(groups) }
}
