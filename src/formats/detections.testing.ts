// Detections for tests: people who look real to the readers, and the files that detectors would have written of them.

import { Random } from '../base/random.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import { JOINTS, joint } from '../motion/skeleton.js'

/** Where the 8 body joints are, in shoulder distances from the neck. */
const upperBody = [
  [0, -0.6],
  [0, 0],
  [-0.5, 0],
  [-0.6, 0.9],
  [-0.3, 0.4],
  [0.5, 0],
  [0.6, 0.9],
  [0.3, 0.4],
] as const

/** One person [50, 3]: neck at x, y, shoulders `size` pixels apart, hands at their wrists, everything a little off by the random numbers. */
export function person(random: Random, x: number, y: number, size: number): Float32Array {
  const out = new Float32Array(JOINTS * KEYPOINT)
  for (let j = 0; j < JOINTS; j++) {
    const hand = j >= joint.rightHand ? joint.rightWrist : joint.leftWrist
    const [dx, dy] = upperBody[j < joint.leftHand ? j : hand]!
    const spread = j < joint.leftHand ? 0.01 : 0.05
    // As detectors print them, so that they survive being written and read.
    const at = (offset: number, from: number): number => Math.round((from + size * (offset + spread * random.normal())) * 1000) / 1000
    out.set([at(dx, x), at(dy, y), Math.round((0.5 + 0.5 * random.uniform()) * 1e6) / 1e6], j * KEYPOINT)
  }
  return out
}

/** A clip of a person who sways a little, without gaps unless `frameIndex` says so. */
export function keypointClip(name: string, frames: number, seed: number, frameIndex?: readonly number[]): KeypointClip {
  const random = new Random(seed)
  const keypoints = new Float32Array(frames * JOINTS * KEYPOINT)
  for (let t = 0; t < frames; t++) keypoints.set(person(random, 640 + 5 * Math.sin(t / 5), 350, 200), t * JOINTS * KEYPOINT)
  return { name, keypoints, frames, fps: 24, frameIndex: Int32Array.from({ length: frames }, (_, t) => frameIndex?.[t] ?? t) }
}

const numbers = (person: Float32Array, first: number, count: number): number[] =>
  Array.from(person.subarray(first * KEYPOINT, (first + count) * KEYPOINT), (value) => Number(value.toPrecision(7)))

/** What OpenPose writes of these people. */
export function openPoseJson(people: readonly Float32Array[]): string {
  return JSON.stringify({
    version: 1.3,
    people: people.map((one) => ({
      person_id: [-1],
      pose_keypoints_2d: [...numbers(one, 0, joint.leftHand), ...Array<number>(17 * KEYPOINT).fill(0)],
      face_keypoints_2d: Array.from({ length: 70 * KEYPOINT }, (_, i) => (i % 3 === 2 ? 0.9 : 600 + i)),
      hand_left_keypoints_2d: numbers(one, joint.leftHand, 21),
      hand_right_keypoints_2d: numbers(one, joint.rightHand, 21),
      pose_keypoints_3d: [],
      face_keypoints_3d: [],
      hand_left_keypoints_3d: [],
      hand_right_keypoints_3d: [],
    })),
  })
}

/** The lists of one person as DWPose has them, in fractions of the picture; `k` is the person's number, which its body scores repeat. */
export function dwposeLists(one: Float32Array, k: number, width: number, height: number) {
  const points = (first: number, count: number): number[][] =>
    Array.from({ length: count }, (_, i) => [one[(first + i) * KEYPOINT]! / width, one[(first + i) * KEYPOINT + 1]! / height])
  const scores = (first: number): number[] => Array.from({ length: 21 }, (_, i) => one[(first + i) * KEYPOINT + 2]!)
  const legsAndFace = Array.from({ length: 10 }, () => [0.5, 0.9])
  return {
    body_keypoints: [...points(0, joint.leftHand), ...legsAndFace],
    body_scores: Array.from({ length: 18 }, (_, j) => (j < joint.leftHand ? 18 * k + j : -1)),
    face_keypoints: Array.from({ length: 68 }, () => [0.5, 0.3]),
    face_scores: Array<number>(68).fill(0.9),
    left_hand_keypoints: points(joint.leftHand, 21),
    left_hand_scores: scores(joint.leftHand),
    right_hand_keypoints: points(joint.rightHand, 21),
    right_hand_scores: scores(joint.rightHand),
  }
}

/** What the Prompt2Sign tool of 2025 writes of these people; with two or more of them their hands are mixed up as it does. */
export function dwposeJson(people: readonly Float32Array[], width: number, height: number): string {
  const lists = people.map((one, k) => dwposeLists(one, k, width, height))
  const stack = [
    ...lists.map((one) => ({ points: one.left_hand_keypoints, scores: one.left_hand_scores })),
    ...lists.map((one) => ({ points: one.right_hand_keypoints, scores: one.right_hand_scores })),
  ]
  const written = lists.map((one, k) => ({
    ...one,
    left_hand_keypoints: stack[2 * k]!.points,
    left_hand_scores: stack[2 * k]!.scores,
    right_hand_keypoints: stack[2 * k + 1]!.points,
    right_hand_scores: stack[2 * k + 1]!.scores,
  }))
  return JSON.stringify({ num_persons: people.length, ...Object.fromEntries(written.map((one, k) => [`person_${k}`, one])) })
}

/** The clip as a 385-number line of the same tool. */
export function dwposeLine({ keypoints, frames }: KeypointClip, width: number, height: number): string {
  const line = Array.from({ length: frames }, (_, t) => {
    const one = dwposeLists(keypoints.subarray(t * JOINTS * KEYPOINT, (t + 1) * JOINTS * KEYPOINT), 0, width, height)
    const { body_keypoints, body_scores, left_hand_keypoints, right_hand_keypoints, left_hand_scores, right_hand_scores } = one
    const hands = [...left_hand_keypoints, ...right_hand_keypoints].flat()
    const body = [...body_keypoints.flat(), ...body_scores]
    const rest = [...one.face_keypoints.flat(), ...one.face_scores, frames === 1 ? 0 : t / (frames - 1)]
    return [...body, ...hands, ...left_hand_scores, ...right_hand_scores, ...rest].map((value) => value.toFixed(8)).join(' ')
  })
  return line.join(' ')
}
