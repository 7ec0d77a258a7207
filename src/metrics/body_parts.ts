// The parts of a body that scores are told by: which joints and which bones are whose.

import { bones, JOINTS, joint } from '../motion/skeleton.js'

/** Of the 50 joints. */
export const scoredParts = ['arms', 'left hand', 'right hand'] as const
export type SkeletonPart = (typeof scoredParts)[number]

/** Of any layout: those of others than the 50 joints have a whole body, and may have a face. */
export type ScoredPart = SkeletonPart | 'body' | 'face'

/** The joints of each part, by position. The nose is in no part, and the neck, which is where every motion is 0. */
export const partJoints: Readonly<Record<SkeletonPart, readonly number[]>> = {
  arms: range(joint.rightShoulder, joint.leftHand),
  'left hand': range(joint.leftHand, joint.rightHand),
  'right hand': range(joint.rightHand, JOINTS),
}

/** The bones of each part, by position in `bones`. From a wrist to its hand's root is still the arm. */
export const partBones: Readonly<Record<SkeletonPart, readonly number[]>> = {
  arms: bonesWhere((_, part) => part === 'leftArm' || part === 'rightArm'),
  'left hand': bonesWhere((child) => child > joint.leftHand && child < joint.rightHand),
  'right hand': bonesWhere((child) => child > joint.rightHand),
}

/** All joints. */
export const allJoints: readonly number[] = range(0, JOINTS)

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}

function bonesWhere(is: (child: number, part: string) => boolean): number[] {
  return bones.flatMap(({ child, part }, i) => (is(child, part) ? [i] : []))
}
