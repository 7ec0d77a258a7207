// The plain-loop twin of shaders/bone_loss*.wgsl, in float64, with the skeleton as a table of bones. Slow on purpose: nothing here may be clever.

export interface BoneLossShape {
  readonly batch: number
  readonly length: number
  readonly stride: number
  /** Weights of the two losses. */
  readonly bones: number
  readonly velocity: number
}

export interface BoneLossInputs {
  /** [batch, length, stride], in the model's units. */
  readonly pred: Float64Array
  readonly goal: Float64Array
  /** [2, stride]: centre and scale of each column. */
  readonly units: Float64Array
  readonly frames: Uint32Array
}

/** A bone from one joint to another. */
interface Ends {
  readonly parent: number
  readonly child: number
}

const JOINTS = 50
const axes = [0, 1, 2] as const
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const minus = (a: readonly number[], b: readonly number[]): number[] => axes.map((i) => a[i]! - b[i]!)

/** The vector of a bone in the data's units. */
function vectorOf(values: Float64Array, { units }: BoneLossInputs, stride: number, row: number, { parent, child }: Ends): number[] {
  const place = (joint: number) =>
    axes.map((i) => units[3 * joint + i]! + units[stride + 3 * joint + i]! * values[row * stride + 3 * joint + i]!)
  return minus(place(child), place(parent))
}

/** The difference of predicted and true direction, and what the predicted vector was divided by; undefined where the bone does not count. */
function directionError(inputs: BoneLossInputs, stride: number, row: number, bone: Ends) {
  const v = vectorOf(inputs.pred, inputs, stride, row, bone)
  const wanted = vectorOf(inputs.goal, inputs, stride, row, bone)
  const size = Math.sqrt(dot(v, v))
  const wantedSize = Math.sqrt(dot(wanted, wanted))
  if (wantedSize < 1e-6) return undefined
  const short = size < wantedSize / 4
  const divisor = short ? wantedSize / 4 : size
  const direction = v.map((x) => x / divisor)
  const error = axes.map((i) => direction[i]! - wanted[i]! / wantedSize)
  return { error, direction, divisor, short }
}

/** The change of a bone's error since the row before; 0 where it does not count in both. */
function turnError(inputs: BoneLossInputs, stride: number, row: number, bone: Ends): number[] {
  const [now, before] = [directionError(inputs, stride, row, bone), directionError(inputs, stride, row - 1, bone)]
  return now && before ? minus(now.error, before.error) : [0, 0, 0]
}

/** The change of a joint's error since the row before. */
function driftError({ pred, goal }: BoneLossInputs, stride: number, row: number, joint: number): number[] {
  const error = (at: number) => axes.map((i) => pred[at * stride + 3 * joint + i]! - goal[at * stride + 3 * joint + i]!)
  return minus(error(row), error(row - 1))
}

/** rowSums[b,t] = (bones, velocity), each with its weight; (0, 0) where t >= frames[b] */
export function boneLoss(inputs: BoneLossInputs, shape: BoneLossShape, skeleton: readonly Ends[]): Float64Array {
  const { batch, length, stride, bones, velocity } = shape
  const rowSums = new Float64Array(batch * length * 2)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < Math.min(inputs.frames[b]!, length); t++) {
      const row = b * length + t
      for (const bone of skeleton) {
        const error = directionError(inputs, stride, row, bone)?.error ?? [0, 0, 0]
        rowSums[2 * row]! += (bones * dot(error, error)) / 49
        if (t === 0) continue
        const turn = turnError(inputs, stride, row, bone)
        rowSums[2 * row + 1]! += (velocity * dot(turn, turn)) / 49
      }
      for (let joint = 0; t > 0 && joint < JOINTS; joint++) {
        const drift = driftError(inputs, stride, row, joint)
        rowSums[2 * row + 1]! += (velocity * dot(drift, drift)) / 50
      }
    }
  }
  return rowSums
}

/** report[b] = coefficient·weight·Σ_t rowSums[b,t] */
export function boneLossReport(
  rowSums: Float64Array,
  frames: Uint32Array,
  weight: Float64Array,
  coefficient: Float64Array,
  length: number,
): Float64Array {
  const report = new Float64Array(2 * frames.length)
  for (let b = 0; b < frames.length; b++) {
    const factor = coefficient[b]! * weight[b]!
    if (factor === 0) continue
    for (let t = 0; t < Math.min(frames[b]!, length); t++)
      for (const part of [0, 1]) report[2 * b + part]! += factor * rowSums[2 * (b * length + t) + part]!
  }
  return report
}

/** dpred of Σ_b coefficient·weight·Σ_t (both sums); 0 in padding */
export function boneLossGrad(
  inputs: BoneLossInputs,
  weight: Float64Array,
  coefficient: Float64Array,
  { batch, length, stride, bones, velocity }: BoneLossShape,
  skeleton: readonly Ends[],
): Float64Array {
  const { units, frames } = inputs
  const dpred = new Float64Array(batch * length * stride)
  for (let b = 0; b < batch; b++) {
    const factor = weight[b]! * coefficient[b]!
    const rows = Math.min(frames[b]!, length)
    if (factor === 0) continue
    for (let t = 0; t < rows; t++) {
      const row = b * length + t
      const add = (joint: number, grad: readonly number[]) => {
        for (const i of axes) dpred[row * stride + 3 * joint + i]! += factor * grad[i]!
      }
      for (const bone of skeleton) {
        const own = directionError(inputs, stride, row, bone)
        if (!own) continue
        const [before, after] = [
          t > 0 ? turnError(inputs, stride, row, bone) : [0, 0, 0],
          t + 1 < rows ? turnError(inputs, stride, row + 1, bone) : [0, 0, 0],
        ]
        const pull = axes.map((i) => (2 / 49) * (bones * own.error[i]! + velocity * (before[i]! - after[i]!)))
        const along = own.short ? 0 : dot(own.direction, pull)
        const grad = axes.map((i) => (pull[i]! - own.direction[i]! * along) / own.divisor)
        const scaled = (joint: number, sign: number) => axes.map((i) => sign * units[stride + 3 * joint + i]! * grad[i]!)
        add(bone.child, scaled(bone.child, 1))
        add(bone.parent, scaled(bone.parent, -1))
      }
      for (let joint = 0; joint < JOINTS; joint++) {
        if (t > 0)
          add(
            joint,
            driftError(inputs, stride, row, joint).map((x) => (velocity * 2 * x) / 50),
          )
        if (t + 1 < rows)
          add(
            joint,
            driftError(inputs, stride, row + 1, joint).map((x) => (-velocity * 2 * x) / 50),
          )
      }
    }
  }
  return dpred
}
