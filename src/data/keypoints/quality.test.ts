import { describe, expect, it } from 'vitest'
import { keypointClip } from '../../formats/detections.testing.js'
import { signerClip } from '../../formats/signer.js'
import { joint } from '../../motion/skeleton.js'
import { rejectOutliers } from './outliers.js'
import { keypointQuality } from './quality.js'

const frame = (t: number): Float32Array => keypointClip('a', 10, 1).keypoints.subarray(t * 150, (t + 1) * 150)

describe('keypointQuality', () => {
  it('counts what is missing, dropped, doubled and thrown out', () => {
    const frames = [0, 1, 2, 3, 4, 5, 8, 9].map((t, i) => ({
      index: t,
      people: i === 2 ? [frame(t), frame(t)] : i === 4 ? [] : [frame(t).slice()],
    }))
    frames[0]!.people[0]!.fill(0, joint.leftHand * 3, joint.leftHand * 3 + 3)
    frames[1]!.people[0]![joint.rightWrist * 3] = 5000
    const { clip, detection } = signerClip(frames, 'a', 24, 'a')
    const outliers = rejectOutliers(clip)
    const quality = keypointQuality(outliers.clip, { detection, outliers })
    expect(quality).toMatchObject({ name: 'a', frames: 7, fps: 24, dropped: 3, several: 1, notFirst: 0, outliers: 1 })
    expect(quality.missing.map((share) => Math.round(share * 7))).toEqual(
      Array.from({ length: 50 }, (_, j) => (j === joint.leftHand || j === joint.rightWrist ? 1 : 0)),
    )
    expect(quality.notes.length).toBe(3)
    expect(JSON.parse(JSON.stringify(quality))).toEqual(quality)
  })

  it('names what no frame shows', () => {
    const clip = keypointClip('a', 2, 1)
    const hide = (first: number, end: number, times = 2) => {
      for (let t = 0; t < times; t++) clip.keypoints.fill(0, (t * 50 + first) * 3, (t * 50 + end) * 3)
    }
    hide(joint.nose, joint.nose + 1, 1)
    expect(keypointQuality(clip).neverSeen).toEqual([])
    hide(joint.leftWrist, joint.rightHand)
    hide(joint.rightHand + 3, joint.rightHand + 5)
    expect(keypointQuality(clip).neverSeen).toEqual(['left wrist', 'left hand', '2 joints of the right hand'])
  })

  it('notes a clip that shows both shoulders in less than half of its frames', () => {
    const clip = keypointClip('a', 4, 1)
    const hide = (t: number, j: number) => clip.keypoints.fill(0, (t * 50 + j) * 3, (t * 50 + j + 1) * 3)
    hide(0, joint.leftShoulder)
    hide(1, joint.rightShoulder)
    expect(keypointQuality(clip).notes).toEqual([])
    hide(2, joint.rightShoulder)
    expect(keypointQuality(clip).notes).toEqual(['both shoulders visible in 1 of 4 frames only: the others are filled in'])
  })

  it('takes the mean confidence of body and hands, missing joints counting 0', () => {
    const clip = keypointClip('a', 1, 1)
    for (let j = 0; j < 50; j++) clip.keypoints[j * 3 + 2] = j < joint.leftHand ? 1 : j < joint.rightHand ? 0.5 : 0
    expect(keypointQuality(clip).confidence).toEqual({ body: 1, leftHand: 0.5, rightHand: 0 })
    expect(keypointQuality(clip).notes).toEqual(['never visible, so put in a rest position: right hand'])
    for (const j of [joint.leftWrist, joint.leftHand + 3]) clip.keypoints[j * 3 + 2] = 0
    expect(keypointQuality(clip).notes).toEqual([
      'never visible, so put in a rest position: left wrist, 1 joint of the left hand, right hand',
    ])
  })
})
