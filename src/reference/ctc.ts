// The plain-loop twins of shaders/ctc*.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface CtcShape {
  readonly batch: number
  readonly frames: number
  readonly labelRoom: number
  readonly classes: number
  readonly stride: number
  readonly blank: number
}

/** What a batch's labels are; all u32: labels [batch, labelRoom], labelLengths [batch], lengths [batch]. */
export interface CtcLabels {
  readonly labels: Uint32Array
  readonly labelLengths: Uint32Array
  readonly lengths: Uint32Array
}

/** Stands for log 0, as the kernels store it. */
export const LOWEST = Math.fround(-1e30)
/** Stands for no class and no label. */
export const NONE = 0xffffffff

/** top [batch, frames]: the logSumExp of each frame's first `classes` logits, 0 past a length. */
export function ctcLogSum(logits: Float64Array, lengths: Uint32Array, { batch, frames, classes, stride }: CtcShape): Float64Array {
  const top = new Float64Array(batch * frames)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < Math.min(lengths[b]!, frames); t++) {
      const row = logits.subarray((b * frames + t) * stride, (b * frames + t) * stride + classes)
      const high = Math.max(...row)
      top[b * frames + t] = high + Math.log(row.reduce((sum, x) => sum + Math.exp(x - high), 0))
    }
  }
  return top
}

/** A sample's extended labels: the blank, and each label with a blank behind it. */
export function statesOf({ labels, labelLengths }: CtcLabels, b: number, { labelRoom, blank }: CtcShape): number[] {
  const own = labels.subarray(b * labelRoom, b * labelRoom + Math.min(labelLengths[b]!, labelRoom))
  return [blank, ...[...own].flatMap((label) => [label, blank])]
}

/** Whether an alignment may go from state s - 2 to s. */
export const skipsTo = (states: readonly number[], s: number): boolean => s % 2 === 1 && s >= 3 && states[s] !== states[s - 2]

/** Frames of a sample; undefined where no alignment of its labels exists. */
export function alignedFrames(given: CtcLabels, b: number, shape: CtcShape): number | undefined {
  const own = statesOf(given, b, shape).filter((_, s) => s % 2 === 1)
  const repeats = own.filter((label, i) => i > 0 && label === own[i - 1]).length
  const known = own.every((label) => label < shape.classes && label !== shape.blank)
  const frames = Math.min(given.lengths[b]!, shape.frames)
  return known && frames >= own.length + repeats ? frames : undefined
}

export interface CtcRun {
  /** [2, batch, frames, 2·labelRoom + 1]: α, then β, each row under the highest of the row it was made of. */
  readonly paths: Float64Array
  /** [batch, 2] of (loss, 1), or (0, 0) where there is no alignment. */
  readonly report: Float64Array
  /** [batch, labelRoom, 2]: the class that a label is the first of, and the next label of its class. */
  readonly owners: Uint32Array
}

export function ctc(logits: Float64Array, top: Float64Array, given: CtcLabels, shape: CtcShape): CtcRun {
  const { batch, frames: room, labelRoom, stride } = shape
  const width = 2 * labelRoom + 1
  const paths = new Float64Array(2 * batch * room * width).fill(LOWEST)
  const report = new Float64Array(2 * batch)
  const owners = new Uint32Array(2 * batch * labelRoom).fill(NONE)
  for (let b = 0; b < batch; b++) {
    const states = statesOf(given, b, shape)
    for (let i = 0; 2 * i + 1 < states.length; i++) {
      const label = states[2 * i + 1]!
      const same = (at: number) => at > 0 && at % 2 === 1 && states[at] === label
      if (!states.some((_, s) => s < 2 * i && same(s))) owners[2 * (b * labelRoom + i)] = label
      const next = states.findIndex((_, s) => s > 2 * i + 1 && same(s))
      if (next >= 0) owners[2 * (b * labelRoom + i) + 1] = (next - 1) / 2
    }
    const frames = alignedFrames(given, b, shape)
    if (frames === undefined) continue
    const y = (t: number, s: number) => logits[(b * room + t) * stride + states[s]!]! - top[b * room + t]!
    const alpha = walk(frames, states, y)
    const beta = walk(frames, states.toReversed(), (n, k) => y(frames - 1 - n, states.length - 1 - k))
    for (let t = 0; t < frames; t++) {
      for (let s = 0; s < states.length; s++) {
        paths[(b * room + t) * width + s] = alpha.rows[t]![s]!
        paths[((batch + b) * room + t) * width + s] = beta.reached[frames - 1 - t]![states.length - 1 - s]!
      }
    }
    const last = alpha.rows.at(-1)
    report[2 * b] = last ? -(logSum(last.slice(-2)) + alpha.shifts) : 0
    report[2 * b + 1] = 1
  }
  return { paths, report, owners }
}

