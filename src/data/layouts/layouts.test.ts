import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { type PoseFile, readPose } from '../../formats/pose/pose.js'
import { poseOfMotion } from '../../formats/pose/write.js'
import { mediapipeHand } from '../../motion/layout/hands.js'
import { COORDS, JOINTS, joint } from '../../motion/skeleton.js'
import { keypointsOfPose } from '../keypoints/of_pose.js'
import { normalise, shoulderWidth } from '../normalise.js'
import { layoutOf } from './layouts.js'
import { motionOfPose } from './motion.js'

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data')

const upperBody: Record<string, [number, number]> = {
  NOSE: [250, 120],
  LEFT_SHOULDER: [350, 250],
  RIGHT_SHOULDER: [150, 250],
  LEFT_ELBOW: [370, 430],
  RIGHT_ELBOW: [130, 430],
  LEFT_WRIST: [330, 300],
  RIGHT_WRIST: [170, 300],
}

type Hide = (component: string, point: string, frame: number) => boolean

/** Four frames of a MediaPipe upper body with both hands beside their wrists; `hide` takes points away and leaves 0,0,0. */
function mediapipe(hide: Hide = () => false, names = upperBody): PoseFile {
  const frames = 4
  const components = [
    { name: 'POSE_LANDMARKS', points: Object.keys(names) },
    { name: 'LEFT_HAND_LANDMARKS', points: mediapipeHand },
    { name: 'RIGHT_HAND_LANDMARKS', points: mediapipeHand },
  ].map((part) => ({ ...part, format: 'XYZC', limbs: [], colours: [] }))
  const points = components.reduce((sum, part) => sum + part.points.length, 0)
  const data: number[] = []
  const confidence: number[] = []
  for (let t = 0; t < frames; t++) {
    for (const { name, points: list } of components) {
      for (const [i, point] of list.entries()) {
        const gone = hide(name, point, t)
        const wrist = upperBody[name.startsWith('LEFT') ? 'LEFT_WRIST' : 'RIGHT_WRIST']!
        const [x, y] = name === 'POSE_LANDMARKS' ? names[point]! : [wrist[0] + i, wrist[1] - 2 * i]
        data.push(...(gone ? [0, 0, 0] : [x + 6 * t, y, -i / 10]))
        confidence.push(gone ? 0 : 0.9)
      }
    }
  }
  return {
    version: 0.2,
    width: 500,
    height: 500,
    depth: 0,
    components,
    fps: 25,
    frames,
    people: 1,
    points,
    dims: 3,
    data: Float32Array.from(data),
    confidence: Float32Array.from(confidence),
  }
}

const at = (joints: Float32Array, t: number, j: number): number[] => [...joints.subarray(t * COORDS + j * 3, t * COORDS + j * 3 + 2)]
const near = (got: readonly number[], wanted: readonly number[]): void => {
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 5)
}

