import { describe, expect, it } from 'vitest'
import { keypointClip } from '../../formats/detections.testing.js'
import { joint } from '../../motion/skeleton.js'
import { rejectOutliers } from './outliers.js'

/** A clip with joint `j` put `dx` pixels aside in the given frames. */
function jumping(frames: readonly number[], j: number, dx: number, frameIndex?: readonly number[]) {
  const clip = keypointClip('a clip', 20, 1, frameIndex)
  for (const t of frames) clip.keypoints[(t * 50 + j) * 3] = clip.keypoints[(t * 50 + j) * 3]! + dx
  return clip
}
const at = (t: number, j: number): number => (t * 50 + j) * 3

describe('rejectOutliers', () => {
  it('takes out jumps of one to three frames, at the ends too, and nothing else', () => {
    const clip = jumping([0, 7, 8, 9, 15], joint.leftHand + 5, 300)
    const { clip: out, byJoint } = rejectOutliers(clip)
    expect([...byJoint].map((count, j) => [j, count]).filter(([, count]) => count! > 0)).toEqual([[joint.leftHand + 5, 5]])
    for (const t of [0, 7, 8, 9, 15]) expect([...out.keypoints.subarray(at(t, joint.leftHand + 5)).subarray(0, 3)]).toEqual([0, 0, 0])
    const kept = clip.keypoints.map((value, i) => (out.keypoints[i] === 0 ? 0 : value))
    expect(out.keypoints).toEqual(kept)
  })

  it('lets small jumps be, by the shoulders of the clip', () => {
    expect(rejectOutliers(jumping([7], joint.leftHand, 80)).byJoint[joint.leftHand]).toBe(0)
    expect(rejectOutliers(jumping([7], joint.leftHand, 80), { tolerance: 0.3 }).byJoint[joint.leftHand]).toBe(1)
  })

  it('does not mistake a fast hand for a jump', () => {
    const clip = keypointClip('a clip', 20, 1)
    for (let t = 0; t < 20; t++) clip.keypoints[at(t, joint.rightHand)] = 100 * Math.abs((t % 10) - 5)
    expect(rejectOutliers(clip).byJoint[joint.rightHand]).toBe(0)
  })

  it('compares with frames near in time only, and not with too few', () => {
    const frameIndex = Array.from({ length: 20 }, (_, t) => (t < 10 ? t : t + 100))
    expect(rejectOutliers(jumping([10, 11, 12, 13, 14, 15, 16, 17, 18, 19], 3, 300, frameIndex)).byJoint[3]).toBe(0)
    const alone = Array.from({ length: 20 }, (_, t) => 4 * t)
    expect(rejectOutliers(jumping([10], 3, 300, alone)).byJoint[3]).toBe(0)
  })

  it('names the clip that has no shoulders', () => {
    const clip = keypointClip('a clip', 2, 1)
    for (const t of [0, 1]) clip.keypoints.fill(0, at(t, joint.leftShoulder), at(t, joint.leftShoulder) + 3)
    expect(() => rejectOutliers(clip)).toThrow(/^a clip: wanted both shoulders in at least one frame, got none in 2/)
  })
})
