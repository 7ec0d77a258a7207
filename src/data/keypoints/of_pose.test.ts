import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { checkClip } from '../../formats/fuzz.testing.js'
import { type PoseFile, readPose } from '../../formats/pose/pose.js'
import { poseOfMotion } from '../../formats/pose/write.js'
import { COORDS, JOINTS, joint } from '../../motion/skeleton.js'
import { keypointsOfPose } from './of_pose.js'

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data')
const random = new Random(1)
const pose = poseOfMotion({ joints: Float32Array.from({ length: 4 * COORDS }, () => 0.1 * random.normal()), frames: 4, fps: 25 })
const confidences = (edit: (confidence: Float32Array) => void): PoseFile => {
  const confidence = pose.confidence.slice()
  edit(confidence)
  return { ...pose, confidence }
}

describe('keypointsOfPose', () => {
  it('keeps pixels and confidences, and leaves depth behind', () => {
    const { clip } = keypointsOfPose(
      confidences((c) => c.fill(0.75)),
      { name: 'a' },
    )
    checkClip(clip)
    expect([clip.name, clip.frames, clip.fps]).toEqual(['a', 4, 25])
    for (let cell = 0; cell < 4 * JOINTS; cell++) {
      expect([...clip.keypoints.subarray(cell * 3, cell * 3 + 3)]).toEqual([pose.data[cell * 3], pose.data[cell * 3 + 1], 0.75])
    }
  })

  it('is as sure of a neck between the shoulders as of the less sure one', () => {
    const names = pose.components[0]!.points.map((name) => (name === 'NECK' ? 'CHIN' : name))
    const neckless = {
      ...confidences((c) => c.fill(0.4, joint.leftShoulder, joint.leftShoulder + 1)),
      components: pose.components.map((part, i) => (i === 0 ? { ...part, points: names } : part)),
    }
    const { clip } = keypointsOfPose(neckless, { name: 'a' })
    const [right, left] = [joint.rightShoulder * 3, joint.leftShoulder * 3]
    expect(clip.keypoints[joint.neck * 3]).toBeCloseTo((clip.keypoints[right]! + clip.keypoints[left]!) / 2, 3)
    expect(clip.keypoints[joint.neck * 3 + 2]).toBeCloseTo(0.4, 6)
  })

  it('takes a frame of nobody for a gap, and names a clip of nobody', () => {
    const { clip, detection } = keypointsOfPose(
      confidences((c) => c.fill(0, JOINTS, 2 * JOINTS)),
      { name: 'a' },
    )
    expect([[...clip.frameIndex], detection.empty]).toEqual([[0, 2, 3], 1])
    expect(() =>
      keypointsOfPose(
        confidences((c) => c.fill(0)),
        { name: 'a', who: 'x.pose' },
      ),
    ).toThrow(/^x\.pose: wanted a person in at least one frame, got none in 4/)
  })

  it('names frame and joint of a number that is none', () => {
    expect(() =>
      keypointsOfPose(
        confidences((c) => c.fill(3, 55, 56)),
        { name: 'x' },
      ),
    ).toThrow(/^x: wanted a confidence .* got 3 in frame 1, joint 5 of person 0/)
    expect(() => keypointsOfPose(pose, { name: 'x', person: 1 })).toThrow(/wanted person 0 to 0, got 1/)
  })
})

describe.skipIf(!existsSync(shared))('published .pose files', () => {
  it('of every layout become clips', async () => {
    const paths = (await readdir(shared, { recursive: true }))
      .filter((name) => name.endsWith('.pose') && !name.endsWith('hand_normalized.pose'))
      .sort()
    let seen = 0
    for (const path of paths.filter((name, i) => !name.includes('fingerspelling') || i % 60 === 0)) {
      const { clip } = keypointsOfPose(await readPose(join(shared, path)), { name: path })
      checkClip(clip)
      seen += 1
      // Pixels of a picture, the nose above the neck.
      expect(clip.keypoints[1]!, path).toBeLessThan(clip.keypoints[4]!)
    }
    expect(seen).toBeGreaterThan(10)
  })
})
