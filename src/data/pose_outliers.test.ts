import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type PoseFile, readPose } from '../formats/pose/pose.js'
import { poseOfMotion } from '../formats/pose/write.js'
import { COORDS, JOINTS, joint } from '../motion/skeleton.js'
import { motionOfPose } from './layouts/motion.js'
import { shoulderWidth } from './normalise.js'
import { syntheticCorpus } from './synthetic/corpus.js'

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data')
const [signed] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, framesPerSign: 24, seed: 1 }).train
const whole = poseOfMotion(signed!)

type Put = (t: number, j: number, x: number, y: number) => void

/** The clip with some detections put elsewhere, in pixels; with `neckless`, of a layout whose neck is the middle of the shoulders. */
function broken(edit: (put: Put) => void, neckless = false): PoseFile {
  const data = whole.data.slice()
  edit((t, j, x, y) => data.set([x, y], (t * JOINTS + j) * 3))
  const points = whole.components[0]!.points.map((name) => (neckless && name === 'NECK' ? 'CHIN' : name))
  return { ...whole, data, components: whole.components.map((part, i) => (i === 0 ? { ...part, points } : part)) }
}

/** The furthest that any joint but the shoulders lies from where it does in the whole clip. */
function furthest(pose: PoseFile, neckless = false): number {
  const [got, wanted] = [motionOfPose(pose), motionOfPose(broken(() => {}, neckless))]
  let most = 0
  for (let cell = 0; cell < got.frames * JOINTS; cell++)
    for (let axis = 0; axis < 2; axis++) most = Math.max(most, Math.abs(got.joints[cell * 3 + axis]! - wanted.joints[cell * 3 + axis]!))
  return most
}

const faults: [string, (put: Put, t: number) => void][] = [
  [
    'shoulders on top of each other',
    (put, t) => {
      put(t, joint.leftShoulder, 256, 160)
      put(t, joint.rightShoulder, 256, 161)
    },
  ],
  [
    'shoulders upright',
    (put, t) => {
      put(t, joint.leftShoulder, 256, 96)
      put(t, joint.rightShoulder, 256, 224)
    },
  ],
  [
    'shoulders changed over',
    (put, t) => {
      put(t, joint.leftShoulder, 192, 160)
      put(t, joint.rightShoulder, 320, 160)
    },
  ],
  [
    'shoulders eight times too far apart',
    (put, t) => {
      put(t, joint.leftShoulder, -256, 160)
      put(t, joint.rightShoulder, 768, 160)
    },
  ],
  [
    'a hand three pictures away',
    (put, t) => {
      for (let k = 0; k < 21; k++) put(t, joint.rightHand + k, 1700 + k, -900)
    },
  ],
  ['an elbow elsewhere', (put, t) => put(t, joint.leftElbow, 1400, 160)],
  ['a head elsewhere', (put, t) => put(t, joint.nose, 256, 900)],
  ['a fingertip elsewhere', (put, t) => put(t, joint.leftHand + 8, 900, 900)],
]

describe('a broken detection', () => {
  it.each(faults)('of %s changes next to nothing, in one frame or in seven', (_, fault) => {
    for (const neckless of [false, true]) {
      for (const frames of [[0], [9], [signed!.frames - 1], [4, 5, 6, 7, 8, 9, 10]]) {
        const pose = broken((put) => {
          for (const t of frames) fault(put, t)
        }, neckless)
        // A palm: what is filled goes in a straight line.
        expect(furthest(pose, neckless)).toBeLessThan(0.1)
        const { joints, outliers, quality } = motionOfPose(pose)
        expect([...outliers.keys()].filter((t) => outliers[t]! > 0)).toEqual(frames)
        const place = frames.length > 1 ? `s ${frames[0]} to ${frames.at(-1)}` : ` ${frames[0]}`
        expect(quality.notes).toEqual([expect.stringContaining(`out of place in frame${place}: filled`)])
        for (let t = 0; t < signed!.frames; t++) expect(shoulderWidth(joints, t)).toBeCloseTo(1 / 3, 5)
      }
    }
  })

  it('does not set the scale of the clip, by confidence too', () => {
    const edit = broken((put) => {
      for (let t = 0; t < signed!.frames; t += 1) if (t % 3 > 0) put(t, joint.leftShoulder, 193, 160)
    })
    const confidence = edit.confidence.map((value, cell) =>
      Math.floor(cell / JOINTS) % 3 > 0 && cell % JOINTS === joint.leftShoulder ? 0.1 : value,
    )
    const wrist = (pose: PoseFile): number[] => [...motionOfPose(pose).joints.subarray(joint.rightWrist * 3, joint.rightWrist * 3 + 2)]
    for (const [axis, value] of wrist({ ...edit, confidence }).entries()) expect(value).toBeCloseTo(wrist(whole)[axis]!, 3)
  })

  it('is none in a clip as it was signed', () => {
    expect(motionOfPose(whole)).toMatchObject({ quality: { notes: [], outliers: 0 }, outliers: new Uint8Array(signed!.frames) })
    expect(motionOfPose(whole).joints.length).toBe(signed!.frames * COORDS)
  })
})

describe.skipIf(!existsSync(shared))('published .pose files', () => {
  it('keep all but a few of their joints', async () => {
    const paths = (await readdir(shared, { recursive: true })).filter((name) => /\.pose$/.test(name) && !name.includes('hand_normalized'))
    let [joints, out] = [0, 0]
    for (const path of paths.sort().filter((name, i) => !name.includes('fingerspelling') || i % 10 === 0)) {
      const motion = motionOfPose(await readPose(join(shared, path)), { who: path })
      joints += motion.frames * JOINTS
      out += motion.outliers.reduce((sum, count) => sum + count, 0)
    }
    expect(out / joints).toBeLessThan(0.01)
  })
})