/** α from one end: rows of it, what of each was reached before its own emission, and the sum of what rows were shifted by. */
function walk(frames: number, states: readonly number[], y: (n: number, k: number) => number) {
  const rows: number[][] = []
  const reached: number[][] = []
  let shifts = 0
  for (let n = 0; n < frames; n++) {
    const before = rows[n - 1]
    const high = before ? Math.max(...before) : 0
    shifts += high
    reached[n] = states.map((_, k) => {
      if (!before) return k < 2 ? 0 : LOWEST
      const from = [before[k]!, before[k - 1] ?? LOWEST, skipsTo(states, k) ? before[k - 2]! : LOWEST]
      return Math.max(...from) === LOWEST ? LOWEST : logSum(from) - high
    })
    rows[n] = reached[n]!.map((value, k) => (value === LOWEST ? LOWEST : value + y(n, k)))
  }
  return { rows, reached, shifts }
}

function logSum(values: readonly number[]): number {
  const high = Math.max(...values)
  return high + Math.log(values.reduce((sum, value) => sum + Math.exp(value - high), 0))
}

/** dlogits [batch, frames, stride] = coefficient · softmax; 0 in padding, past a length and in samples without an alignment. */
export function ctcGrad(
  logits: Float64Array,
  top: Float64Array,
  lengths: Uint32Array,
  report: Float64Array,
  coefficient: Float64Array,
  { batch, frames, classes, stride }: CtcShape,
): Float64Array {
  const dlogits = new Float64Array(batch * frames * stride)
  for (let b = 0; b < batch; b++) {
    if (report[2 * b + 1] === 0 || coefficient[b] === 0) continue
    for (let t = 0; t < Math.min(lengths[b]!, frames); t++) {
      const row = (b * frames + t) * stride
      for (let v = 0; v < classes; v++) dlogits[row + v] = coefficient[b]! * Math.exp(logits[row + v]! - top[b * frames + t]!)
    }
  }
  return dlogits
}

/** Takes coefficient · γ of every state from the class it puts out. */
export function ctcGradLabels(
  dlogits: Float64Array,
  paths: Float64Array,
  given: CtcLabels,
  report: Float64Array,
  coefficient: Float64Array,
  shape: CtcShape,
): Float64Array {
  const { batch, frames, labelRoom, stride } = shape
  const width = 2 * labelRoom + 1
  const grad = dlogits.slice()
  for (let b = 0; b < batch; b++) {
    if (report[2 * b + 1] === 0 || coefficient[b] === 0) continue
    const states = statesOf(given, b, shape)
    for (let t = 0; t < Math.min(given.lengths[b]!, frames); t++) {
      const joint = states.map((_, s) => paths[(b * frames + t) * width + s]! + paths[((batch + b) * frames + t) * width + s]!)
      const all = logSum(joint)
      states.forEach((label, s) => {
        grad[(b * frames + t) * stride + label]! -= coefficient[b]! * Math.exp(joint[s]! - all)
      })
    }
  }
  return grad
}
