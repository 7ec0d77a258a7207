// The skeleton of the SLRTP 2025 challenge, in space: 8 points of the body, the right hand, the left hand, and 128 of MediaPipe's face. Which of MediaPipe's points
// each of the 128 is, the challenge does not say, nor which mirrors which: so it has no mirror. In its files the signer's right is called right.

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
