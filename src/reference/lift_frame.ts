// The plain-loop twin of shaders/lift_frame.wgsl, in float64: the lifting objective, its gradients, and how a gradient becomes a step.

import type { Bone } from './forward_kinematics.js'

/** Sums over one clip's joints, before their divisors. */
export interface LiftSums {
  /** Σ w·|X − target|² in the picture. */
  readonly data: number
  /** Σ |X_t − X_{t+1}|² over neighbouring frames. */
  readonly smoothness: number
}

export interface LiftGrads {
  /** [frames, 50, 3], at the root's position and the bones' directions. */
  readonly pose: Float64Array
  /** [frames, 25], each frame's share of the gradient at the log-lengths; the cost of length itself is left to lift_lengths. */
  readonly logLength: Float64Array
}

/** keypoints: [frames, 50, 3] = x, y, confidence; position: [frames, 50, 3]. */
export function liftSums(keypoints: Float64Array, position: Float64Array, frames: number): LiftSums {
  let [data, smoothness] = [0, 0]
  for (let i = 0; i < frames * 150; i += 3) {
    data += keypoints[i + 2]! * ((position[i]! - keypoints[i]!) ** 2 + (position[i + 1]! - keypoints[i + 1]!) ** 2)
  }
  for (let i = 0; i < (frames - 1) * 150; i++) smoothness += (position[i]! - position[i + 150]!) ** 2
  return { data, smoothness }
}

/** Gradients of data / (50·frames) + smoothnessCost · smoothness / (50·(frames − 1)); one frame has no smoothness. */
export function liftGrads(
  keypoints: Float64Array,
  position: Float64Array,
  pose: Float64Array,
  boneLength: Float64Array,
  frames: number,
  smoothnessCost: number,
  bones: readonly Bone[],
): LiftGrads {
  const carried = gradsAtJoints(keypoints, position, frames, smoothnessCost)
  const grads = { pose: new Float64Array(frames * 150), logLength: new Float64Array(frames * 25) }
  for (let t = 0; t < frames; t++) {
    for (let b = bones.length - 1; b >= 0; b--) {
      const { parent, child, length } = bones[b]!
      const [from, to] = [t * 150 + parent * 3, t * 150 + child * 3]
      const norm = Math.sqrt(pose[to]! ** 2 + pose[to + 1]! ** 2 + pose[to + 2]! ** 2) + 1e-10
      let along = 0
      for (let c = 0; c < 3; c++) along += (pose[to + c]! / norm) * carried[to + c]!
      grads.logLength[t * 25 + length]! += boneLength[length]! * along
      for (let c = 0; c < 3; c++) {
        grads.pose[to + c] = (boneLength[length]! / norm) * (carried[to + c]! - (pose[to + c]! / norm) * along)
        carried[from + c]! += carried[to + c]!
      }
    }
    for (let c = 0; c < 3; c++) grads.pose[t * 150 + c] = carried[t * 150 + c]!
  }
  return grads
}

/** dloss/dX of every joint by itself, nothing carried yet. [frames, 50, 3] */
function gradsAtJoints(keypoints: Float64Array, position: Float64Array, frames: number, smoothnessCost: number): Float64Array {
  const grad = new Float64Array(frames * 150)
  for (let i = 0; i < frames * 150; i += 3) {
    const pull = (2 * keypoints[i + 2]!) / (50 * frames)
    grad[i] = pull * (position[i]! - keypoints[i]!)
    grad[i + 1] = pull * (position[i + 1]! - keypoints[i + 1]!)
  }
  const hold = (2 * smoothnessCost) / (50 * Math.max(1, frames - 1))
  for (let i = 0; i < (frames - 1) * 150; i++) {
    const apart = hold * (position[i]! - position[i + 150]!)
    grad[i]! += apart
    grad[i + 150]! -= apart
  }
  return grad
}

export interface LiftStep {
  /** 0 gradient descent, 1 Adam. */
  readonly rule: number
  readonly rate: number
  readonly meanDecay: number
  readonly squareDecay: number
}

export interface LiftMoments {
  /** As long as the values. */
  readonly mean: Float64Array
  /** One for each group of `width` values. */
  readonly square: Float64Array
}

/** Moves `values` down `gradient` in place. Adam shares one second moment among the `width` numbers of a vector, and does not correct its start. */
export function descend(values: Float64Array, grad: Float64Array, moments: LiftMoments, width: number, step: LiftStep): void {
  const { rule, rate, meanDecay, squareDecay } = step
  if (rule === 0) {
    for (let i = 0; i < values.length; i++) values[i]! -= rate * grad[i]!
    return
  }
  for (let g = 0; g < moments.square.length; g++) {
    let size = 0
    for (let i = g * width; i < (g + 1) * width; i++) size += grad[i]! ** 2
    moments.square[g] = squareDecay * moments.square[g]! + (1 - squareDecay) * size
    for (let i = g * width; i < (g + 1) * width; i++) {
      moments.mean[i] = meanDecay * moments.mean[i]! + (1 - meanDecay) * grad[i]!
      values[i]! -= (rate * moments.mean[i]!) / (Math.sqrt(moments.square[g]!) + 1e-12)
    }
  }
}
