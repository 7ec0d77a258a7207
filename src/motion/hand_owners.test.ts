import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keypointsOfPose } from '../data/keypoints/of_pose.js'
import { motionOfPose } from '../data/layouts/motion.js'
import { keypointClip } from '../formats/detections.testing.js'
import { readOpenPoseClip } from '../formats/openpose/openpose.js'
import { readPose } from '../formats/pose/pose.js'
import { exchangedHands, exchangeHands, ownHands } from './hand_owners.js'
import type { KeypointClip } from './keypoints.js'
import { joint } from './skeleton.js'

const FRAMES = 12
const all = [...Array(FRAMES).keys()]
const right = keypointClip('a', FRAMES, 1)
const edited = (edit: (keypoints: Float32Array) => void, { keypoints, ...clip }: KeypointClip = right): KeypointClip => {
  const out = keypoints.slice()
  edit(out)
  return { ...clip, keypoints: out }
}
const exchangedIn = (frames: readonly number[], clip = right): KeypointClip =>
  edited((keypoints) => {
    for (const t of frames) exchangeHands(keypoints, t)
  }, clip)
const hide = (keypoints: Float32Array, t: number, first: number, count = 1): void => {
  keypoints.fill(0, (t * 50 + first) * 3, (t * 50 + first + count) * 3)
}
/** Joints `a` and `b` of frame `t` in each other's place. */
const change = (keypoints: Float32Array, t: number, a: number, b: number): void => {
  const [i, j] = [(t * 50 + a) * 3, (t * 50 + b) * 3]
  const kept = keypoints.slice(i, i + 3)
  keypoints.copyWithin(i, j, j + 3)
  keypoints.set(kept, j)
}

describe('hands on the wrong arms', () => {
  it('are given back, in a whole clip or in some frames, with a note', () => {
    expect(ownHands(right)).toEqual({ clip: right, notes: [] })
    for (const frames of [all, [5], [0, 1, 7, 11]]) {
      const { clip, notes } = ownHands(exchangedIn(frames))
      expect(clip).toEqual(right)
      expect(notes).toEqual([`left and right hand exchanged in ${frames.length} of 12 frames: each began at the other's wrist`])
    }
  })

  it('are known by the hand that is seen, where the other is not', () => {
    const oneHanded = edited((keypoints) => {
      for (const t of all) hide(keypoints, t, joint.leftHand, 21)
    })
    expect(exchangedHands(oneHanded)).toEqual([])
    expect(ownHands(exchangedIn(all, oneHanded)).clip).toEqual(oneHanded)
  })

  it('are known in a mirrored picture and in a tilted one', () => {
    const turned = (a: number, b: number, c: number, d: number): KeypointClip =>
      edited((keypoints) => {
        for (let i = 0; i < keypoints.length; i += 3) {
          const [x, y] = [keypoints[i]!, keypoints[i + 1]!]
          keypoints.set([a * x + b * y, c * x + d * y], i)
        }
      })
    for (const clip of [turned(-1, 0, 0, 1), turned(0.8, 0.6, -0.6, 0.8)]) {
      expect(exchangedHands(clip)).toEqual([])
      expect(exchangedHands(exchangedIn([2, 3], clip))).toEqual([2, 3])
    }
  })

  it('are taken along by the nearest frames that tell', () => {
    // Frames 3 to 5 lack a wrist, or its hand is too faint to count.
    const blind = edited((keypoints) => {
      for (const t of [3, 4]) hide(keypoints, t, joint.leftWrist)
      for (const hand of [joint.leftHand, joint.rightHand]) keypoints[(5 * 50 + hand) * 3 + 2] = 0.1
    })
    expect(exchangedHands(exchangedIn([0, 1, 2, 3, 4, 5, 6], blind))).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(exchangedHands(exchangedIn([0, 1, 2], blind))).toEqual([0, 1, 2, 3, 4])
    expect(exchangedHands(blind)).toEqual([])
  })

  it('are not known where hands are near each other, both in one place, or where it is the arms that are exchanged', () => {
    const together = edited((keypoints) => {
      // Wrists and hands of the left side are put beside those of the right.
      for (const t of all)
        for (const j of [joint.leftWrist, ...Array.from({ length: 21 }, (_, k) => joint.leftHand + k)]) keypoints[(t * 50 + j) * 3]! -= 100
    })
    expect(exchangedHands(exchangedIn(all, together))).toEqual([])
    const doubled = edited((keypoints) =>
      keypoints.copyWithin((4 * 50 + joint.leftHand) * 3, (4 * 50 + joint.rightHand) * 3, (4 * 50 + 50) * 3),
    )
    expect(exchangedHands(doubled)).toEqual([])
    const wrists = edited((keypoints) => change(keypoints, 4, joint.leftWrist, joint.rightWrist))
    expect(exchangedHands(wrists)).toEqual([])
    const arms = edited((keypoints) => {
      change(keypoints, 4, joint.leftWrist, joint.rightWrist)
      change(keypoints, 4, joint.leftElbow, joint.rightElbow)
      change(keypoints, 4, joint.leftShoulder, joint.rightShoulder)
    })
    expect(exchangedHands(arms)).toEqual([])
  })

  it('are not looked for where nothing is seen', () => {
    expect(exchangedHands({ keypoints: new Float32Array(300), frames: 2 })).toEqual([])
    expect(exchangedHands({ keypoints: new Float32Array(0), frames: 0 })).toEqual([])
  })
})

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data')

describe.skipIf(!existsSync(shared))('hands of published clips', () => {
  it('are on their own arms, and found again where they are exchanged', async () => {
    const openpose = join(shared, 'prompt2sign/openpose')
    for (const name of await readdir(openpose)) {
      const { clip } = await readOpenPoseClip(join(openpose, name))
      expect(exchangedHands(clip), name).toEqual([])
      const every = [...Array(clip.frames).keys()]
      expect(exchangedHands(exchangedIn(every, clip)), name).toEqual(every)
    }
    const poses = (await readdir(shared, { recursive: true })).filter((name) => /\.pose$/.test(name) && !name.includes('hand_normalized'))
    for (const path of poses) {
      const pose = await readPose(join(shared, path))
      const notes = [...keypointsOfPose(pose, { name: path }).detection.notes, ...motionOfPose(pose, { who: path }).quality.notes]
      expect(
        notes.filter((note) => /hand exchanged/.test(note)),
        path,
      ).toEqual([])
    }
  })
})
