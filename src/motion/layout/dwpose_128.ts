// DWPose's points as its users store them, in the picture: OpenPose's 18 of the body, 21 of each hand, and the 68 of a face. Left and right are the signer's.
// Six points of the feet, which the detector finds too, are nowhere stored. Colours are those that pose-driven video generators are trained on: 17 limbs
// and 18 joints each 20 degrees of hue further than the one before, hands in a rainbow, faces white, all on black.

import { hue } from '../colour.js'
import { handBones, mirrorTable, openposeHand, rainbow } from './hands.js'
import { inOrder, type Layout, type LayoutBone } from './layout.js'

const body = [
  ...['Nose', 'Neck', 'RShoulder', 'RElbow', 'RWrist', 'LShoulder', 'LElbow', 'LWrist'],
  ...['RHip', 'RKnee', 'RAnkle', 'LHip', 'LKnee', 'LAnkle', 'REye', 'LEye', 'REar', 'LEar'],
]

/** From point to point, in the order of their hues. */
const limbs: readonly (readonly [parent: number, child: number])[] = [
  ...([
    [1, 2],
    [1, 5],
    [2, 3],
    [3, 4],
    [5, 6],
    [6, 7],
  ] as const),
  ...([
    [1, 8],
    [8, 9],
    [9, 10],
    [1, 11],
    [11, 12],
    [12, 13],
  ] as const),
  ...([
    [1, 0],
    [0, 14],
    [14, 16],
    [0, 15],
    [15, 17],
  ] as const),
]

/** The parts of a face and the number each begins with, as OpenPose's files name its points. */
const face = [
  ['FB', 0],
  ['FEB', 17],
  ['FN', 27],
  ['FE', 36],
  ['FLO', 48],
  ['FLI', 60],
] as const

const STEP = 20
/** Limbs are darker than the joints they join. */
const LIMB = 0.6

const first = { leftHand: 18, rightHand: 39, face: 60 } as const

/** Points of a face after iBUG: jaw, brows, nose, eyes, mouth; each pair mirrors the other. */
const facePairs = [
  ...range(0, 7).map((i) => [i, 16 - i] as const),
  ...range(17, 21).map((i) => [i, 43 - i] as const),
  ...range(31, 32).map((i) => [i, 66 - i] as const),
  ...range(36, 39).map((i) => [i, 81 - i] as const),
  ...range(40, 41).map((i) => [i, 87 - i] as const),
  ...range(48, 50).map((i) => [i, 102 - i] as const),
  ...range(55, 56).map((i) => [i, 114 - i] as const),
  ...range(60, 61).map((i) => [i, 124 - i] as const),
  [65, 67] as const,
].map(([a, b]) => [first.face + a, first.face + b] as const)

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

const bones: readonly LayoutBone[] = [
  ...limbs.map(([parent, child], k) => ({ parent, child, colour: hue(STEP * k, LIMB) })),
  ...handBones(first.leftHand, rainbow),
  ...handBones(first.rightHand, rainbow),
]

const parts = inOrder([
  { name: 'body', component: 'pose_keypoints_2d', points: body, dot: body.map((_, j) => hue(STEP * j)) },
  { name: 'leftHand', component: 'hand_left_keypoints_2d', points: openposeHand, dot: '#0000ff' },
  { name: 'rightHand', component: 'hand_right_keypoints_2d', points: openposeHand, dot: '#0000ff' },
  {
    name: 'face',
    component: 'face_keypoints_2d',
    points: range(0, 67).map((i) => `${face.findLast(([, from]) => from <= i)![0]}_${i}`),
    dot: '#ffffff',
  },
])

export const dwpose128: Layout = {
  name: 'dwpose-128',
  dims: 2,
  confidence: true,
  scale: 'clip-neck-shoulder-3',
  parts,
  points: 128,
  pointNames: parts.flatMap(({ name, points }) => points.map((point) => (name === 'body' ? point : `${name} ${point}`))),
  bones,
  anchors: { neck: 1, rightShoulder: 2, leftShoulder: 5, rightWrist: 4, leftWrist: 7 },
  otherSide: mirrorTable(
    128,
    {
      bodyPairs: [...range(2, 4).map((j) => [j, j + 3] as const), ...range(8, 10).map((j) => [j, j + 3] as const), [14, 15], [16, 17]],
      ...first,
    },
    facePairs,
  ),
  paper: '#000000',
}
