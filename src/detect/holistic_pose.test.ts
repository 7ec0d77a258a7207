import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { keypointsOfPose } from '../data/keypoints/of_pose.js'
import { motionOfPoseIn } from '../data/layouts/named_points.js'
import { decodePose, type PoseFile, readPose } from '../formats/pose/pose.js'
import { encodePose } from '../formats/pose/write.js'
import { layouts } from '../motion/layout/layouts.js'
import { FRAME_NUMBERS, frameNumbers, type HolisticFrame, holisticPose, seenParts } from './holistic_pose.js'

const random = new Random(4)
/** Points somewhere in the picture, sure between a half and one. */
const points = (count: number): number[] => Array.from({ length: count * 4 }, (_, i) => (i % 4 === 3 ? 0.5 : 0) + random.uniform() / 2)

/** Shoulders as of a signer who faces the camera: the left one on the picture's right. */
function body(): number[] {
  const made = points(33)
  made.splice(11 * 4, 8, 0.7, 0.5, -0.1, 0.9, 0.3, 0.5, -0.2, 0.8)
  return made
}

const whole: HolisticFrame = { body: body(), face: points(468), leftHand: points(21), rightHand: points(21), world: points(33) }
const oneHanded: HolisticFrame = { ...whole, leftHand: null, face: null }
const nobody: HolisticFrame = { body: null, face: null, leftHand: null, rightHand: null, world: null }
const connections = { body: [[11, 12]], face: [[1, 2]], hand: [[0, 1]] } as const

function poseOf(...frames: readonly HolisticFrame[]): PoseFile {
  const numbers = new Float32Array(frames.length * FRAME_NUMBERS)
  for (const [i, frame] of frames.entries()) numbers.set(frameNumbers(frame), i * FRAME_NUMBERS)
  return holisticPose({ width: 640, height: 480, fps: 29.97, numbers, connections })
}

const shared = join(
  process.env.SIGNLLM_SHARED ?? '../shared',
  'data/fingerspelling-lexicon/ase/fs-sts13206cebad70790ee136a34c7a74af5e.pose',
)

describe('what Holistic sees as a .pose file', () => {
  it('has pixels in the picture, depth as it is, and nothing where a part was not found', () => {
    const pose = poseOf(whole, oneHanded, nobody)
    expect(pose).toMatchObject({ frames: 3, people: 1, points: 576, dims: 3, width: 640, height: 480, depth: 0 })
    const at = (frame: number, point: number) => {
      const cell = frame * 576 + point
      return [...pose.data.slice(cell * 3, cell * 3 + 3), pose.confidence[cell]!]
    }
    const leftShoulder = [0.7 * 640, 240, -0.1, 0.9]
    for (const frame of [0, 1]) for (const [i, v] of at(frame, 11).entries()) expect(v).toBeCloseTo(leftShoulder[i]!, 4)
    // The body in metres is multiplied by the picture too: so does pose-format.
    expect(at(0, 543)[0]).toBeCloseTo(whole.world![0]! * 640, 3)
    expect(at(1, 33 + 468)).toEqual([0, 0, 0, 0])
    for (let point = 0; point < 576; point++) expect(at(2, point)).toEqual([0, 0, 0, 0])
  })

  it('is counted by part', () => {
    const numbers = [whole, oneHanded, nobody].flatMap((frame) => [...frameNumbers(frame)])
    expect(seenParts(Float32Array.from(numbers))).toEqual({ body: 2, face: 1, leftHand: 1, rightHand: 2 })
  })

  it('is read again as it was written, as the points of its layout and as detections', () => {
    const pose = poseOf(whole, oneHanded, whole)
    const read = decodePose(encodePose(pose), 'x.pose')
    expect(read.data).toEqual(pose.data)
    expect(read.confidence).toEqual(pose.confidence)
    expect(read.components.map(({ name, points: names, limbs }) => [name, names.length, limbs])).toEqual([
      ['POSE_LANDMARKS', 33, [[11, 12]]],
      ['FACE_LANDMARKS', 468, [[1, 2]]],
      ['LEFT_HAND_LANDMARKS', 21, [[0, 1]]],
      ['RIGHT_HAND_LANDMARKS', 21, [[0, 1]]],
      ['POSE_WORLD_LANDMARKS', 33, [[11, 12]]],
    ])
    const motion = motionOfPoseIn(read, layouts['holistic-543'])
    expect(motion.frames).toBe(3)
    expect(motion.confidence![543 + 33 + 468]).toBe(0)
    expect(keypointsOfPose(read, { name: 'x' }).clip.frameIndex).toEqual(Int32Array.of(0, 1, 2))
  })

  it.skipIf(!existsSync(shared))('names its points as the files of pose-format do (skipped where those are not there)', async () => {
    const theirs = await readPose(shared)
    // Theirs has the ten points of the irises too.
    const names = (pose: PoseFile) => pose.components.map(({ name, format, points: all }) => [name, format, all.slice(0, 468)])
    expect(names(poseOf(whole))).toEqual(names(theirs))
  })

  it('is not made of a part that has other points', () => {
    expect(() => frameNumbers({ ...whole, face: points(478) })).toThrow('wanted 1872 numbers of face, got 1912')
  })
})
