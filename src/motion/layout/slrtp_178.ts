// The skeleton of the SLRTP 2025 challenge, in space: 8 points of the body, the right hand, the left hand, and 128 of MediaPipe's face. Which of MediaPipe's points
// each of the 128 is, the challenge does not say, nor which mirrors which: so it has no mirror. In its files the signer's right is called right.
//
// What is likely, but was seen in no file of the challenge: pose-format reduces MediaPipe's face to 128 points as well, those on its contours, in the order of their
// numbers there (0, 7, 10, 13, 14, 17, 21, …, 454, 466). Such `.pose` files name their points, and are read by these names, whatever the order. In them a smaller z
// is nearer to the camera: in all 1,718 frames of 32 files in which both are seen, the upper lip (0) has a smaller z than the sides of the head (234, 454). Whether
// the challenge's files have that order and that sign cannot be told from here; what is read as `slrtp-178` keeps its z as it is.

import type { Colour } from '../colour.js'
import { handBones, mediapipeHand } from './hands.js'
import { inOrder, type Layout, type LayoutBone } from './layout.js'
import { partColours } from './skeleton_50.js'

const first = { rightHand: 8, leftHand: 29, face: 50 } as const

const body = ['RIGHT_SHOULDER', 'RIGHT_ELBOW', 'RIGHT_WRIST', 'LEFT_SHOULDER', 'LEFT_ELBOW', 'LEFT_WRIST', 'RIGHT_HIP', 'LEFT_HIP']

const { body: trunk, rightArm, leftArm } = partColours
const bones: readonly LayoutBone[] = [
  ...bonesOf(trunk, [0, 3], [0, 6], [6, 7], [7, 3]),
  ...bonesOf(rightArm, [0, 1], [1, 2], [2, first.rightHand]),
  ...bonesOf(leftArm, [3, 4], [4, 5], [5, first.leftHand]),
  ...handBones(first.rightHand, fingerColour),
  ...handBones(first.leftHand, fingerColour),
]

function bonesOf(colour: Colour, ...pairs: readonly (readonly [number, number])[]): LayoutBone[] {
  return pairs.map(([parent, child]) => ({ parent, child, colour }))
}

/** The colour of a finger, by the place of one of its bones among the 20 of a hand. */
export function fingerColour(bone: number): Colour {
  const fingers = [partColours.thumb, partColours.index, partColours.middle, partColours.ring, partColours.little]
  return fingers[Math.floor(bone / 4)]!
}

const parts = inOrder([
  { name: 'body', component: 'POSE_LANDMARKS', points: body },
  { name: 'rightHand', component: 'RIGHT_HAND_LANDMARKS', points: mediapipeHand },
  { name: 'leftHand', component: 'LEFT_HAND_LANDMARKS', points: mediapipeHand },
  { name: 'face', component: 'FACE_LANDMARKS', points: Array.from({ length: 128 }, (_, i) => `face${i}`), dot: '#59626f' },
])

export const slrtp178: Layout = {
  name: 'slrtp-178',
  dims: 3,
  confidence: false,
  scale: 'clip-neck-shoulder-3',
  parts,
  points: 178,
  pointNames: parts.flatMap(({ name, points }) => points.map((point) => (/Hand$/.test(name) ? `${name} ${point}` : point))),
  bones,
  anchors: { rightShoulder: 0, leftShoulder: 3, rightWrist: 2, leftWrist: 5 },
  otherSide: undefined,
}
