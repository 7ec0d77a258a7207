// The plain-loop twin of shaders/bone_joints*.wgsl, in float64, with the tree as a table of bones from the neck outwards.

/** Which joint a bone hangs from, and which it places. */
export interface HungBone {
  readonly from: number
  readonly to: number
}

export interface BonePlaces {
  /** [50, 3]: each bone's direction in the start frame, by the joint it places. */
  readonly start: Float64Array
  /** [50, 3] each: a joint at p is seen as (p - centre) / scale. */
  readonly centre: Float64Array
  readonly scale: Float64Array
  /** [clips, 50]: by the joint that a bone places. */
  readonly boneLength: Float64Array
}

export interface BoneRows {
  readonly rows: number
  /** Rows of a clip. */
  readonly length: number
  readonly stride: number
}

const NECK = 1

/** joint[to] = joint[from] + L · v / (|v| + 1e-10), v = x[to] + start[to], the neck where x says. x and what is returned: [rows, stride]. */
export function boneJoints(
  x: Float64Array,
  places: BonePlaces,
  { rows, length, stride }: BoneRows,
  bones: readonly HungBone[],
): Float64Array {
  const { start, centre, scale, boneLength } = places
  const y = x.slice()
  for (let row = 0; row < rows; row++) {
    const joints = new Float64Array(150)
    for (let c = 3 * NECK; c < 3 * NECK + 3; c++) joints[c] = centre[c]! + scale[c]! * x[row * stride + c]!
    for (const { from, to } of bones) {
      const v = [0, 1, 2].map((c) => x[row * stride + 3 * to + c]! + start[3 * to + c]!)
      const size = boneLength[50 * Math.floor(row / length) + to]! / (Math.hypot(...v) + 1e-10)
      for (let c = 0; c < 3; c++) {
        joints[3 * to + c] = joints[3 * from + c]! + size * v[c]!
        y[row * stride + 3 * to + c] = (joints[3 * to + c]! - centre[3 * to + c]!) / scale[3 * to + c]!
      }
    }
  }
  return y
}

/** The gradient at x, from that at y. Both [rows, stride]. */
export function boneJointsGrad(
  x: Float64Array,
  dy: Float64Array,
  places: BonePlaces,
  { rows, length, stride }: BoneRows,
  bones: readonly HungBone[],
): Float64Array {
  const { start, scale, boneLength } = places
  const dx = dy.slice()
  for (let row = 0; row < rows; row++) {
    // Of each joint, what it and all that hangs from it pull.
    const pull = Float64Array.from(scale.subarray(0, 150), (s, c) => dy[row * stride + c]! / s)
    for (const { from, to } of bones.toReversed()) {
      for (let c = 0; c < 3; c++) pull[3 * from + c]! += pull[3 * to + c]!
      const v = [0, 1, 2].map((c) => x[row * stride + 3 * to + c]! + start[3 * to + c]!)
      const norm = Math.hypot(...v) + 1e-10
      const along = v.reduce((sum, value, c) => sum + (value / norm) * pull[3 * to + c]!, 0)
      const size = boneLength[50 * Math.floor(row / length) + to]! / norm
      for (let c = 0; c < 3; c++) dx[row * stride + 3 * to + c] = size * (pull[3 * to + c]! - (v[c]! / norm) * along)
    }
    for (let c = 3 * NECK; c < 3 * NECK + 3; c++) dx[row * stride + c] = scale[c]! * pull[c]!
  }
  return dx
}
