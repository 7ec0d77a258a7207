import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import { type AnyKernel, chosenVariant } from '../src/device/kernel.js'
import { contrastivePairs, contrastivePairsGrad } from '../src/kernels/contrastive_pairs.js'
import { ROW_LANES } from '../src/kernels/reductions.js'
import * as reference from '../src/reference/contrastive_pairs.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, hasSubgroups, noise, runKernel } from './harness.js'
import { withLanes } from './subgroup_lanes.js'

const NONE = 0xffffffff

// Pairs (64 a workgroup): two; 63, 64, 66; several workgroups. Lanes of the gradient (batch · length · width / 4, 64 a workgroup): 1, 63, 64,
// 65, 3 · 50 · 13. maxDistance is near the distances of noise, so that hinges are on both sides.
const shapes = [
  { batch: 1, length: 1, width: 4, positives: 1, slots: 2, maxDistance: 1.5 },
  { batch: 3, length: 7, width: 12, positives: 1, slots: 3, maxDistance: 2.5 },
  { batch: 2, length: 16, width: 8, positives: 1, slots: 2, maxDistance: 2 },
  { batch: 1, length: 13, width: 20, positives: 2, slots: 6, maxDistance: 3 },
  { batch: 3, length: 50, width: 52, positives: 2, slots: 6, maxDistance: 6 },
]
type Shape = (typeof shapes)[number]
const forms = [
  ['Euclidean, hinge', 0],
  ['L1, softplus', 1],
] as const
/** L1 distances of noise are larger by a root of the width. */
const paramsOf = (shape: Shape, form: number) => ({
  ...shape,
  form,
  maxDistance: form === 0 ? shape.maxDistance : Math.fround(0.7 * shape.width),
})

/** Partners by chance, some none; of the last clip the second half is padding, which is NaN. */
function batchOf({ batch, length, width, slots }: Shape) {
  const random = new Random(31 * batch + length)
  const framesOf = (b: number) => (b === batch - 1 ? Math.ceil(length / 2) : length)
  const partner = Uint32Array.from({ length: batch * length * slots }, (_, p) => {
    const [b, t] = [Math.floor(p / slots / length), Math.floor(p / slots) % length]
    return t < framesOf(b) && random.uniform() < 0.8 ? random.below(framesOf(b)) : NONE
  })
  const x = noise(batch * length * width, 1).map((v, i) => {
    const row = Math.floor(i / width)
    return row % length < framesOf(Math.floor(row / length)) ? v : Number.NaN
  })
  const rowOf = (p: number) => Math.floor(p / slots / length) * length + partner[p]!
  const lists = Array.from({ length: batch * length }, (): number[] => [])
  partner.forEach((frame, p) => {
    if (frame < length) lists[rowOf(p)]!.push(p)
  })
  const start = new Uint32Array(batch * length + 1)
  lists.forEach((list, row) => {
    start[row + 1] = start[row]! + list.length
  })
  // What start does not reach is no pair at all.
  const reverse = new Uint32Array(partner.length).fill(NONE)
  reverse.set(lists.flat())
  return { x, partner, weight: noise(partner.length, 2), start, reverse }
}

async function expectResult(shape: Shape, form: number, kernel: typeof contrastivePairs, on?: Gpu): Promise<void> {
  const params = paramsOf(shape, form)
  const { x, partner, weight } = batchOf(shape)
  const { result } = await runKernel(kernel, { x, partner, weight, result: 2 * partner.length }, params, on)
  const want = reference.contrastivePairs(x, partner, weight, params)
  // A distance is a sum in four runs: width/4 + 3 roundings, the differences', the root's and maxDistance's of a number below 2·width. Of the
  // softplus an exponential of 3 + 2|z| ulps, where e^-|z| makes that 5 of 1 at most; then some ten operations.
  const ulps = shape.width / 4 + 24
  const size = form === 0 ? 2 * Math.sqrt(shape.width) : 2 * shape.width
  // The slope moves with the distance at most as fast as the distance itself; in form 0 it is divided by it.
  const scale = want.map((v, i) => (i % 2 === 0 ? size : form === 0 ? Math.max(1, Math.abs(v)) : size))
  expectClose('result', result, want, { ulps, scale })
}

