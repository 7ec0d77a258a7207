// Which points of a `.pose` file are our 50 joints. Points are found by the names of component and point, so the layouts of 586, 576, 543 and 178 points
// are one case. Left and right are as the file calls them, unless its signer would stand with the back to us: then they are exchanged (motion/sides.ts).

import { SignError } from '../../base/errors.js'
import type { PoseFile } from '../../formats/pose/pose.js'
import { mediapipeHand, openposeHand } from '../../motion/layout/hands.js'
import { linesAreExchanged, otherSide } from '../../motion/sides.js'
import { COORDS, JOINTS, joint } from '../../motion/skeleton.js'

/** A joint is the weighted mean of these points; no points, no such joint in the layout. */
export type JointSource = readonly { readonly point: number; readonly weight: number }[]

export interface Layout {
  readonly name: 'signllm' | 'mediapipe' | 'openpose' | 'openpose-135'
  /** What z is worth: our own files measure it as x and y, MediaPipe guesses it in units of its own for each component, OpenPose has none. */
  readonly depth: 'measured' | 'guessed' | 'none'
  /** One entry for each of the 50 joints. */
  readonly joints: readonly JointSource[]
}

type Side = 'left' | 'right'
type PointName = readonly [component: string, point: string]

interface Vocabulary {
  readonly name: Layout['name']
  readonly depth: Layout['depth']
  /** The 8 body joints in our order; each a list of stand-ins, the first that is present wins, each a list of points to average. */
  readonly body: readonly (readonly (readonly PointName[])[])[]
  readonly hand: (side: Side, index: number) => PointName
}

const upper = (side: Side): string => side.toUpperCase()

function mediapipe(name: 'mediapipe' | 'signllm', depth: Layout['depth']): Vocabulary {
  const body = (point: string): PointName => ['POSE_LANDMARKS', point]
  const face = (point: string): PointName => ['FACE_LANDMARKS', point]
  return {
    name,
    depth,
    body: [
      // The reduced layouts drop the nose from body and face: midway between the upper lip and the outer eye corners it is found within a few millimetres.
      [[body('NOSE')], [face('1')], [face('0'), face('0'), face('33'), face('263')]],
      [[body('NECK')], [body('LEFT_SHOULDER'), body('RIGHT_SHOULDER')]],
      ...(['right', 'left'] as const).flatMap((side) => ['SHOULDER', 'ELBOW', 'WRIST'].map((point) => [[body(`${upper(side)}_${point}`)]])),
    ],
    hand: (side, index) => [`${upper(side)}_HAND_LANDMARKS`, mediapipeHand[index]!],
  }
}

const openpose: Vocabulary = {
  name: 'openpose',
  depth: 'none',
  body: ['Nose', 'Neck', 'RShoulder', 'RElbow', 'RWrist', 'LShoulder', 'LElbow', 'LWrist'].map((point) => [[['pose_keypoints_2d', point]]]),
  hand: (side, index) => [`hand_${side}_keypoints_2d`, openposeHand[index]!],
}

const fingerPoints = [
  ...['1CMC', '2Knuckles', '3IP', '4FingerTip'].map((segment) => `Thumb${segment}`),
  ...['Index', 'Middle', 'Ring', 'Pinky'].flatMap((f) => ['1Knuckles', '2PIP', '3DIP', '4FingerTip'].map((segment) => f + segment)),
]

/** OpenPose's single network of 135 points: no neck, and a hand begins at the body's own wrist. */
const openpose135: Vocabulary = {
  name: 'openpose-135',
  depth: 'none',
  body: [
    [[['BODY_135', 'Nose']]],
    [
      [
        ['BODY_135', 'LShoulder'],
        ['BODY_135', 'RShoulder'],
      ],
    ],
    ...['RShoulder', 'RElbow', 'RWrist', 'LShoulder', 'LElbow', 'LWrist'].map((point) => [[['BODY_135', point] as PointName]]),
  ],
  hand: (side, index) => ['BODY_135', (side === 'left' ? 'L' : 'R') + (index === 0 ? 'Wrist' : fingerPoints[index - 1]!)],
}

