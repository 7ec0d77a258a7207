import { describe, expect, it } from 'vitest'
import { liftFrame, liftRule } from '../src/kernels/lift_frame.js'
import { bones } from '../src/motion/skeleton.js'
import { forwardKinematics } from '../src/reference/forward_kinematics.js'
import * as reference from '../src/reference/lift_frame.js'
import { liftLoss } from '../src/reference/lift_lengths.js'
import { expectClose, expectGrad, finiteDifference, runKernel } from './harness.js'
import { type Batch, batches, batchOf, type Clip, clipOf, fromRows, toRows } from './lift_batch.js'

const smoothness = 0.1
const adam = { rule: liftRule.adam, rate: 0.02, meanDecay: 0.9, squareDecay: 0.95 }
const descent = { rule: liftRule.descent, rate: 0.1, meanDecay: 0, squareDecay: 0 }

const placed = ({ pose, boneLength, frames }: Clip) => forwardKinematics(pose, boneLength, frames, bones)
const gradsOf = (clip: Clip, position: Float64Array) =>
  reference.liftGrads(clip.keypoints, position, clip.pose, clip.boneLength, clip.frames, smoothness, bones)

function loss(clip: Clip): number {
  const { data, smoothness: steps } = liftLoss(reference.liftSums(clip.keypoints, placed(clip), clip.frames), clip.logLength, clip.frames)
  return data + smoothness * steps
}

/** Everything the kernel takes; positions rounded to float32 as it gets them. */
function inputs(batch: Batch) {
  const positions = batch.clips.map((clip) => placed(clip).map(Math.fround))
  const at = (clip: Clip) => positions[batch.clips.indexOf(clip)]!
  return {
    positions,
    buffers: {
      target2d: toRows(batch, ({ keypoints }) => keypoints),
      position: toRows(batch, at),
      boneLength: batch.boneLength,
      frameClip: batch.frameClip,
      clips: batch.spans,
      pose: toRows(batch, ({ pose }) => pose),
      moments: toRows(batch, ({ pose }) => pose.map((v) => Math.fround(v / 1000)), 1e-4),
      lengthGrad: new Float64Array(27 * batch.capacity),
    },
    params: { frames: batch.capacity, clips: batch.clips.length, smoothness },
  }
}

describe('lift_frame', () => {
  it.each([1, 2, 4])('has reference gradients that match finite differences over %i frames', (frames) => {
    const clip = clipOf(frames, 3)
    const grads = gradsOf(clip, placed(clip))
    expectGrad(
      'pose',
      grads.pose,
      finiteDifference((pose) => loss({ ...clip, pose }), clip.pose),
    )
    // boneLength follows from the logarithms here, unrounded.
    const exact = { ...clip, boneLength: clip.logLength.map(Math.exp) }
    const sums = new Float64Array(25)
    for (const [i, grad] of gradsOf(exact, placed(exact)).logLength.entries()) sums[i % 25]! += grad
    const along = (logLength: Float64Array) => loss({ ...exact, logLength, boneLength: logLength.map(Math.exp) })
    expectGrad('logLength', sums, finiteDifference(along, exact.logLength))
  })

  for (const lengths of batches) {
    it(`descends as the reference does, for clips of ${lengths.join(' + ')} frames`, async () => {
      const batch = batchOf(lengths, 5)
      const { positions, buffers, params } = inputs(batch)
      // A rate of 1e4 shows the gradients beside the directions; they are about 1/(50·frames).
      const out = await runKernel(liftFrame, buffers, { ...params, ...descent, rate: 1e4 })
      batch.clips.forEach((clip, k) => {
        const grads = gradsOf(clip, positions[k]!)
        const want = clip.pose.map((v, i) => v - 1e4 * grads.pose[i]!)
        // 48 joints' gradients of at most 4 pull at a neck, each off by some 8 roundings; a direction of length .3 triples them.
        expectClose('pose', fromRows(batch, out.pose, k), want, { ulps: 16, scale: 1 + (1e4 * 48 * 2 * 4) / (50 * clip.frames) })
        const rowOf = (t: number, row: number) => out.lengthGrad[row * batch.capacity + batch.first[k]! + t]!
        const shares = Float32Array.from(grads.logLength, (_, i) => rowOf(Math.floor(i / 25), i % 25))
        expectClose('lengthGrad', shares, grads.logLength, { ulps: 16, scale: (48 * 2 * 4) / (50 * clip.frames) })
        const sums = reference.liftSums(clip.keypoints, positions[k]!, clip.frames)
        const total = (row: number) => Float32Array.of(Array.from({ length: clip.frames }, (_, t) => rowOf(t, row)).reduce((a, b) => a + b))
        // Squares only: a sum of 50 in order.
        expectClose('data', total(25), Float64Array.of(sums.data), { ulps: 64, scale: sums.data })
        expectClose('smoothness', total(26), Float64Array.of(sums.smoothness), { ulps: 64, scale: sums.smoothness })
      })
    })
  }

  it('takes the step of Adam with one second moment a direction', async () => {
    const batch = batchOf([5, 2], 7)
    const { positions, buffers, params } = inputs(batch)
    const out = await runKernel(liftFrame, buffers, { ...params, ...adam })
    batch.clips.forEach((clip, k) => {
      const moments = {
        mean: clip.pose.map((v) => Math.fround(v / 1000)),
        square: new Float64Array(clip.frames * 50).fill(Math.fround(1e-4)),
      }
      const want = clip.pose.slice()
      reference.descend(want, gradsOf(clip, positions[k]!).pose, moments, 3, adam)
      // The step is at most 0.02 · 1e-1 off by 16 roundings of itself; the direction has its own.
      expectClose('pose', fromRows(batch, out.pose, k), want, { ulps: 4, scale: 1 })
      expectClose('mean', fromRows(batch, out.moments, k), moments.mean, { ulps: 16, scale: 0.1 })
      const squares = Float32Array.from(moments.square, (_, i) => {
        return out.moments[((i % 50) * batch.capacity + batch.first[k]! + Math.floor(i / 50)) * 4 + 3]!
      })
      expectClose('square', squares, moments.square, { ulps: 32, scale: 0.1 })
    })
  })

  it('leaves everything as it is at rate 0 by descent, and a resting clip by either rule', async () => {
    const batch = batchOf([4, 3], 9)
    const { buffers, params } = inputs(batch)
    const still = await runKernel(liftFrame, buffers, { ...params, ...descent, rate: 0 })
    for (const k of [0, 1]) expect(fromRows(batch, still.pose, k)).toEqual(fromRows(batch, buffers.pose, k))
    batch.spans[3] = 0
    const out = await runKernel(liftFrame, buffers, { ...params, ...adam })
    expect(fromRows(batch, out.pose, 1)).toEqual(fromRows(batch, buffers.pose, 1))
    expect(fromRows(batch, out.moments, 1)).toEqual(fromRows(batch, buffers.moments, 1))
    expect(fromRows(batch, out.pose, 0)).not.toEqual(fromRows(batch, buffers.pose, 0))
  })

  it('does not move what nothing pulls at', async () => {
    const batch = batchOf([1], 11)
    const { buffers, params } = inputs(batch)
    // One frame has no neighbours, and nobody saw it.
    buffers.target2d.forEach((_, i) => {
      if (i % 4 === 2) buffers.target2d[i] = 0
    })
    const out = await runKernel(liftFrame, { ...buffers, moments: new Float64Array(buffers.moments.length) }, { ...params, ...adam })
    expect(fromRows(batch, out.pose, 0)).toEqual(fromRows(batch, buffers.pose, 0))
  })
})
