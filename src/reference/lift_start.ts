// The plain-loop twin of shaders/lift_start.wgsl, in float64.

import type { Bone } from './forward_kinematics.js'

/**
 * The first pose: the root where it starts, every bone a unit vector towards its joint in the picture, leaning out of it by the length that is missing.
 * keypoints: [frames, 50, 3] = x, y, confidence; root: [frames, 3]; boneLength: [25] by length id. Returns [frames, 50, 3].
 */
export function liftStart(
  keypoints: Float64Array,
  root: Float64Array,
  boneLength: Float64Array,
  frames: number,
  bones: readonly Bone[],
): Float64Array {
  const pose = new Float64Array(frames * 150)
  for (let t = 0; t < frames; t++) {
    pose.set(root.subarray(t * 3, t * 3 + 3), t * 150)
    const placed = new Float64Array(100)
    placed.set(root.subarray(t * 3, t * 3 + 2))
    for (const { parent, child, length } of bones) {
      const size = boneLength[length]!
      const dx = keypoints[t * 150 + child * 3]! - placed[parent * 2]!
      const dy = keypoints[t * 150 + child * 3 + 1]! - placed[parent * 2 + 1]!
      const seen = Math.hypot(dx, dy)
      const depth = seen <= size ? Math.sqrt(size * size - seen * seen) + 0.001 : 0.001
      const v = seen === 0 ? [1, 1, 1.001] : [dx, dy, depth]
      const norm = Math.hypot(v[0]!, v[1]!, v[2]!)
      for (let c = 0; c < 3; c++) pose[t * 150 + child * 3 + c] = v[c]! / norm
      for (let c = 0; c < 2; c++) placed[child * 2 + c] = placed[parent * 2 + c]! + (size * v[c]!) / norm
    }
  }
  return pose
}
