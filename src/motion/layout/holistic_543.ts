// MediaPipe Holistic: 33 points of a body, 468 of a face and 21 of each hand, in the order of its `.pose` files. Which points of the face mirror each other is in
// no table of MediaPipe's: so it has no mirror.

import type { Colour } from '../colour.js'
import { handBones, mediapipeHand } from './hands.js'
import { inOrder, type Layout, type LayoutBone } from './layout.js'
import { partColours } from './skeleton_50.js'
import { fingerColour } from './slrtp_178.js'

const sides = (points: readonly string[]): string[] => points.flatMap((point) => [`LEFT_${point}`, `RIGHT_${point}`])

const body = [
  'NOSE',
  ...['LEFT', 'RIGHT'].flatMap((side) => ['EYE_INNER', 'EYE', 'EYE_OUTER'].map((point) => `${side}_${point}`)),
  ...sides(['EAR']),
  'MOUTH_LEFT',
  'MOUTH_RIGHT',
  ...sides(['SHOULDER', 'ELBOW', 'WRIST', 'PINKY', 'INDEX', 'THUMB', 'HIP', 'KNEE', 'ANKLE', 'HEEL', 'FOOT_INDEX']),
]

const FACE = 468
const first = { face: body.length, leftHand: body.length + FACE, rightHand: body.length + FACE + mediapipeHand.length } as const

const at = (point: string): number => body.indexOf(point)

function bonesOf(colour: Colour, ...points: readonly string[]): LayoutBone[] {
  return points.slice(1).map((point, i) => ({ parent: at(points[i]!), child: at(point), colour }))
}

const { body: trunk, rightArm, leftArm } = partColours
const bones: readonly LayoutBone[] = [
  ...bonesOf(trunk, 'RIGHT_SHOULDER', 'RIGHT_HIP', 'LEFT_HIP', 'LEFT_SHOULDER', 'RIGHT_SHOULDER'),
  ...(['RIGHT', 'LEFT'] as const).flatMap((side) => [
    ...bonesOf(trunk, `${side}_HIP`, `${side}_KNEE`, `${side}_ANKLE`, `${side}_HEEL`, `${side}_FOOT_INDEX`, `${side}_ANKLE`),
    ...bonesOf(side === 'RIGHT' ? rightArm : leftArm, `${side}_SHOULDER`, `${side}_ELBOW`, `${side}_WRIST`),
  ]),
  { parent: at('RIGHT_WRIST'), child: first.rightHand, colour: rightArm },
  { parent: at('LEFT_WRIST'), child: first.leftHand, colour: leftArm },
  ...handBones(first.leftHand, fingerColour),
  ...handBones(first.rightHand, fingerColour),
]

const parts = inOrder([
  { name: 'body', component: 'POSE_LANDMARKS', points: body },
  { name: 'face', component: 'FACE_LANDMARKS', points: Array.from({ length: FACE }, (_, i) => String(i)), dot: '#59626f' },
  { name: 'leftHand', component: 'LEFT_HAND_LANDMARKS', points: mediapipeHand },
  { name: 'rightHand', component: 'RIGHT_HAND_LANDMARKS', points: mediapipeHand },
])

export const holistic543: Layout = {
  name: 'holistic-543',
  dims: 3,
  confidence: true,
  scale: 'clip-neck-shoulder-3',
  parts,
  points: 543,
  pointNames: parts.flatMap(({ name, points }) => points.map((point) => (name === 'body' ? point : `${name} ${point}`))),
  bones,
  anchors: {
    rightShoulder: at('RIGHT_SHOULDER'),
    leftShoulder: at('LEFT_SHOULDER'),
    rightWrist: at('RIGHT_WRIST'),
    leftWrist: at('LEFT_WRIST'),
  },
  otherSide: undefined,
}
