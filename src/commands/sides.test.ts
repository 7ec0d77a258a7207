// A signer who faces the camera raises the right hand: on the picture's left, in whatever file the motion came and wherever it goes.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCorpus } from '../data/corpus/corpus.js'
import { saveCorpus } from '../data/corpus/save.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { dwposeJson, openPoseJson } from '../formats/detections.testing.js'
import { keypointHdf5Writer } from '../formats/hdf5/keypoints.js'
import { motionHdf5Writer, readMotionHdf5 } from '../formats/hdf5/motions.js'
import { readNpz } from '../formats/npz.js'
import { type PoseFile, readPose } from '../formats/pose/pose.js'
import { poseOfMotion, writePose } from '../formats/pose/write.js'
import { readSkels } from '../formats/skels/skels.js'
import { writeSkels } from '../formats/skels/write.js'
import type { Motion } from '../motion/clip.js'
import { exchangeSides, facing, otherSide, sidesAreExchanged } from '../motion/sides.js'
import { COORDS, fingers, JOINTS, joint, jointNames } from '../motion/skeleton.js'
import { light } from '../outputs/colours.js'
import { motionFromJson, motionToJson } from '../outputs/json_motion.js'
import { saveMotion } from '../outputs/save.js'
import { all, silent } from './clips.testing.js'
import { dataConvert } from './data_convert.js'

const FRAMES = 8
const arms = [
  {
    root: joint.rightHand,
    at: [joint.rightShoulder, joint.rightElbow, joint.rightWrist],
    x: [-1 / 6, -0.3, -0.22],
    y: [0, 0.26, 0.02],
    up: -1,
  },
  { root: joint.leftHand, at: [joint.leftShoulder, joint.leftElbow, joint.leftWrist], x: [1 / 6, 0.2, 0.21], y: [0, 0.3, 0.53], up: 1 },
] as const

function raised(): Motion {
  const joints = new Float32Array(FRAMES * COORDS)
  for (let t = 0; t < FRAMES; t++) {
    const put = (j: number, x: number, y: number): void => joints.set([x, y + (y === 0 ? 0 : 0.003 * t), 0], t * COORDS + j * 3)
    put(joint.nose, 0, -0.21)
    for (const { root, at, x, y, up } of arms) {
      for (const [i, j] of at.entries()) put(j, x[i]!, y[i]!)
      put(root, x[2], y[2])
      for (const [k] of fingers.entries())
        for (let s = 1; s <= 4; s++) put(root + 4 * k + s, x[2] + 0.015 * (k - 2), y[2] + up * (0.06 + 0.03 * s))
    }
  }
  return { joints, frames: FRAMES, fps: 25 }
}

const shown = raised()
const exchanged: Motion = { ...shown, joints: exchangeSides(shown.joints) }

/** Where the hands and the right shoulder are, in the middle of the clip. */
function check(joints: Float32Array): void {
  const at = (j: number): [number, number] => [joints[4 * COORDS + j * 3]!, joints[4 * COORDS + j * 3 + 1]!]
  const neck = at(joint.neck)
  const middle = joint.rightHand + 12
  expect(at(joint.rightShoulder)[0]).toBeLessThan(neck[0])
  expect(at(joint.rightWrist)[0]).toBeLessThan(neck[0])
  expect(at(middle)[1], 'the right hand is up').toBeLessThan(at(joint.rightElbow)[1])
  expect(at(joint.leftHand + 12)[1], 'the left hand is down').toBeGreaterThan(at(joint.leftElbow)[1])
}

let folder: string
const at = (name: string): string => join(folder, name)

/** The motion in the picture, as a detector sees it: [frames][50, 3]. */
const seen: readonly Float32Array[] = Array.from({ length: FRAMES }, (_, t) =>
  Float32Array.from(
    { length: JOINTS * 3 },
    (_, i) => [640, 300, 0][i % 3]! + 600 * shown.joints[t * COORDS + i]! + (i % 3 === 2 ? 0.9 : 0),
  ),
)

/** As MediaPipe has it: no neck, a depth that is guessed. */
const mediapipe = (pose: PoseFile): PoseFile => ({
  ...pose,
  components: pose.components.map((part) => ({ ...part, points: part.points.map((name) => (name === 'NECK' ? 'CHIN' : name)) })),
})
const flat = (pose: PoseFile): PoseFile => ({
  ...pose,
  components: pose.components.map((part) => ({ ...part, format: 'XYC' })),
  dims: 2,
  data: pose.data.filter((_, i) => i % 3 < 2),
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sides-'))
  for (const [kind, motion] of [
    ['facing', shown],
    ['exchanged', exchanged],
  ] as const) {
    const clip = { ...motion, name: 'a', text: 'x', language: 'ASL' }
    await saveCorpus(at(`${kind}-corpus`), [clip])
    await writeSkels(at(`${kind}-bare.skels`), [motion])
    await writeSkels(at(`${kind}-nine.skels`), [motion], { scale: 'divided-by-9' })
    const h5 = await motionHdf5Writer(at(`${kind}.h5`))
    await h5.add(clip)
    await h5.close()
    const pose = poseOfMotion(motion)
    await writePose(at(`${kind}.pose`), pose)
    await writePose(at(`${kind}-mediapipe.pose`), mediapipe(pose))
    await writePose(at(`${kind}-flat.pose`), flat(pose))
  }
  await mkdir(at('openpose'))
  await mkdir(at('dwpose'))
  for (const [t, frame] of seen.entries()) {
    await writeFile(at(`openpose/a_${String(t).padStart(12, '0')}_keypoints.json`), openPoseJson([frame]))
    await writeFile(at(`dwpose/${String(t + 1).padStart(8, '0')}.json`), dwposeJson([frame], 1280, 720))
  }
  const keypoints = await keypointHdf5Writer(at('keypoints.h5'))
  const all = Float32Array.from(seen.flatMap((frame) => [...frame]))
  await keypoints.add({ name: 'a', keypoints: all, frames: FRAMES, fps: 25, frameIndex: Int32Array.from(seen.keys()) })
  await keypoints.close()
})
afterAll(() => rm(folder, { recursive: true }))

