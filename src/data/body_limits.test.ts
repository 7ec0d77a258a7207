import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPose } from '../formats/pose/pose.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { impossible, unlikely } from './body_limits.js'
import { checkCorpus } from './corpus/check.js'
import { motionOfPose } from './layouts/motion.js'
import { syntheticCorpus } from './synthetic/corpus.js'

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data')
const clips = syntheticCorpus({ clipsPerLanguage: 10 }).train
const { joints, frames } = clips[0]!

/** The clip with joints `first` to `last` of frame `t` moved to the side. */
function moved(t: number, ...moves: (readonly [first: number, last: number, by: number])[]): Float32Array {
  const out = joints.slice()
  for (const [first, last, by] of moves) for (let j = first; j <= last; j++) out[t * COORDS + j * 3] = out[t * COORDS + j * 3]! + by
  return out
}

describe('impossible', () => {
  it('finds nothing in the built-in signer, at whatever rate', () => {
    for (const clip of clips) for (const fps of [12, 25, 60]) expect(impossible(clip.joints, clip.frames, fps)).toEqual([])
  })

  it('finds bones without length, in every frame and not in one', () => {
    const onto = (parent: number, first: number, last: number, times: number): Float32Array => {
      const out = joints.slice()
      for (let t = 0; t < times; t++)
        for (let j = first; j <= last; j++) out.copyWithin(t * COORDS + j * 3, t * COORDS + parent * 3, t * COORDS + parent * 3 + 3)
      return out
    }
    const noForearm = onto(joint.rightElbow, joint.rightWrist, joint.rightWrist, frames)
    expect(impossible(noForearm, frames, 25)).toContain(
      `wanted rightElbow to rightWrist to have a length, got 0.0 shoulder widths in all ${frames} frames`,
    )
    expect(impossible(onto(joint.neck, joint.nose, joint.nose, frames), frames, 25)).toHaveLength(1)
    const inOneFrame = impossible(onto(joint.rightElbow, joint.rightWrist, joint.rightWrist, 1), frames, 25)
    expect(inOneFrame.filter((problem) => problem.includes('to have a length'))).toEqual([])
    // An arm that takes no part may have no fingers, but that is not how a signer looks.
    const oneHand = onto(joint.leftHand, joint.leftHand, joint.rightHand - 1, frames)
    expect(impossible(oneHand, frames, 25)).toEqual([])
    expect(unlikely(joints, frames)).toEqual([])
    expect(unlikely(oneHand, frames)).toEqual([`wanted hands with fingers, got the left one in one point in all ${frames} frames`])
    for (let t = 0; t < frames; t++)
      for (let j = joint.rightHand; j < 50; j++)
        oneHand.copyWithin(t * COORDS + j * 3, t * COORDS + joint.rightWrist * 3, t * COORDS + joint.rightWrist * 3 + 3)
    expect(unlikely(oneHand, frames)).toEqual([])
    expect(impossible(oneHand, frames, 25)).toEqual([`wanted hands with fingers, got each in one point in all ${frames} frames`])
  })

  it('finds an arm that jumps, by what it covers in a second', () => {
    const arm = moved(
      4,
      [joint.rightElbow, joint.rightElbow, -0.3],
      [joint.rightWrist, joint.rightWrist, -0.7],
      [joint.rightHand, 49, -0.7],
    )
    expect(impossible(arm, frames, 25)).toEqual([])
    expect(impossible(arm, frames, 60)).toEqual([
      expect.stringMatching(/one that jumps: rightWrist by 2\.\d shoulder widths from frame 3 to 4$/),
    ])
  })

  it('finds hands that hang on the other wrist, evenly near or far', () => {
    const off = (by: number): string[] => {
      const out = joints.slice()
      for (let t = 0; t < frames; t++) for (let j = joint.leftHand; j < joint.rightHand; j++) out[t * COORDS + j * 3]! -= by
      return impossible(out, frames, 25)
    }
    expect(off(0.1)).toEqual([])
    expect(off(0.18)).toEqual([
      expect.stringMatching(
        /^wanted leftWrist to leftHand within 0\.5 shoulder widths in most frames, got 0\.[56] .*: the hands may be on the wrong arms/,
      ),
    ])
    expect(impossible(moved(4, [joint.leftHand, joint.rightHand - 1, -0.3]), frames, 25)).toContainEqual(
      expect.stringMatching(/^wanted leftWrist to leftHand within 0\.8 shoulder widths, got 0\.9 shoulder widths in frame 4$/),
    )
  })

  it('finds a bone that is too long in one frame, and one that changes its length all the time', () => {
    expect(impossible(moved(4, [joint.leftElbow, joint.leftElbow, 1]), frames, 25)).toContainEqual(
      expect.stringMatching(/^wanted leftShoulder to leftElbow within 2\.5 shoulder widths, got 3\.\d shoulder widths in frame 4$/),
    )
    const nodding = joints.slice()
    for (let t = 0; t < frames; t++) nodding[t * COORDS + joint.nose * 3 + 1] = t % 2 === 0 ? -0.05 : -0.45
    expect(impossible(nodding, frames, 25)).toEqual([expect.stringMatching(/^wanted nose to neck of about one length, .* vary by \d+ %/)])
  })
})

describe.skipIf(!existsSync(shared))('published motions', () => {
  it('are all possible', async () => {
    const paths = (await readdir(shared, { recursive: true })).filter((name) => /\.pose$/.test(name) && !name.includes('hand_normalized'))
    expect(paths.length).toBeGreaterThan(0)
    for (const path of paths) {
      const motion = motionOfPose(await readPose(join(shared, path)), { who: path })
      expect(impossible(motion.joints, motion.frames, motion.fps), path).toEqual([])
    }
    for (const part of ['train', 'dev']) {
      const { findings } = await checkCorpus(join(shared, 'progressive-transformers-slp', part))
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })
})