describe('contrastive_pairs', () => {
  it.each(forms)('has a reference gradient that matches finite differences: %s', (_, form) => {
    const params = paramsOf({ batch: 2, length: 4, width: 4, positives: 1, slots: 2, maxDistance: 1 }, form)
    const partner = Uint32Array.of(1, 3, 2, NONE, 1, 0, 2, 0, 1, 2, 0, 2, 1, 0, NONE, NONE)
    const weight = noise(16, 3)
    const x = noise(32, 4, 0.6)
    const result = reference.contrastivePairs(x, partner, weight, params)
    const cost = (at: Float64Array) =>
      dot(
        reference.contrastivePairs(at, partner, weight, params),
        Float64Array.from({ length: 32 }, (_, i) => 1 - (i % 2)),
      )
    expectGrad('dx', reference.contrastivePairsGrad(x, partner, result, weight, params), finiteDifference(cost, x))
    // Some of the hinges are on and some off, or one side would not have been looked at.
    if (form === 0) {
      const negatives = [...partner.keys()].filter((p) => p % 2 === 1 && partner[p]! < 4)
      expect(new Set(negatives.map((p) => Math.sign(result[2 * p + 1]!)))).toEqual(new Set([-1, 0]))
    }
  })

  for (const shape of shapes) {
    const { batch, length, width, slots } = shape
    for (const [name, form] of forms) {
      it(`matches the reference, ${name}, at [${batch}, ${length}, ${width}] with ${slots} slots`, async ({ skip }) => {
        await expectResult(shape, form, forced(contrastivePairs, 'portable'))
        if (!(await hasSubgroups(ROW_LANES))) skip('the portable variant only: this adapter has no subgroups of one size')
        await expectResult(shape, form, forced(contrastivePairs, 'subgroup'))
      })

      it(`matches the reference gradient, ${name}, at [${batch}, ${length}, ${width}] with ${slots} slots`, async () => {
        const params = paramsOf(shape, form)
        const { x, partner, weight, start, reverse } = batchOf(shape)
        const n = batch * length * width
        const result = reference.contrastivePairs(x, partner, weight, params).map(Math.fround)
        const want = reference.contrastivePairsGrad(x, partner, result, weight, params)
        const buffers = { x, partner, result, share: weight, start, reverse }
        const sizes = { batch, length, width, slots, form }
        const { dx } = await runKernel(contrastivePairsGrad, { ...buffers, dx: n }, { ...sizes, accumulate: 0 })
        // A frame is in some 2·slots pairs, of three products each of numbers up to 2.
        const tolerance = { ulps: 12 * slots, scale: Math.max(2, ...result.filter((_, i) => i % 2 === 1).map(Math.abs)) }
        expectClose('dx', dx, want, tolerance)
        const there = noise(n, 5)
        const added = await runKernel(contrastivePairsGrad, { ...buffers, dx: there }, { ...sizes, accumulate: 1 })
        expectClose(
          'dx added',
          added.dx,
          want.map((v, i) => v + there[i]!),
          tolerance,
        )
        expect(dx.every((v, i) => !Number.isNaN(x[i]!) || v === 0)).toBe(true)
      })
    }
  }

  it.each([32, 64])('matches the reference with subgroups of %i lanes spelled out', async (lanes) => {
    for (const [, form] of forms) await expectResult(shapes[4]!, form, forced(contrastivePairs, 'subgroup'), await withLanes(lanes))
  })

  it.each(forms)('gives no gradient where two frames are the same: %s', async (_, form) => {
    const row = noise(4, 6)
    const x = Float64Array.of(...row, ...row)
    // Neighbours, and a negative, at distance 0.
    const partner = Uint32Array.of(1, 1, NONE, NONE)
    const weight = Float64Array.of(1, 1, 0, 0)
    const params = { batch: 1, length: 2, width: 4, positives: 1, slots: 2, form, maxDistance: 3 }
    const { result } = await runKernel(contrastivePairs, { x, partner, weight, result: 8 }, params)
    expectClose('result', result, reference.contrastivePairs(x, partner, weight, params), { ulps: 16, scale: 4 })
    const lists = { start: Uint32Array.of(0, 0, 2), reverse: Uint32Array.of(0, 1, NONE, NONE) }
    const { dx } = await runKernel(
      contrastivePairsGrad,
      { x, partner, result, share: weight, ...lists, dx: 8 },
      { batch: 1, length: 2, width: 4, slots: 2, form, accumulate: 0 },
    )
    expect([...dx]).toEqual(new Array(8).fill(0))
  })

  it('keeps the digits of a softplus far below 0, and is finite far above', async () => {
    // Distances of 0.5, 20, 90 and 10 000 from the first frame, of neighbours and of negatives.
    const x = new Float64Array(20)
    ;[0, 0.5, 20, 90, 1e4].forEach((v, row) => {
      x[4 * row] = v
    })
    const partner = Uint32Array.of(1, 2, 3, 4, 1, 2, 3, 4, ...new Array(32).fill(NONE))
    const params = { batch: 1, length: 5, width: 4, positives: 4, slots: 8, form: 1, maxDistance: 32 }
    const weight = new Float64Array(40).fill(1)
    const { result } = await runKernel(contrastivePairs, { x, partner, weight, result: 80 }, params)
    const want = reference.contrastivePairs(x, partner, weight, params)
    // exp(-|z|) may be off by 3 + 2|z| ulps, z being 60 at most where it is not 0.
    expectClose('result', result, want, { ulps: 2 * (3 + 2 * 60) + 10, scale: want.map((v) => Math.max(Math.abs(v), 2 ** -126)) })
  })

  it('is a subgroup a pair on GPUs, a lane a pair on software drivers', () => {
    const params = paramsOf(shapes[4]!, 0)
    const on = (software: boolean) =>
      chosenVariant(contrastivePairs as unknown as AnyKernel, params, { software, features: new Set(['subgroups']), subgroupSize: 32 })
    expect(on(false)).toMatchObject({ shader: 'contrastive_pairs_subgroup', constants: { LANES: 32, ROWS: 4 }, grid: [225, 1] })
    expect(on(true)).toMatchObject({ shader: 'contrastive_pairs', grid: [15, 1] })
  })
})