describe('a right hand raised', () => {
  it.each([
    ...['facing', 'exchanged'].flatMap((kind) =>
      ['-corpus', '-bare.skels', '-nine.skels', '.h5', '.pose', '-mediapipe.pose', '-flat.pose'].map((ending) => kind + ending),
    ),
    'openpose',
    'dwpose',
    'keypoints.h5',
  ])('is read from %s', async (input) => {
    const out = at(`${input}.npz`)
    await dataConvert({ in: at(input), out, picture: { width: 1280, height: 720 }, iterations: 60, stream: silent })
    check((await readNpz(out)).joints!.data as Float32Array)
  })

  it.each(['facing', 'exchanged'])('is trained on from a corpus, %s', async (kind) => {
    check((await loadCorpus({ skels: at(`${kind}-corpus`) })).clips[0]!.joints)
  })

  it('is read from JSON, whichever side that calls right', () => {
    for (const motion of [shown, exchanged]) check(motionFromJson(motionToJson(motion, { language: 'ASL', text: '' }), 'x').joints)
  })

  it.each<[string, (path: string) => Promise<Float32Array>]>([
    ['skels', async (path) => (await readSkels(path)).sequences[0]!.joints],
    ['h5', async (path) => (await all(readMotionHdf5(path)))[0]!.joints],
    ['npz', async (path) => (await readNpz(path)).joints!.data as Float32Array],
    ['json', async (path) => Float32Array.from(JSON.parse(await readFile(path, 'utf8')).data.flat())],
    ['pose', async (path) => (await readPose(path)).data],
  ])('is written to .%s', async (ending, read) => {
    for (const kind of ['facing', 'exchanged']) {
      const out = at(`written-${kind}.${ending}`)
      await dataConvert({ in: at(`${kind}-corpus`), out, stream: silent })
      check(await read(out))
    }
  })

  it('is drawn where it is, in the colours of the legend', async () => {
    await saveMotion(at('a.svg'), shown, { language: 'ASL', text: 'x' })
    const svg = await readFile(at('a.svg'), 'utf8')
    const middleOf = (colour: string): number => {
      const shapes = [...svg.matchAll(/<(?:path|line|polyline|polygon|circle)[^>]*>/g)]
        .map(([tag]) => tag)
        .filter((tag) => tag.includes(colour))
      const x = shapes.flatMap((tag) =>
        [...tag.matchAll(/(?:\b(?:x1|x2|cx)="|[ML] ?|points=")(-?[\d.]+)/g)].map(([, value]) => Number(value)),
      )
      expect(x.length).toBeGreaterThan(0)
      return x.reduce((a, b) => a + b) / x.length
    }
    expect(middleOf(light.parts.rightArm)).toBeLessThan(middleOf(light.parts.leftArm))
  })

  it('is where it is in skeletons for animation, whose x grows to the signer’s left', async () => {
    await saveMotion(at('a.bvh'), shown, { language: 'ASL', text: 'x' })
    const bvh = await readFile(at('a.bvh'), 'utf8')
    const offset = (name: string): number => Number(new RegExp(`${name}\\s*\\{\\s*OFFSET (\\S+)`).exec(bvh)![1])
    expect([Math.sign(offset('rightUpperArm')), Math.sign(offset('leftUpperArm'))]).toEqual([-1, 1])
    await saveMotion(at('a.glb'), shown, { language: 'ASL', text: 'x' })
    const glb = await readFile(at('a.glb'))
    const { nodes } = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString())
    const x = (name: string): number => nodes.find((node: { name: string }) => node.name === name).translation[0]
    expect([Math.sign(x('rightUpperArm')), Math.sign(x('leftUpperArm'))]).toEqual([-1, 1])
  })

  it('is how the built-in signer stands', () => {
    for (const { joints, frames } of syntheticCorpus({ clipsPerLanguage: 10 }).train)
      expect(sidesAreExchanged(exchangeSides(joints), frames)).toBe(true)
    for (const { joints, frames } of syntheticCorpus({ clipsPerLanguage: 10 }).train) expect(facing(joints, frames)).toBe(joints)
  })
})

describe('sides', () => {
  it('have a name each for the other', () => {
    expect(otherSide.map((j) => jointNames[j])).toEqual(
      jointNames.map((name) => (name.startsWith('left') ? name.replace('left', 'right') : name.replace('right', 'left'))),
    )
    expect(exchangeSides(exchangeSides(shown.joints))).toEqual(shown.joints)
  })

  it('are left alone where the shoulders do not tell', () => {
    const upright = exchanged.joints.slice()
    for (let t = 0; t < FRAMES; t++) upright.set([0.01, 0.2, 0], t * COORDS + joint.rightShoulder * 3)
    expect(facing(upright, FRAMES)).toBe(upright)
    // Somebody who turns round within the clip.
    const turning = exchanged.joints.slice()
    turning.set(shown.joints.subarray(0, 4 * COORDS))
    expect(facing(turning, FRAMES)).toBe(turning)
  })
})
