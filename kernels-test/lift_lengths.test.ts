import { describe, expect, it } from 'vitest'
import { liftRule } from '../src/kernels/lift_frame.js'
import { liftLengths } from '../src/kernels/lift_lengths.js'
import { descend } from '../src/reference/lift_frame.js'
import * as reference from '../src/reference/lift_lengths.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'
import { type Batch, batches, batchOf, lengthRows, PADDING } from './lift_batch.js'

const lengthCost = 0.001
const steps = {
  descent: { rule: liftRule.descent, rate: 0.1, meanDecay: 0, squareDecay: 0 },
  adam: { rule: liftRule.adam, rate: 0.02, meanDecay: 0.9, squareDecay: 0.95 },
}

/** Every third length is held. */
const mask = Float64Array.from({ length: 25 }, (_, id) => Math.sign(id % 3))
const masks = (clips: number) => Float64Array.from({ length: clips * 25 }, (_, i) => mask[i % 25]!)

/** Each clip's [frames, 27]: gradients of 25 lengths, then the two sums, which are squares. */
const sharesOf = ({ clips }: Batch) =>
  clips.map(({ frames }, k) => noise(frames * 27, 40 + k).map((v, i) => (i % 27 < 25 ? v : Math.abs(v))))

/** [frames, 27] of each clip → [27, capacity], NaN in padding. */
function toGradRows({ capacity, first }: Batch, shares: readonly Float64Array[]): Float64Array {
  const rows = new Float64Array(27 * capacity).fill(PADDING)
  for (const [k, share] of shares.entries()) {
    for (const [i, value] of share.entries()) rows[(i % 27) * capacity + first[k]! + Math.floor(i / 27)] = value
  }
  return rows
}

const lengthsOf = (rows: ArrayLike<number>, k: number) => Float32Array.from({ length: 25 }, (_, id) => rows[k * 25 + id]!)

const column = (share: Float64Array, keep: (c: number) => boolean) => share.filter((_, i) => keep(i % 27))

