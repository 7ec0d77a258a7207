// The field's 50-joint upper body: which number is which joint, what hangs on what, and how it is drawn.
// Joint order after Prompt2Sign: 8 body joints as in OpenPose, then the left hand, then the right hand.

/** Joints a frame. */
export const JOINTS = 50
/** Coordinates a frame: x right in the image, y down, z depth, joint after joint. */
export const COORDS = JOINTS * 3

/**
 * Body joints by name. Left and right are the signer's own, and the signer faces the camera: the right hand is on the picture's left, whatever the file it came
 * from calls it (sides.ts).
 */
export const joint = {
  nose: 0,
  neck: 1,
  rightShoulder: 2,
  rightElbow: 3,
  rightWrist: 4,
  leftShoulder: 5,
  leftElbow: 6,
  leftWrist: 7,
  leftHand: 8,
  rightHand: 29,
} as const

/** The two arms, the signer's right one first: `side` is the picture's that it is on, `hand` the first of its 21 joints. */
export const arms = [
  { side: -1, shoulder: joint.rightShoulder, elbow: joint.rightElbow, wrist: joint.rightWrist, hand: joint.rightHand },
  { side: 1, shoulder: joint.leftShoulder, elbow: joint.leftElbow, wrist: joint.leftWrist, hand: joint.leftHand },
] as const
export type Arm = (typeof arms)[number]

export const fingers = ['thumb', 'index', 'middle', 'ring', 'little'] as const
export type Part = 'head' | 'body' | 'leftArm' | 'rightArm' | (typeof fingers)[number]

/** The names of the 50 joints in their order: `nose`, `neck`, … `leftHand`, `leftThumb1`, … `rightLittle4`. */
export const jointNames: readonly string[] = nameJoints()

function nameJoints(): string[] {
  const names: string[] = []
  for (const [name, id] of Object.entries(joint)) names[id] = name
  for (const side of ['left', 'right'] as const)
    fingers.forEach((finger, k) => {
      const capital = finger.charAt(0).toUpperCase() + finger.slice(1)
      for (let segment = 1; segment <= 4; segment++) names[joint[`${side}Hand`] + 4 * k + segment] = `${side}${capital}${segment}`
    })
  return names
}

export interface Bone {
  readonly parent: number
  readonly child: number
  /** One of 25 lengths; mirrored bones share theirs. */
  readonly length: number
  readonly part: Part
}

/** The tree of 49 bones, rooted at the nose, every parent before its children. */
export const bones: readonly Bone[] = [
  { parent: 0, child: 1, length: 0, part: 'head' },
  { parent: 1, child: 2, length: 1, part: 'body' },
  { parent: 1, child: 5, length: 1, part: 'body' },
  { parent: 2, child: 3, length: 2, part: 'rightArm' },
  { parent: 5, child: 6, length: 2, part: 'leftArm' },
  { parent: 3, child: 4, length: 3, part: 'rightArm' },
  { parent: 6, child: 7, length: 3, part: 'leftArm' },
  { parent: 7, child: joint.leftHand, length: 4, part: 'leftArm' },
  { parent: 4, child: joint.rightHand, length: 4, part: 'rightArm' },
  ...[joint.leftHand, joint.rightHand].flatMap(hand),
]

/**
 * The same 49 bones as they hang from the neck, the origin of every normalised clip: each goes from a joint that is placed to the one it
 * places, in the order of `bones`. The nose, root of the other tree, hangs from the neck.
 */
export const bonesFromNeck: readonly { readonly from: number; readonly to: number; readonly bone: number }[] = bones.map(
  ({ parent, child }, bone) => (parent === joint.nose ? { from: child, to: parent, bone } : { from: parent, to: child, bone }),
)

function hand(root: number): Bone[] {
  return fingers.flatMap((part, k) =>
    [0, 1, 2, 3].map((segment) => {
      const child = root + 1 + 4 * k + segment
      return {
        parent: segment === 0 ? root : child - 1,
        child,
        length: 5 + 4 * k + segment,
        part,
      }
    }),
  )
}

/** What is drawn: as the tree, but the elbow goes straight to the hand, whose root doubles the body's wrist. */
export const drawnBones: readonly Bone[] = [
  ...bones.filter((bone) => ![joint.leftWrist, joint.rightWrist, joint.leftHand, joint.rightHand].includes(bone.child as 4 | 7 | 8 | 29)),
  {
    parent: joint.leftElbow,
    child: joint.leftHand,
    length: 3,
    part: 'leftArm',
  },
  {
    parent: joint.rightElbow,
    child: joint.rightHand,
    length: 3,
    part: 'rightArm',
  },
]