describe('motionOfPose', () => {
  it('takes joints by name, the neck from the shoulders, left and right as they are called', () => {
    const { joints, seen } = motionOfPose(mediapipe())
    // 200 pixels between the shoulders are 1/3: 600 pixels a unit, from the neck at 250, 250.
    near(at(joints, 2, joint.neck), [0, 0])
    near(at(joints, 2, joint.nose), [0, -130 / 600])
    near(at(joints, 2, joint.rightShoulder), [-1 / 6, 0])
    near(at(joints, 2, joint.leftElbow), [120 / 600, 180 / 600])
    near(at(joints, 2, joint.leftHand + 8), [88 / 600, 34 / 600])
    near(at(joints, 2, joint.rightHand + 8), [-72 / 600, 34 / 600])
    expect(seen).toEqual({ leftHand: 1, rightHand: 1 })
  })

  it('does not mind the order of components and points', () => {
    const reversed = Object.fromEntries(Object.entries(upperBody).reverse())
    const [a, b] = [motionOfPose(mediapipe()), motionOfPose(mediapipe(() => false, reversed))]
    for (let i = 0; i < COORDS; i++) if (i % 3 < 2) expect(b.joints[i]).toBeCloseTo(a.joints[i]!, 6)
  })

  it('goes in a straight line through frames in which a joint is hidden, and stands still at the ends', () => {
    const moving = mediapipe((component, point, t) => component === 'POSE_LANDMARKS' && point === 'LEFT_ELBOW' && (t === 1 || t === 3))
    const cell = (t: number): number => (t * moving.points + Object.keys(upperBody).indexOf('LEFT_ELBOW')) * 3
    moving.data[cell(2)] = moving.data[cell(2)]! + 60
    const { joints } = motionOfPose(moving)
    near(at(joints, 1, joint.leftElbow), [0.2 + 0.05, 0.3])
    near(at(joints, 3, joint.leftElbow), [0.2 + 0.1, 0.3])
  })

  it('puts a hand never seen at rest below its wrist, and hangs an arm never seen beside the trunk', () => {
    const { joints, seen, unseen } = motionOfPose(
      mediapipe((component, point) => component.startsWith('LEFT') || point === 'LEFT_WRIST' || point === 'LEFT_ELBOW'),
    )
    expect(seen).toEqual({ leftHand: 0, rightHand: 1 })
    const [elbow, wrist] = [at(joints, 1, joint.leftElbow), at(joints, 1, joint.leftWrist)]
    expect(elbow[0]).toBeGreaterThan(1 / 6)
    expect(elbow[1]).toBeCloseTo(0.305, 5)
    expect(wrist[1]).toBeCloseTo(0.535, 5)
    const hand = Array.from({ length: 21 }, (_, k) => joint.leftHand + k)
    expect(unseen).toEqual([joint.leftElbow, joint.leftWrist, ...hand])
    const [root, ...points] = hand.map((j) => at(joints, 1, j)) as [number[], ...number[][]]
    expect(Math.hypot(root[0]! - wrist[0]!, root[1]! - wrist[1]!)).toBeCloseTo(0.04, 6)
    for (const [x, y] of points) expect([Math.abs(x! - root[0]!) < 0.15, y! > root[1]!, y! < root[1]! + 0.25]).toEqual([true, true, true])
    // Tips are apart, the thumb's towards the trunk.
    const tips = [3, 7, 11, 15, 19].map((k) => points[k]![0]!)
    expect(tips).toEqual(tips.toSorted((a, b) => a - b))
    expect(new Set(hand.map((j) => joints[COORDS + j * 3 + 2]))).toEqual(new Set([joints[COORDS + joint.leftWrist * 3 + 2]]))
  })

  it('puts a finger never seen beside those that are', () => {
    const { joints, unseen } = motionOfPose(
      mediapipe((component, point) => component.startsWith('RIGHT_HAND') && point.startsWith('PINKY')),
    )
    const little = [17, 18, 19, 20].map((k) => joint.rightHand + k)
    expect(unseen).toEqual(little)
    const [root, ring] = [joint.rightHand, joint.rightHand + 13].map((j) => at(joints, 2, j)) as [number[], number[]]
    for (const j of little) {
      const [x, y] = at(joints, 2, j) as [number, number]
      expect(Math.hypot(x - root[0]!, y - root[1]!)).toBeGreaterThan(0.05)
      expect((x - root[0]!) * (ring[0]! - root[0]!) + (y - root[1]!) * (ring[1]! - root[1]!)).toBeGreaterThan(0)
    }
  })

  it('moves a hand with its wrist while the hand is hidden', () => {
    const { joints } = motionOfPose(mediapipe((component, _, t) => component.startsWith('RIGHT') && t === 1))
    for (let j = joint.rightHand; j < joint.rightHand + 21; j++) near(at(joints, 1, j), at(joints, 2, j))
  })

  it('takes a hand found in one frame of many for a false alarm, unless the clip is as short', () => {
    const once = (component: string, _: string, t: number): boolean => component.startsWith('LEFT') && t > 0
    expect(motionOfPose(mediapipe(once)).seen.leftHand).toBe(0.25)
    const pose = mediapipe(once)
    const long = {
      ...pose,
      frames: 12,
      data: Float32Array.from([0, 1, 1, 1].flatMap((k, i) => (i < 3 ? [...(k ? mediapipe(() => false) : pose).data] : []))),
    }
    const absent = mediapipe((component) => component.startsWith('LEFT')).confidence
    const confidence = Float32Array.from([...pose.confidence, ...absent, ...absent])
    expect(motionOfPose({ ...long, confidence }).seen.leftHand).toBe(0)
  })

  it('believes the hand where the wrist of the body is elsewhere', () => {
    const pose = mediapipe()
    for (let t = 0; t < 4; t++) pose.data[(t * pose.points + 5) * 3] = 480
    const { joints } = motionOfPose(pose)
    near(at(joints, 0, joint.leftWrist), at(joints, 0, joint.leftHand))
    near(at(joints, 0, joint.leftHand), [80 / 600, 50 / 600])
  })

  it('survives shoulders hidden in some frames, and refuses a clip that never shows both', () => {
    const some = motionOfPose(mediapipe((_, point, t) => point === 'LEFT_SHOULDER' && t < 2))
    expect(some.joints.every(Number.isFinite)).toBe(true)
    expect(shoulderWidth(some.joints, 0)).toBeCloseTo(1 / 3, 5)
    const never = mediapipe((_, point, t) => (point === 'LEFT_SHOULDER' && t < 2) || (point === 'RIGHT_SHOULDER' && t >= 2))
    expect(() => motionOfPose(never, { who: 'x.pose' })).toThrow(
      /^x\.pose: wanted both shoulders apart in at least one frame, got 0 frames of 4/,
    )
  })

  it('takes a coordinate that is not finite for a missing one', () => {
    const pose = mediapipe()
    pose.data[3 * 3] = Number.NaN
    expect(motionOfPose(pose).joints.every(Number.isFinite)).toBe(true)
  })

  it('chooses the person of whom most is seen', () => {
    const [ghost, signer] = [mediapipe(() => true), mediapipe()]
    const two = (a: Float32Array, b: Float32Array, each: number): Float32Array =>
      Float32Array.from([0, 1, 2, 3].flatMap((t) => [...a.subarray(t * each, (t + 1) * each), ...b.subarray(t * each, (t + 1) * each)]))
    const both = {
      ...signer,
      people: 2,
      data: two(ghost.data, signer.data, signer.points * 3),
      confidence: two(ghost.confidence, signer.confidence, signer.points),
    }
    expect(motionOfPose(both).joints).toEqual(motionOfPose(signer).joints)
    expect(() => motionOfPose(both, { person: 0 })).toThrow(/shoulders/)
    expect(() => motionOfPose(both, { person: 2 })).toThrow(/wanted person 0 to 1, got 2/)
  })

  it('follows the signer where the order of people changes, with the depth of each', () => {
    const [signer, other] = [mediapipe(), mediapipe()]
    for (let i = 0; i < other.data.length; i += 3) other.data[i] = 900 + 0.7 * other.data[i]!
    for (let i = 1; i < other.data.length; i += 3) other.data[i] = 0.7 * other.data[i]!
    const swapped = (t: number): boolean => t === 1 || t === 3
    const two = (a: Float32Array, b: Float32Array, each: number): Float32Array =>
      Float32Array.from(
        [0, 1, 2, 3].flatMap((t) => {
          const [first, second] = swapped(t) ? [b, a] : [a, b]
          return [...first.subarray(t * each, (t + 1) * each), ...second.subarray(t * each, (t + 1) * each)]
        }),
      )
    const both = {
      ...signer,
      people: 2,
      data: two(signer.data, other.data, signer.points * 3),
      confidence: two(signer.confidence, other.confidence, signer.points),
    }
    const { joints, quality } = motionOfPose(both)
    expect(joints).toEqual(motionOfPose(signer).joints)
    expect(quality).toMatchObject({ several: 4, notFirst: 2, notes: [expect.stringMatching(/^several people in 4 frames/)] })
    const { clip } = keypointsOfPose(both, { name: 'a' })
    expect(clip.keypoints).toEqual(keypointsOfPose(signer, { name: 'a' }).clip.keypoints)
  })

  it('gives hands back to their arms where the file has them on the others, and says so', () => {
    const wanted = mediapipe()
    const hand = 3 * mediapipeHand.length
    const body = 3 * (wanted.points - 2 * mediapipeHand.length)
    const exchanged = (frames: readonly number[]): PoseFile => {
      const data = wanted.data.slice()
      for (const t of frames) {
        const first = t * wanted.points * 3 + body
        data.copyWithin(first, first + hand, first + 2 * hand)
        data.set(wanted.data.subarray(first, first + hand), first + hand)
      }
      return { ...wanted, data }
    }
    for (const frames of [[0, 1, 2, 3], [2]]) {
      const note = `left and right hand exchanged in ${frames.length} of 4 frames: each began at the other's wrist`
      const { joints, quality } = motionOfPose(exchanged(frames))
      expect([joints, quality.notes]).toEqual([motionOfPose(wanted).joints, [note]])
      const { clip, detection } = keypointsOfPose(exchanged(frames), { name: 'a' })
      expect([clip.keypoints, detection.notes]).toEqual([keypointsOfPose(wanted, { name: 'a' }).clip.keypoints, [note]])
    }
  })

  it('notes a file whose sides it exchanges', () => {
    const file = mediapipe()
    const mirrored = { ...file, data: file.data.map((value, i) => (i % 3 === 0 ? 500 - value : value)) }
    const note = "left and right exchanged: the file has the right shoulder on the picture's right, as in a mirrored video"
    expect(motionOfPose(mirrored).quality.notes).toEqual([note])
    expect(keypointsOfPose(mirrored, { name: 'a' }).detection.notes).toEqual([note])
  })

  it('does not look for the signer in a crowd', () => {
    const crowd = { ...mediapipe(), people: 101 }
    expect(() => motionOfPose({ ...crowd, frames: 0 }, { who: 'x.pose' })).toThrow(/^x\.pose: wanted at most 100 people/)
  })

  it('gives back our own files, depth and all', () => {
    const random = new Random(5)
    // Hands stay near their wrists, as the rule of filling expects.
    const raw = Float32Array.from({ length: 6 * COORDS }, () => random.normal() * 0.02)
    for (let t = 0; t < 6; t++) {
      raw[t * COORDS + joint.rightShoulder * 3] = -1
      raw[t * COORDS + joint.leftShoulder * 3] = 1
    }
    const motion = { joints: normalise(raw, 6), frames: 6, fps: 25 }
    const back = motionOfPose(poseOfMotion(motion))
    for (const [i, value] of back.joints.entries()) expect(Math.abs(value - motion.joints[i]!)).toBeLessThan(1e-5)
  })

  it('places depth so that no joint is further from its parent than a bone is long', () => {
    const pose = mediapipe()
    for (let i = 2; i < pose.data.length; i += 3) pose.data[i] = pose.data[i]! * 1e4
    const { joints } = motionOfPose(pose)
    const z = Array.from({ length: JOINTS }, (_, j) => joints[j * 3 + 2]!)
    expect(Math.max(...z.map(Math.abs))).toBeLessThan(0.31 + 0.235 + 0.22 + 0.17)
    expect(z[joint.rightHand]).toBeCloseTo(z[joint.rightWrist]!, 6)
    // Smaller z is nearer in MediaPipe, larger in ours; tips are nearer than the palm here.
    expect(z[joint.rightHand + 20]).toBeGreaterThan(z[joint.rightHand]!)
  })
})

