import { describe, expect, it } from 'vitest'
import { forwardKinematics } from '../src/kernels/forward_kinematics.js'
import { bones } from '../src/motion/skeleton.js'
import * as reference from '../src/reference/forward_kinematics.js'
import { expectClose, runKernel } from './harness.js'
import { batches, batchOf, fromRows, toRows } from './lift_batch.js'

const MARK = 7

describe('forward_kinematics', () => {
  for (const lengths of batches) {
    it(`places every joint where the table of bones says, for clips of ${lengths.join(' + ')} frames`, async () => {
      const batch = batchOf(lengths, 1)
      const { clips, capacity, frameClip, spans, boneLength } = batch
      const position = new Float64Array(50 * capacity * 4).fill(MARK)
      const params = { frames: capacity, clips: clips.length }
      const out = await runKernel(
        forwardKinematics,
        { pose: toRows(batch, ({ pose }) => pose), boneLength, frameClip, clips: spans, position },
        params,
      )
      clips.forEach((clip, k) => {
        const want = reference.forwardKinematics(clip.pose, clip.boneLength, clip.frames, bones)
        // Up to 9 bones of length e^0 at most on the way from the root, a norm and a quotient each: 8 roundings of at most 1, and 9 sums of at most 10.
        expectClose('position', fromRows(batch, out.position, k), want, { ulps: 16, scale: 10 })
      })
    })
  }

  it('keeps bone lengths whatever the length of a direction, 0 included', async () => {
    const batch = batchOf([2], 1)
    const pose = batch.clips[0]!.pose
    for (let c = 0; c < 3; c++) {
      pose[3 + c]! *= 1e6
      pose[150 + 3 + c] = 0
    }
    const position = new Float64Array(50 * 5 * 4)
    const { frameClip, spans, boneLength } = batch
    const buffers = { pose: toRows(batch, () => pose), boneLength, frameClip, clips: spans, position }
    const placed = fromRows(batch, (await runKernel(forwardKinematics, buffers, { frames: 5, clips: 1 })).position, 0)
    const neck = [0, 1].map((t) => Math.hypot(...[0, 1, 2].map((c) => placed[t * 150 + 3 + c]! - placed[t * 150 + c]!)))
    expect(neck[0]).toBeCloseTo(batch.clips[0]!.boneLength[0]!, 5)
    expect(neck[1]).toBe(0)
  })

  it('leaves resting clips and padding as they are', async () => {
    const batch = batchOf([3, 4], 1)
    const { frameClip, spans, boneLength, capacity } = batch
    spans[1] = 0
    const position = new Float64Array(50 * capacity * 4).fill(MARK)
    const buffers = { pose: toRows(batch, ({ pose }) => pose), boneLength, frameClip, clips: spans, position }
    const out = (await runKernel(forwardKinematics, buffers, { frames: capacity, clips: 2 })).position
    for (let i = 0; i < out.length; i++) {
      const t = Math.floor(i / 4) % capacity
      expect(out[i] === MARK, `frame ${t}`).toBe(t < 3 || t >= 7)
    }
  })
})