/** Finds the 50 joints among a file's points. Throws ERR_DATA naming `who` and the components where the shoulders are not among them. */
export function layoutOf(pose: PoseFile, who: string): Layout {
  const names = new Map<string, number>()
  let count = 0
  for (const { name, points } of pose.components) {
    // A component given twice keeps its first points.
    for (const point of points)
      if (!names.has(key([name, point]))) names.set(key([name, point]), count++)
      else count += 1
  }
  const ours = names.has(key(['POSE_LANDMARKS', 'NECK']))
  const vocabularies = [mediapipe(ours ? 'signllm' : 'mediapipe', ours ? 'measured' : 'guessed'), openpose, openpose135]
  for (const vocabulary of vocabularies) {
    const joints = jointsOf(vocabulary, names)
    if (joints[joint.leftShoulder]!.length === 0 || joints[joint.rightShoulder]!.length === 0) continue
    return { name: vocabulary.name, depth: pose.dims === 3 ? vocabulary.depth : 'none', joints }
  }
  const components = pose.components.map(({ name, points }) => `${name} (${points.length})`).join(', ')
  const problem = `wanted both shoulders by the names of MediaPipe or OpenPose, got ${components.slice(0, 300)}`
  throw new SignError('ERR_DATA', who, problem, 'Estimate the pose of the upper body too: hands alone cannot be placed')
}

const key = ([component, point]: PointName): string => `${component}\n${point}`

function jointsOf(vocabulary: Vocabulary, names: ReadonlyMap<string, number>): JointSource[] {
  const present = (point: PointName): boolean => names.has(key(point))
  const mean = (points: readonly PointName[]): JointSource =>
    points.map((point) => ({ point: names.get(key(point))!, weight: 1 / points.length }))
  const hand = (side: Side): JointSource[] =>
    Array.from({ length: 21 }, (_, index) => {
      const point = vocabulary.hand(side, index)
      return present(point) ? mean([point]) : []
    })
  const body = vocabulary.body.map((standIns) => mean(standIns.find((points) => points.every(present)) ?? []))
  return [...body, ...hand('left'), ...hand('right')]
}

/** The layout in which a file's signers face the camera: the one given, or that with left and right exchanged, and a note on it. */
export function facingLayout(pose: PoseFile, layout: Layout): { layout: Layout; notes: readonly string[] } {
  const people = Array.from({ length: pose.people }, (_, person) => {
    const raw = rawJoints(pose, layout, person)
    return Array.from({ length: raw.frames }, (_, t) => shoulderLine(raw, t)).filter((line) => line !== undefined)
  })
  const clearest = people.reduce((best, lines) => (lines.length > best.length ? lines : best))
  if (!linesAreExchanged(clearest)) return { layout, notes: [] }
  const note = "left and right exchanged: the file has the right shoulder on the picture's right, as in a mirrored video"
  return { layout: { ...layout, joints: otherSide.map((j) => layout.joints[j]!) }, notes: [note] }
}

/** From right shoulder to left in frame `t`; undefined where it does not show both. */
export function shoulderLine({ at, seen }: RawJoints, t: number): readonly [x: number, y: number] | undefined {
  const [right, left] = [joint.rightShoulder, joint.leftShoulder]
  if (!seen[t * JOINTS + right] || !seen[t * JOINTS + left]) return undefined
  const [a, b] = [t * COORDS + right * 3, t * COORDS + left * 3]
  return [at[b]! - at[a]!, at[b + 1]! - at[a + 1]!]
}

/** Joints as the estimator left them: in its own units, with holes. */
export interface RawJoints {
  readonly frames: number
  /** [frames, 150]; meaningless where not seen. z is 0 in a layout without depth. */
  readonly at: Float64Array
  /** [frames, 50]: 1 where all points of the joint have a confidence above 0 and finite coordinates. */
  readonly seen: Uint8Array
  /** [frames, 50]: that of the least sure of the joint's points; 0 where not seen. */
  readonly confidence: Float32Array
}

/** Takes the joints of one person out of a file. */
export function rawJoints(pose: PoseFile, layout: Layout, person: number): RawJoints {
  const { frames, people, points, dims } = pose
  const at = new Float64Array(frames * JOINTS * 3)
  const seen = new Uint8Array(frames * JOINTS)
  const confidence = new Float32Array(frames * JOINTS)
  for (let t = 0; t < frames; t++) {
    const first = (t * people + person) * points
    for (const [j, source] of layout.joints.entries()) {
      const cell = t * JOINTS + j
      let sure = source.length > 0 ? Number.POSITIVE_INFINITY : 0
      for (const { point, weight } of source) {
        sure = Math.min(sure, pose.confidence[first + point]!)
        for (let axis = 0; axis < dims; axis++) {
          const value = pose.data[(first + point) * dims + axis]!
          if (!Number.isFinite(value)) sure = 0
          at[cell * 3 + axis] = at[cell * 3 + axis]! + weight * value
        }
      }
      if (!(sure > 0)) continue
      seen[cell] = 1
      confidence[cell] = sure
    }
  }
  return { frames, at, seen, confidence }
}
