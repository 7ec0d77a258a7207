// The field's 50-joint upper body in space (skeleton.ts) as a layout: what everything is in unless it says otherwise.

import type { Colour } from '../colour.js'
import { otherSide } from '../sides.js'
import { bones, JOINTS, joint, jointNames, type Part } from '../skeleton.js'
import { mediapipeHand } from './hands.js'
import { inOrder, type Layout } from './layout.js'

/** Names of the 8 body joints in `.pose` files. `NECK` is ours: MediaPipe has none, so its presence tells our own files. */
const body = ['NOSE', 'NECK', 'RIGHT_SHOULDER', 'RIGHT_ELBOW', 'RIGHT_WRIST', 'LEFT_SHOULDER', 'LEFT_ELBOW', 'LEFT_WRIST']

/** The colours that travel with a motion into files of other tools, one for each part of the skeleton. */
export const partColours: Readonly<Record<Part, Colour>> = {
  head: '#787878',
  body: '#787878',
  leftArm: '#466e96',
  rightArm: '#aa6946',
  thumb: '#d64541',
  index: '#e6961e',
  middle: '#3ca050',
  ring: '#3278c8',
  little: '#8c50b4',
}

export const skeleton50: Layout = {
  name: 'skeleton-50',
  dims: 3,
  confidence: false,
  scale: 'neck-shoulder-3',
  parts: inOrder([
    { name: 'body', component: 'POSE_LANDMARKS', points: body, colour: '#5a5a5a' },
    { name: 'leftHand', component: 'LEFT_HAND_LANDMARKS', points: mediapipeHand },
    { name: 'rightHand', component: 'RIGHT_HAND_LANDMARKS', points: mediapipeHand },
  ]),
  points: JOINTS,
  pointNames: jointNames,
  bones: bones.map(({ parent, child, part }) => ({ parent, child, colour: partColours[part] })),
  anchors: {
    neck: joint.neck,
    rightShoulder: joint.rightShoulder,
    leftShoulder: joint.leftShoulder,
    rightWrist: joint.rightWrist,
    leftWrist: joint.leftWrist,
  },
  otherSide,
}
