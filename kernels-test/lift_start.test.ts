import { describe, expect, it } from 'vitest'
import { liftStart } from '../src/kernels/lift_start.js'
import { bones } from '../src/motion/skeleton.js'
import * as reference from '../src/reference/lift_start.js'
import { expectClose, runKernel } from './harness.js'
import { type Batch, batches, batchOf, fromRows, toRows } from './lift_batch.js'

const MARK = 7

async function start(batch: Batch): Promise<Float32Array> {
  const { clips, capacity, frameClip, boneLength } = batch
  const target2d = toRows(batch, ({ keypoints }) => keypoints)
  const root = toRows(batch, (clip) => clip.root, 0, 1)
  const pose = new Float64Array(50 * capacity * 4).fill(MARK)
  return (await runKernel(liftStart, { target2d, root, boneLength, frameClip, pose }, { frames: capacity, clips: clips.length })).pose
}

const referenceOf = ({ clips }: Batch, k: number) =>
  reference.liftStart(clips[k]!.keypoints, clips[k]!.root, clips[k]!.boneLength, clips[k]!.frames, bones)

describe('lift_start', () => {
  for (const lengths of batches) {
    it(`aims every bone as the table of bones says, for clips of ${lengths.join(' + ')} frames`, async () => {
      const batch = batchOf(lengths, 1)
      const pose = await start(batch)
      lengths.forEach((_, k) => {
        // The parent's place is off by some roundings; where a bone lies near the picture plane, depth sqrt(L² - d²) > 0.001 takes a
        // rounding of L² = 1 as one of 1/(2·0.001) at worst.
        expectClose('pose', fromRows(batch, pose, k), referenceOf(batch, k), { ulps: 4000, scale: 1 })
      })
      for (let i = 0; i < pose.length; i++) if (Math.floor(i / 4) % batch.capacity >= batch.capacity - 3) expect(pose[i]).toBe(MARK)
    })
  }

  it('gives a bone that looks as long as it is, too long, or like a point a direction', async () => {
    const batch = batchOf([1], 1)
    const { keypoints, root, boneLength } = batch.clips[0]!
    root.set([0.5, 0.25, 0])
    // The neck exactly at the root, both shoulders straight out: one at the bone's length, one far beyond.
    keypoints.set([0.5, 0.25, 1], 3)
    const pose = fromRows(batch, await start(batch), 0)
    const diagonal = Math.hypot(1, 1, 1.001)
    expectClose(
      'neck',
      pose.subarray(3, 6),
      Float64Array.of(1, 1, 1.001).map((v) => v / diagonal),
      { ulps: 8, scale: 1 },
    )
    const neck = [0.5 + boneLength[0]! / diagonal, 0.25 + boneLength[0]! / diagonal]
    keypoints.set([neck[0]! + boneLength[1]!, neck[1]!, 1], 6)
    keypoints.set([neck[0]! - 100, neck[1]!, 1], 15)
    const turned = fromRows(batch, await start(batch), 0)
    // Depth is between 0.001 and what the rounding of the neck's place leaves of L² - d².
    expect(turned[8]! * boneLength[1]!).toBeLessThan(0.003)
    expect(turned[8]).toBeGreaterThan(0)
    expect(turned[15]).toBeCloseTo(-1, 6)
    expect(turned[17]).toBeCloseTo(1e-5, 8)
  })
})