describe('layoutOf', () => {
  const named = (name: string, points: string[]): PoseFile => ({
    ...mediapipe(),
    dims: 2,
    components: [{ name, format: 'XYC', points, limbs: [], colours: [] }],
  })

  it('knows the 135-point OpenPose network by its own names', () => {
    const layout = layoutOf(named('BODY_135', ['Nose', 'LShoulder', 'RShoulder', 'RWrist', 'RThumb1CMC', 'LPinky4FingerTip']), 'x')
    expect([layout.name, layout.depth]).toEqual(['openpose-135', 'none'])
    const points = (j: number): number[] => layout.joints[j]!.map((source) => source.point)
    expect([
      points(joint.neck),
      points(joint.rightWrist),
      points(joint.rightHand),
      points(joint.rightHand + 1),
      points(joint.leftHand + 20),
    ]).toEqual([[1, 2], [3], [3], [4], [5]])
    expect(points(joint.leftElbow)).toEqual([])
  })

  it('names the components of a layout it does not know', () => {
    expect(() => layoutOf(named('LEGS', ['KNEE']), 'x.pose')).toThrow(
      /^x\.pose: wanted both shoulders by the names of MediaPipe or OpenPose, got LEGS \(1\)/,
    )
  })
})

describe.skipIf(!existsSync(shared))('published .pose files', () => {
  it('all become plausible motions, but for the hand without a body', async () => {
    const paths = (await readdir(shared, { recursive: true })).filter((name) => name.endsWith('.pose'))
    // Every fifth letter is enough to meet each alphabet; everything else is read.
    const chosen = paths.sort().filter((path, i) => !path.includes('fingerspelling') || i % 5 === 0)
    const layouts: Record<string, number> = {}
    for (const path of chosen) {
      const pose = await readPose(join(shared, path))
      if (path.endsWith('mediapipe_hand_normalized.pose')) {
        expect(() => motionOfPose(pose, { who: path })).toThrow(/RIGHT_HAND_LANDMARKS \(21\)/)
        continue
      }
      const { joints, frames } = motionOfPose(pose, { who: path })
      const { name } = layoutOf(pose, path)
      layouts[name] = (layouts[name] ?? 0) + 1
      expect(joints.length).toBe(frames * COORDS)
      expect(
        joints.reduce((max, value) => Math.max(max, Math.abs(value)), 0),
        path,
      ).toBeLessThan(1)
      for (let t = 0; t < frames; t++) expect(at(joints, t, joint.nose)[1], `${path}: nose above neck`).toBeLessThan(0)
    }
    expect(layouts.openpose).toBe(2)
    expect(layouts.mediapipe).toBeGreaterThan(80)
  })
})
