import { describe, expect, it } from 'vitest'
import { KEYPOINT } from '../motion/keypoints.js'
import { bones, JOINTS, joint } from '../motion/skeleton.js'
import { signer } from '../outputs/signer.testing.js'
import { liftTargets } from './targets.js'

const frames = 6
const range = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, i) => first + i)
const leftHand = range(joint.leftHand, joint.rightHand)
const rightHand = range(joint.rightHand, JOINTS)

/** The made-up signer in the picture, without the joints of `hidden`, which are 0, 0 as interpolation leaves them. */
function clipWithout(hidden: readonly number[], confidence = 0): Float32Array {
  const keypoints = signer(frames).joints.map((value, i) => (i % 3 === 2 ? 0.9 : 4 * value))
  for (const j of hidden) for (let t = 0; t < frames; t++) keypoints.set([0, 0, confidence], (t * JOINTS + j) * KEYPOINT)
  return keypoints
}

const whole = liftTargets({ keypoints: clipWithout([]), frames })
const at = (keypoints: Float32Array, t: number, j: number) =>
  [...keypoints.subarray((t * JOINTS + j) * 3, (t * JOINTS + j) * 3 + 3)] as [number, number, number]
const apart = (keypoints: Float32Array, t: number, a: number, b: number): number => {
  const [from, to] = [at(keypoints, t, a), at(keypoints, t, b)]
  return Math.hypot(to[0] - from[0], to[1] - from[1])
}

describe('liftTargets', () => {
  it('leaves a clip alone in which every joint is seen', () => {
    const keypoints = clipWithout([])
    expect(liftTargets({ keypoints, frames })).toMatchObject({ keypoints, unseen: [] })
    expect(whole.seen.every(Boolean)).toBe(true)
  })

  it.each<[string, readonly number[]]>([
    ['left hand', leftHand],
    ['right hand', rightHand],
    ['left wrist and hand', [joint.leftWrist, ...leftHand]],
    ['right arm', [joint.rightElbow, joint.rightWrist, ...rightHand]],
    ['right elbow', [joint.rightElbow]],
    ['left thumb', range(joint.leftHand + 1, joint.leftHand + 5)],
    ['left shoulder', [joint.leftShoulder]],
  ])('takes the lengths of the other side for a %s never seen, and hangs it there', (_, hidden) => {
    const { lengths, seen, keypoints, unseen } = liftTargets({ keypoints: clipWithout(hidden), frames })
    expect(unseen).toEqual([...hidden].sort((a, b) => a - b))
    expect(seen.every(Boolean)).toBe(true)
    for (const [id, length] of lengths.entries()) expect(Math.abs(length / whole.lengths[id]! - 1), `length ${id}`).toBeLessThan(0.35)
    for (let t = 0; t < frames; t++) {
      for (const j of range(0, JOINTS)) if (!hidden.includes(j)) expect(at(keypoints, t, j)).toEqual(at(clipWithout([]), t, j))
      // What hangs on something that was not seen either is as long as it should be; what reaches for something seen may be shorter in the picture.
      for (const { parent, child, length } of bones)
        if (hidden.includes(child)) {
          const found = apart(keypoints, t, parent, child)
          expect(found, `${parent} to ${child}`).toBeLessThan(lengths[length]! * 1.001)
          if (hidden.includes(parent)) expect(found, `${parent} to ${child}`).toBeCloseTo(lengths[length]!, 5)
        }
      for (const j of hidden) expect(at(keypoints, t, j)[2]).toBeGreaterThan(0)
    }
  })

  it('holds what is seen on neither side, in the proportions of a body', () => {
    const { seen, lengths, keypoints } = liftTargets({ keypoints: clipWithout([...leftHand, ...rightHand]), frames })
    expect(seen).toEqual(Array.from({ length: 25 }, (_, id) => id < 4))
    expect(lengths[13]! / lengths[1]!).toBeCloseTo(0.5, 1)
    for (const hand of [joint.leftHand, joint.rightHand])
      for (const k of range(0, 5)) {
        const tip = apart(keypoints, 0, hand, hand + 4 * k + 4)
        expect(tip).toBeGreaterThan(2 * lengths[6 + 4 * k]!)
      }
  })

  it('points hands along their forearms, thumbs inwards, and hangs arms beside the body', () => {
    const { keypoints } = liftTargets({ keypoints: clipWithout([...leftHand, joint.rightElbow, joint.rightWrist, ...rightHand]), frames })
    const [shoulder, elbow, wrist, hand] = [joint.rightShoulder, joint.rightElbow, joint.rightWrist, joint.rightHand].map((j) =>
      at(keypoints, 0, j),
    )
    expect(shoulder![1] < elbow![1] && elbow![1] < wrist![1] && wrist![1] < hand![1]).toBe(true)
    expect(elbow![0]).toBeLessThan(shoulder![0])
    // The right hand is on the picture's left.
    expect(at(keypoints, 0, joint.rightHand + 4)[0]).toBeGreaterThan(hand![0])
    const along = ([x, y]: readonly number[], [fromX, fromY]: readonly number[]) => Math.atan2(y! - fromY!, x! - fromX!)
    for (let t = 0; t < frames; t++) {
      const forearm = along(at(keypoints, t, joint.leftWrist), at(keypoints, t, joint.leftElbow))
      const middle = along(at(keypoints, t, joint.leftHand + 12), at(keypoints, t, joint.leftHand))
      expect(Math.cos(forearm - middle)).toBeGreaterThan(0.8)
    }
  })

  it('takes for never seen what is hardly seen', () => {
    expect(liftTargets({ keypoints: clipWithout(leftHand, 0.02), frames })).toEqual(
      liftTargets({ keypoints: clipWithout(leftHand), frames }),
    )
  })

  it('has a neck between the shoulders where a detector has none', () => {
    const { keypoints, unseen, lengths } = liftTargets({ keypoints: clipWithout([joint.neck]), frames })
    expect(unseen).toEqual([])
    expect(apart(keypoints, 3, joint.rightShoulder, joint.neck)).toBeCloseTo(apart(keypoints, 3, joint.leftShoulder, joint.neck), 5)
    expect(Math.abs(lengths[1]! / whole.lengths[1]! - 1)).toBeLessThan(0.1)
  })

  it('gives somebody of whom nothing was seen a body', () => {
    const { keypoints, lengths } = liftTargets({ keypoints: clipWithout(range(0, JOINTS)), frames })
    expect([...keypoints, ...lengths].every(Number.isFinite)).toBe(true)
    for (const { parent, child, length } of bones) expect(apart(keypoints, 0, parent, child)).toBeCloseTo(lengths[length]!, 5)
  })
})
