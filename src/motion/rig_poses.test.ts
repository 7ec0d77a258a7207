import { quat, vec3 } from 'gl-matrix'
import { describe, expect, it } from 'vitest'
import type { Motion } from './clip.js'
import { rigBones } from './rig.js'
import { rigidMotion, worstDistance } from './rig.testing.js'
import { type RigPoses, rigPoses } from './rig_poses.js'
import { bones, COORDS, JOINTS, joint } from './skeleton.js'

const indexOf = (name: string): number => rigBones.findIndex((bone) => bone.name === name)
const turnOf = ({ turns }: RigPoses, frame: number, b: number): quat =>
  [...turns.subarray((frame * 50 + b) * 4, (frame * 50 + b + 1) * 4)] as quat

/** Forward kinematics: where every joint of a frame is, and how every bone is turned. */
function forward(poses: RigPoses, frame: number): { at: vec3[]; turns: quat[] } {
  const at: vec3[] = []
  const turns: quat[] = []
  at[joint.neck] = [...poses.place.subarray(frame * 3, frame * 3 + 3)] as vec3
  for (const [b, { parent, start, end }] of rigBones.entries()) {
    const local = turnOf(poses, frame, b)
    turns[b] = parent < 0 ? local : quat.multiply([0, 0, 0, 1], turns[parent]!, local)
    at[end] = vec3.add([0, 0, 0], at[start]!, vec3.transformQuat([0, 0, 0], poses.rest[b] as vec3, turns[b]!))
  }
  return { at, turns }
}

describe('the rig', () => {
  it('has 50 bones of different names, each behind the one it hangs on, one to every joint', () => {
    expect(new Set(rigBones.map(({ name }) => name)).size).toBe(50)
    expect(new Set(rigBones.map(({ end }) => end)).size).toBe(JOINTS)
    for (const [b, { parent, start }] of rigBones.entries()) {
      expect(parent).toBeLessThan(b)
      if (parent >= 0) expect(rigBones[parent]!.end).toBe(start)
    }
    const chain = (b: number): string[] => (b < 0 ? [] : [...chain(rigBones[b]!.parent), rigBones[b]!.name])
    expect(chain(indexOf('rightIndex2'))).toEqual([
      'body',
      'rightClavicle',
      'rightUpperArm',
      'rightForearm',
      'rightHand',
      'rightIndex1',
      'rightIndex2',
    ])
  })
})

describe('rigPoses', () => {
  it('puts every joint of a motion that stretches no bone where it was', () => {
    for (const seed of [1, 2, 3]) {
      const motion = rigidMotion(40, seed)
      const poses = rigPoses(motion)
      for (let t = 0; t < 40; t++) expect(worstDistance(motion, t, (id) => forward(poses, t).at[id] as number[])).toBeLessThan(2e-6)
    }
  })

  it('keeps the lengths of a motion that does stretch them, and is off by no more than that', () => {
    const rigid = rigidMotion(20, 4)
    const stretched: Motion = { ...rigid, joints: rigid.joints.map((value, i) => value * (1 + 0.02 * Math.sin(Math.floor(i / COORDS)))) }
    const poses = rigPoses(stretched)
    for (const [b, { parent, child }] of bones.entries()) {
      for (const t of [0, 7, 19]) {
        const { at } = forward(poses, t)
        expect(vec3.distance(at[parent]!, at[child]!)).toBeCloseTo(vec3.length(poses.rest[b + 1] as vec3), 6)
      }
    }
    // 2 % of at most nine bones of at most 0.25, twice over: the median's own error and the frame's.
    for (let t = 0; t < 20; t++) expect(worstDistance(stretched, t, (id) => forward(poses, t).at[id] as number[])).toBeLessThan(0.09)
  })

  it('turns the body with the shoulders and the palm with the hand', () => {
    const motion = rigidMotion(1, 5)
    const set = (id: number, ...xyz: number[]): void => motion.joints.set(xyz, id * 3)
    // The signer's left shoulder nearer to us than the right: a quarter turn to their right.
    set(joint.rightShoulder, 0, 0, -0.1)
    set(joint.leftShoulder, 0, 0, 0.1)
    // The left hand hangs, the back of it to us: fingers down the picture, thumb side towards the body.
    set(joint.leftHand, 0.3, 0.5, 0)
    for (const [k, x] of [-0.02, -0.01, 0, 0.01, 0.02].entries()) set(joint.leftHand + 1 + 4 * k, 0.3 + x, 0.6, 0)
    const { turns } = forward(rigPoses(motion), 0)
    const seen = (name: string, v: vec3): number[] =>
      [...vec3.transformQuat([0, 0, 0], v, turns[indexOf(name)]!)].map((value) => Math.round(value * 1e3) / 1e3 + 0)
    expect(seen('body', [0, 0, 1])).toEqual([-1, 0, 0])
    // At rest the back of the hand is up and the thumb's side forward.
    const palm = seen('leftMiddle1', [0, 1, 0])
    expect(palm[2]).toBeGreaterThan(0.99)
  })

  it('has a rest pose that needs no turning, whichever way round the picture is', () => {
    for (const side of [1, -1]) {
      const joints = new Float32Array(COORDS)
      for (const { start, end, rest } of rigBones.slice(1)) {
        const from = [...joints.subarray(start * 3, start * 3 + 3)] as vec3
        joints.set([from[0] + 0.1 * side * rest[0], from[1] - 0.1 * rest[1], from[2] + 0.1 * rest[2]], end * 3)
      }
      const poses = rigPoses({ joints, frames: 1, fps: 25 })
      for (let b = 0; b < rigBones.length; b++) expect(Math.abs(turnOf(poses, 0, b)[3])).toBeCloseTo(1, 6)
    }
  })

  it('goes on from frame to frame without a jump of sign', () => {
    const poses = rigPoses(rigidMotion(200, 6))
    for (let t = 1; t < 200; t++)
      for (let b = 0; b < rigBones.length; b++) expect(quat.dot(turnOf(poses, t, b), turnOf(poses, t - 1, b))).toBeGreaterThanOrEqual(0)
  })

  it('survives joints that coincide', () => {
    const poses = rigPoses({ joints: new Float32Array(2 * COORDS), frames: 2, fps: 25 })
    expect(poses.turns.every(Number.isFinite)).toBe(true)
    expect(poses.rest.every((offset) => vec3.length(offset as vec3) === 0)).toBe(true)
  })

  it('names the first coordinate that is not finite', () => {
    const motion = rigidMotion(3, 7)
    motion.joints[COORDS + 4] = Number.NaN
    expect(() => rigPoses(motion, 'a.bvh')).toThrow(/^a\.bvh: wanted finite coordinates, got NaN in frame 1, joint 1 y \(neck\)\./)
  })
})
