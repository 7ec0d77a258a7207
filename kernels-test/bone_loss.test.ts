import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { boneLoss, boneLossGrad, boneLossReport } from '../src/kernels/bone_loss.js'
import { bones, COORDS, JOINTS } from '../src/motion/skeleton.js'
import * as reference from '../src/reference/bone_loss.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// A workgroup has eight rows of one sample: one row, a tile less one, whole tiles, one over, a prime of them, the smallest stride there is, and padding of
// more than a workgroup of columns.
const shapes = [
  { batch: 1, length: 1, stride: 152 },
  { batch: 3, length: 5, stride: 150 },
  { batch: 2, length: 7, stride: 152 },
  { batch: 3, length: 16, stride: 152 },
  { batch: 2, length: 17, stride: 152 },
  { batch: 1, length: 67, stride: 152 },
  { batch: 2, length: 3, stride: 236 },
]

const weightings = [
  { bones: 1.5, velocity: 0 },
  { bones: 0, velocity: 0.75 },
  { bones: 1.5, velocity: 0.75 },
]

/** Joints that coincide with their parents in some frames, as the hands' roots do with the wrists in many corpora. */
const doubled = [
  [8, 7],
  [29, 4],
] as const

interface Shape {
  readonly batch: number
  readonly length: number
  readonly stride: number
}

/** Motion whose bones have random directions and lengths of 0.3 to 1; of the predicted ones a sixth are shrunken. `padding` stands where nothing counts. */
function motionOf({ batch, length, stride }: Shape, seed: number, padding: number) {
  const random = new Random(seed)
  const frames = Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : Math.floor((length * b) / batch)))
  const units = noise(2 * stride, seed + 1).map((v, i) => (i < stride ? v : Math.fround(1 + v / 2)))
  for (const [joint, parent] of doubled)
    for (const row of [0, stride]) units.copyWithin(row + 3 * joint, row + 3 * parent, row + 3 * parent + 3)
  const isPadding = (i: number) => i % stride >= COORDS || Math.floor(i / stride) % length >= frames[Math.floor(i / stride / length)]!

  const values = (shrinks: boolean) => {
    const numbers = new Float64Array(batch * length * stride)
    for (let row = 0; row < batch * length; row++) {
      const place = new Float64Array(COORDS)
      for (const { parent, child } of bones) {
        const v = [0, 1, 2].map(() => 2 * random.uniform() - 1)
        const size = (0.3 + 0.7 * random.uniform()) * (shrinks && random.below(6) === 0 ? 0.05 : 1)
        const norm = Math.hypot(...v)
        v.forEach((x, i) => {
          place[3 * child + i] = place[3 * parent + i]! + (x * size) / norm
        })
      }
      place.forEach((x, i) => {
        numbers[row * stride + i] = Math.fround((x - units[i]!) / units[stride + i]!)
      })
      const start = row * stride
      if (!shrinks && row % 3 === 1)
        for (const [joint, parent] of doubled) numbers.copyWithin(start + 3 * joint, start + 3 * parent, start + 3 * parent + 3)
    }
    return numbers.map((v, i) => (isPadding(i) ? padding : v))
  }
  const [pred, goal] = [values(true), values(false)]
  return { inputs: { pred, goal, units, frames }, weight: noise(batch, seed + 2), coefficient: noise(batch, seed + 3), isPadding }
}

const lossOf = (motion: ReturnType<typeof motionOf>, shape: reference.BoneLossShape, pred: Float64Array): number => {
  const { inputs, weight, coefficient } = motion
  const rowSums = reference.boneLoss({ ...inputs, pred }, shape, bones)
  return reference.boneLossReport(rowSums, inputs.frames, weight, coefficient, shape.length).reduce((sum, share) => sum + share, 0)
}

const nameOf = (sizes: object): string => Object.values(sizes).join('×')

