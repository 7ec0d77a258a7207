// The skeleton as animation programs want it: 50 named bones in a tree, which turn and do not stretch, and the pose they have before they turn.
//
// A rig bone is one of our 49 bones: it sits where that begins and points to where it ends, so every bone has a rotation of its own and none is shared by
// children that move apart, as the five bones of a palm do. The tree is rooted at the neck, which the normalisation holds still, by a 50th bone without length,
// `body`; the bone between neck and nose is turned round for it. Axes are those of glTF: x to the signer's left, y up, z to the viewer.

import { bones, fingers, joint, jointNames, type Part } from './skeleton.js'

/** x, y, z. Plain arrays keep gl-matrix in float64. */
export type Vector = [number, number, number]

export interface RigBone {
  /** `body`, `head`, `leftClavicle`, … and for a finger's bone the name of the joint it ends in: `leftThumb1` lies in the palm. */
  readonly name: string
  /** Index of the rig bone this one hangs on, always smaller than its own; -1 for `body`. */
  readonly parent: number
  /** Joints of the skeleton it runs between. */
  readonly start: number
  readonly end: number
  readonly part: Part
  /** Where it points at rest, as a unit vector; zero for `body`. */
  readonly rest: Readonly<Vector>
}

const named: Readonly<Record<number, string>> = {
  [joint.nose]: 'head',
  [joint.rightShoulder]: 'rightClavicle',
  [joint.rightElbow]: 'rightUpperArm',
  [joint.rightWrist]: 'rightForearm',
  [joint.leftShoulder]: 'leftClavicle',
  [joint.leftElbow]: 'leftUpperArm',
  [joint.leftWrist]: 'leftForearm',
}

/** Degrees from straight on towards the thumb's side at rest. */
const fan: Readonly<Record<(typeof fingers)[number], number>> = { thumb: 45, index: 9, middle: 2, ring: -5, little: -12 }

/** The 50 bones, `body` first, each after the one it hangs on. At rest the signer faces the viewer, arms out, palms down. */
export const rigBones: readonly RigBone[] = makeRig()

function makeRig(): RigBone[] {
  const made: RigBone[] = [{ name: 'body', parent: -1, start: joint.neck, end: joint.neck, part: 'body', rest: [0, 0, 0] }]
  for (const { parent, child, part } of bones) {
    const [start, end] = parent === joint.nose ? [child, parent] : [parent, child]
    const hangsOn = made.findIndex((bone) => bone.end === start)
    made.push({ name: named[end] ?? jointNames[end]!, parent: hangsOn, start, end, part, rest: restDirection(end, part) })
  }
  return made
}

function restDirection(end: number, part: Part): Vector {
  if (part === 'head') return [0, 1, 0]
  const outwards = jointNames[end]!.startsWith('left') ? 1 : -1
  const finger = fingers.find((name) => name === part)
  const angle = finger ? (fan[finger] * Math.PI) / 180 : 0
  return [outwards * Math.cos(angle), 0, Math.sin(angle)]
}
