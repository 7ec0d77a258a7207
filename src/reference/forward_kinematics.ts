// The plain-loop twin of shaders/forward_kinematics.wgsl, in float64, with the skeleton as a table of bones, parents before children.

export interface Bone {
  readonly parent: number
  readonly child: number
  /** Which of the 25 lengths. */
  readonly length: number
}

/** position[child] = position[parent] + boneLength · pose[child] / (|pose[child]| + 1e-10). pose, position: [frames, 50, 3]; boneLength: [25] by length id. */
export function forwardKinematics(pose: Float64Array, boneLength: Float64Array, frames: number, bones: readonly Bone[]): Float64Array {
  const position = new Float64Array(frames * 150)
  for (let t = 0; t < frames; t++) {
    for (let c = 0; c < 3; c++) position[t * 150 + c] = pose[t * 150 + c]!
    for (const { parent, child, length } of bones) {
      const [from, to] = [t * 150 + parent * 3, t * 150 + child * 3]
      const norm = Math.sqrt(pose[to]! ** 2 + pose[to + 1]! ** 2 + pose[to + 2]! ** 2) + 1e-10
      for (let c = 0; c < 3; c++) position[to + c] = position[from + c]! + (boneLength[length]! * pose[to + c]!) / norm
    }
  }
  return position
}