describe('bone_loss', () => {
  it.each(weightings)('has a reference gradient that matches finite differences, with weights %o', (weights) => {
    const shape = { batch: 1, length: 3, stride: 150, ...weights }
    const motion = motionOf(shape, 3, 0)
    const { inputs, weight, coefficient } = motion
    const grad = reference.boneLossGrad(inputs, weight, coefficient, shape, bones)
    expectGrad(
      'dpred',
      grad,
      finiteDifference((at) => lossOf(motion, shape, at), inputs.pred),
    )
  })

  for (const shape of shapes) {
    for (const weights of weightings) {
      it(`matches the reference both ways, with NaN for padding, at ${nameOf(shape)} with weights ${nameOf(weights)}`, async () => {
        const params = { ...shape, ...weights }
        const { batch, length, stride } = shape
        const { inputs, weight, coefficient, isPadding } = motionOf(shape, 5, Number.NaN)
        const { rowSums } = await runKernel(boneLoss, { ...inputs, rowSums: batch * length * 2 }, params)
        // Places are of up to 4, so a bone's vector has an error of up to 8 roundings of 1; over a length of 0.3 or, where it is shrunken, a divisor
        // of 0.075, a direction has up to 100. They are averaged over the skeleton and come twice, in a square of numbers below 2.
        expectClose('rowSums', rowSums, reference.boneLoss(inputs, params, bones), { ulps: 64, scale: 4 })

        const buffers = { ...inputs, weight, coefficient }
        const wanted = reference.boneLossGrad(inputs, weight, coefficient, params, bones)
        const { dpred } = await runKernel(boneLossGrad, { ...buffers, dpred: batch * length * stride }, { ...params, accumulate: 0 })
        // The same directions over the same divisors again, one of six bones at a joint after the other.
        const scale = Math.max(1, ...wanted.map(Math.abs))
        expectClose('dpred', dpred, wanted, { ulps: 256, scale })
        expect(
          [...dpred].filter((v, i) => isPadding(i) && !Object.is(v, 0)),
          'gradients in padding',
        ).toEqual([])

        const there = noise(batch * length * stride, 9)
        const added = await runKernel(boneLossGrad, { ...buffers, dpred: there }, { ...params, accumulate: 1 })
        // To the bit the sum of what was there and what replacing gives.
        expect([...added.dpred]).toEqual([...dpred].map((v, i) => Math.fround(v + there[i]!)))
      })
    }
  }

  it('is 0, and so is its gradient, where bones have the true directions whatever their lengths, and nothing moves otherwise than it should', async () => {
    const shape = { batch: 1, length: 2, stride: 152 }
    const { inputs } = motionOf(shape, 7, 0)
    const { goal, units, frames } = inputs
    // Twice the size about the nose: places double, directions stay.
    const pred = goal.map((v, i) => {
      const c = i % shape.stride
      if (c >= COORDS) return v
      const nose = Math.floor(i / shape.stride) * shape.stride + (c % 3)
      const place = (at: number, column: number) => units[column]! + units[shape.stride + column]! * goal[at]!
      return Math.fround((2 * place(i, c) - place(nose, c % 3) - units[c]!) / units[shape.stride + c]!)
    })
    const one = Float64Array.of(1)
    const params = { ...shape, bones: 1, velocity: 0 }
    const { rowSums } = await runKernel(boneLoss, { ...inputs, pred, rowSums: 4 }, params)
    for (const sum of rowSums) expect(Math.abs(sum)).toBeLessThan(1e-11)
    const buffers = { pred: goal, goal, units, frames, weight: one, coefficient: one, dpred: goal.length }
    const { dpred } = await runKernel(boneLossGrad, buffers, { ...params, velocity: 1, accumulate: 0 })
    expect([...dpred].filter((v) => v !== 0)).toEqual([])
  })

  it('counts a finger bone as much as an upper arm: bending either by the same angle costs the same', async () => {
    const shape = { batch: 1, length: 1, stride: 152 }
    // Every bone points down, a finger's a tenth as long as another; nothing is scaled.
    const units = Float64Array.from({ length: 2 * shape.stride }, (_, i) => (i < shape.stride ? 0 : 1))
    const bent = (joint: number) => {
      const values = new Float64Array(shape.stride)
      for (const { parent, child } of bones) {
        const size = child > 8 && child !== 29 ? 0.05 : 0.5
        const [x, y] = child === joint ? [Math.sin(1) * size, Math.cos(1) * size] : [0, size]
        values[3 * child] = values[3 * parent]! + x
        values[3 * child + 1] = values[3 * parent + 1]! + y
      }
      return values
    }
    const loss = async (joint: number) => {
      const buffers = { pred: bent(joint), goal: bent(-1), units, frames: Uint32Array.of(1), rowSums: 2 }
      const { rowSums } = await runKernel(boneLoss, buffers, { ...shape, bones: 49, velocity: 0 })
      return rowSums[0]!
    }
    for (const joint of [3, 12, 49]) expect(await loss(joint)).toBeCloseTo((2 * Math.sin(0.5)) ** 2, 4)
  })

  it('does not count bones without length, in either frame of a motion', async () => {
    const shape = { batch: 1, length: 2, stride: 152 }
    const { inputs } = motionOf(shape, 11, 0)
    const units = Float64Array.from({ length: 2 * shape.stride }, (_, i) => (i < shape.stride ? 0 : 1))
    // A person who is not there at first.
    const goal = inputs.goal.map((v, i) => (i < shape.stride ? 0 : v))
    const params = { ...shape, bones: 1, velocity: 1 }
    const { rowSums } = await runKernel(boneLoss, { ...inputs, units, goal, rowSums: 4 }, params)
    expect(rowSums[0]).toBe(0)
    const drift = inputs.pred.reduce((sum, v, i) => {
      if (i < shape.stride || i % shape.stride >= COORDS) return sum
      return sum + (v - inputs.pred[i - shape.stride]! - goal[i]!) ** 2
    }, 0)
    expect(rowSums[3]! / (drift / JOINTS)).toBeCloseTo(1, 4)
  })

  it('lets a skipped sample that overflowed spoil neither gradient nor report', async () => {
    const shape = { batch: 2, length: 2, stride: 152 }
    const { inputs, coefficient } = motionOf({ ...shape, length: 2 }, 13, 0)
    inputs.frames.fill(2)
    inputs.pred.fill(Number.POSITIVE_INFINITY, 0, shape.stride)
    const weight = Float64Array.of(0, 1)
    const params = { ...shape, bones: 1, velocity: 1 }
    const { rowSums } = await runKernel(boneLoss, { ...inputs, rowSums: 8 }, params)
    const { report } = await runKernel(boneLossReport, { rowSums, frames: inputs.frames, weight, coefficient, report: 4 }, params)
    expect([...report.subarray(0, 2)]).toEqual([0, 0])
    const { dpred } = await runKernel(
      boneLossGrad,
      { ...inputs, weight, coefficient, dpred: inputs.pred.length },
      { ...params, accumulate: 0 },
    )
    expect([...dpred.subarray(0, 2 * shape.stride)].filter((v) => v !== 0)).toEqual([])
    expect([...dpred].every(Number.isFinite)).toBe(true)
  })
})

describe('bone_loss_report', () => {
  it.each([1, 63, 64, 65, 211])('matches the reference at %i samples, and reads no rows past their own', async (batch) => {
    const length = 4
    const frames = Uint32Array.from({ length: batch }, (_, b) => (b * 5 + 1) % (length + 2))
    const rowSums = noise(batch * length * 2, 21).map((v, i) =>
      (i >> 1) % length < frames[Math.floor(i / 2 / length)]! ? Math.abs(v) : Number.NaN,
    )
    const [weight, coefficient] = [noise(batch, 22), noise(batch, 23)]
    const { report } = await runKernel(boneLossReport, { rowSums, frames, weight, coefficient, report: 2 * batch }, { batch, length })
    const wanted = reference.boneLossReport(rowSums, frames, weight, coefficient, length)
    // Three additions and two products.
    expectClose('report', report, wanted, { ulps: 6, scale: wanted.map(Math.abs) })
  })
})