describe('lift_lengths', () => {
  it('has a reference gradient of the cost of length that matches finite differences, but for lengths that are held', () => {
    const logLength = noise(25, 1)
    const cost = (at: Float64Array) => lengthCost * reference.liftLoss({ data: 0, smoothness: 0 }, at, 1).length
    const want = finiteDifference(cost, logLength).map((grad, k) => mask[k]! * grad)
    expectGrad('logLength', reference.lengthGrads(new Float64Array(0), logLength, lengthCost, mask), want)
  })

  for (const [name, step] of Object.entries(steps)) {
    for (const lengths of batches) {
      it(`takes a step of ${name} as the reference does, for clips of ${lengths.join(' + ')} frames`, async () => {
        const batch = batchOf(lengths, 1)
        const { clips, capacity, spans, boneLength } = batch
        const shares = sharesOf(batch)
        const moments = new Float64Array(clips.length * 50).fill(Math.fround(0.01))
        const logLength = lengthRows(clips, (clip) => clip.logLength)
        const report = new Float64Array(clips.length * 27)
        const buffers = {
          lengthGrad: toGradRows(batch, shares),
          clips: spans,
          lengthMask: masks(clips.length),
          logLength,
          boneLength,
          moments,
          report,
        }
        const out = await runKernel(liftLengths, buffers, { frames: capacity, clips: clips.length, lengthCost, ...step })
        clips.forEach((clip, k) => {
          const grad = reference.lengthGrads(
            column(shares[k]!, (c) => c < 25),
            clip.logLength,
            lengthCost,
            mask,
          )
          const kept = { mean: new Float64Array(25).fill(Math.fround(0.01)), square: new Float64Array(25).fill(Math.fround(0.01)) }
          const want = clip.logLength.slice()
          descend(want, grad, kept, 1, step)
          // A block of at most 32 sums, then frames/32 more; nothing outgrows the sum of sizes, at most 1 a frame.
          expectClose('logLength', lengthsOf(out.logLength, k), want, { ulps: 48, scale: 2 + (step.rule === 0 ? 0.1 * clip.frames : 0) })
          // e^l moves by L for a change of 1 in l, and is itself good to 5 ulps.
          expectClose('boneLength', lengthsOf(out.boneLength, k), want.map(Math.exp), { ulps: 64, scale: 2 + 0.1 * clip.frames })
          const sum = (c: number) => column(shares[k]!, (at) => at === c).reduce((a, b) => a + b, 0)
          const loss = reference.liftLoss({ data: sum(25), smoothness: sum(26) }, clip.logLength, clip.frames)
          const reported = out.report.subarray(k * 27, k * 27 + 27)
          const got = Float32Array.of(
            reported[25]!,
            reported.subarray(0, 25).reduce((a, b) => a + b),
            reported[26]!,
          )
          expectClose('report', got, Float64Array.of(loss.data, loss.length, loss.smoothness), { ulps: 48, scale: 25 })
        })
      })
    }
  }

  it('gives a clip the same bits alone and among others', async () => {
    const together = batchOf([40, 70], 1)
    const alone = { ...batchOf([70], 1), clips: [together.clips[1]!] }
    const shares = sharesOf(together)
    const run = async (batch: Batch, some: readonly Float64Array[]) => {
      const n = batch.clips.length
      const logLength = lengthRows(batch.clips, (clip) => clip.logLength)
      const boneLength = lengthRows(batch.clips, (clip) => clip.boneLength)
      const rest = { lengthMask: masks(n), moments: new Float64Array(n * 50), report: new Float64Array(n * 27) }
      const buffers = { lengthGrad: toGradRows(batch, some), clips: batch.spans, logLength, boneLength, ...rest }
      return runKernel(liftLengths, buffers, { frames: batch.capacity, clips: n, lengthCost, ...steps.adam })
    }
    const a = await run(together, shares)
    const b = await run(alone, [shares[1]!])
    expect(lengthsOf(a.logLength, 1)).toEqual(lengthsOf(b.logLength, 0))
    expect(a.report.subarray(27)).toEqual(b.report)
  })

  it('holds what its mask holds, from whatever start', async () => {
    const batch = batchOf([40], 1)
    const logLength = lengthRows(batch.clips, (clip) => clip.logLength)
    const rest = { lengthMask: masks(1), moments: new Float64Array(50), report: new Float64Array(27) }
    const buffers = { lengthGrad: toGradRows(batch, sharesOf(batch)), clips: batch.spans, logLength, boneLength: batch.boneLength }
    for (const step of Object.values(steps)) {
      const out = await runKernel(liftLengths, { ...buffers, ...rest }, { frames: batch.capacity, clips: 1, lengthCost, ...step })
      const moved = lengthsOf(out.logLength, 0).map((l, id) => Number(l !== Math.fround(logLength[id]!)))
      expect([...moved]).toEqual([...mask])
    }
  })

  it('leaves a resting clip as it is', async () => {
    const batch = batchOf([4, 3], 1)
    batch.spans[3] = 0
    const logLength = lengthRows(batch.clips, (clip) => clip.logLength)
    const buffers = { lengthGrad: toGradRows(batch, sharesOf(batch)), clips: batch.spans, logLength, boneLength: batch.boneLength }
    const rest = { lengthMask: masks(2), moments: new Float64Array(2 * 50), report: new Float64Array(2 * 27).fill(7) }
    const out = await runKernel(liftLengths, { ...buffers, ...rest }, { frames: batch.capacity, clips: 2, lengthCost, ...steps.adam })
    expect(lengthsOf(out.logLength, 1)).toEqual(lengthsOf(logLength, 1))
    expect(out.report.subarray(27).every((value) => value === 7)).toBe(true)
    expect(lengthsOf(out.logLength, 0)).not.toEqual(lengthsOf(logLength, 0))
  })
})
