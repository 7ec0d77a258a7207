// A clip a file, all its frames in one array: `all_xy` [frames, 128, 2] in pixels, `all_score` [frames, 128], `detected` [frames], `frame_size` [2], `fps`, as
// the skeletons of Multi-VSL have it. There, body scores are confidences.
//
// Which 128 points these are is told nowhere: 18 of the body, 68 of the face and 2 · 21 of the hands, but in the order of the detector (face before hands) or of
// the files a frame. Hands begin at the wrists of their arms in one of the two orders only, so the data tell.

import { isRate, wantedRate } from '../../motion/clip.js'
import { joint } from '../../motion/skeleton.js'
import { fileBytes } from '../file_bytes.js'
import { refuse } from '../json/shape.js'
import type { NpyArray } from '../npy.js'
import { decodeNpz } from '../npz.js'
import { isExtent, type Picture } from '../picture.js'
import { readZip } from '../zip.js'
import { singleOf } from './frame.js'
import {
  bodyPart,
  DWPOSE_FACE,
  DWPOSE_POINTS,
  type DwposePart,
  type DwposePerson,
  dwposeParts,
  leftHandPart,
  noPerson,
  putDwposePoint,
  rightHandPart,
} from './points.js'
import { type DwposeVideo, USUAL_RATE } from './video.js'

/** Where the first point of each part is: in the order of our people, and in the detector's, whose face comes before its hands. */
const orders: readonly ((part: DwposePart) => number)[] = [
  ({ first }) => first,
  ({ name, first }) => (name === 'face' ? bodyPart.count : name === 'body' ? first : first + DWPOSE_FACE),
]
/** Of the shoulder distance: further from the wrist no hand begins. */
const FARTHEST = 0.35
/** Body points with less confidence are not there, as in DWPose's own files. */
const LEAST_SURE = 0.3

/** Whether an archive is such a clip by the names in it. Throws as `readZip`. */
export function holdsAllPoints(bytes: Uint8Array, who: string): boolean {
  const names = new Set(readZip(bytes, who).map(({ name }) => name))
  return names.has('all_xy.npy') && names.has('all_score.npy')
}

/** Reads a clip, named `id`. Throws ERR_DATA naming the file and the array for whatever is not as above, and where hands begin at no wrist in either order. */
export async function readAllPoints(path: string, id: string): Promise<DwposeVideo> {
  return decodeAllPoints(await fileBytes(path), id, path)
}

/** As {@link readAllPoints}; `who` is named in errors. */
export function decodeAllPoints(bytes: Uint8Array, id: string, who: string): DwposeVideo {
  const arrays = new Map(Object.entries(decodeNpz(bytes, who)))
  const xy = arrayAt(arrays, 'all_xy', who)
  const frames = xy.shape[0] ?? 0
  if (xy.shape.join() !== [frames, DWPOSE_POINTS, 2].join() || frames === 0)
    refuse(who, `wanted 'all_xy' of shape (frames, ${DWPOSE_POINTS}, 2), got (${xy.shape.join(', ')})`)
  const scores = arrayAt(arrays, 'all_score', who)
  if (scores.shape.join() !== [frames, DWPOSE_POINTS].join())
    refuse(who, `wanted 'all_score' of shape (${frames}, ${DWPOSE_POINTS}), got (${scores.shape.join(', ')})`)
  const detected = arrays.get('detected')
  if (detected && detected.data.length !== frames) refuse(who, `wanted 'detected' of ${frames} numbers, got ${detected.data.length}`)
  const fps = singleOf(arrays.get('fps')) ?? USUAL_RATE
  if (!isRate(fps)) refuse(who, `wanted ${wantedRate} at fps, got ${fps}`)
  const points = { xy: xy.data as Float32Array, scores: scores.data as Float32Array, frames }
  const picture = pictureOf(points, arrays.get('frame_size'), who)
  const order = orderOf(points, who)
  const isSeen = (t: number): boolean => !detected || Number(detected.data[t]) !== 0
  return {
    id,
    fps,
    picture,
    totalFrames: frames,
    frames: Array.from({ length: frames }, (_, index) => ({
      index,
      people: isSeen(index) ? [personAt(points, index, order, picture, who)] : [],
    })),
    handsRepaired: 0,
    notes: [],
  }
}

interface Points {
  /** [frames, 128, 2] */
  readonly xy: ArrayLike<number>
  /** [frames, 128] */
  readonly scores: ArrayLike<number>
  readonly frames: number
}

function arrayAt(arrays: ReadonlyMap<string, NpyArray>, name: string, who: string): NpyArray {
  const array = arrays.get(name)
  if (array && (array.data instanceof Float32Array || array.data instanceof Float64Array)) return array
  return refuse(who, `wanted floats '${name}', got ${array ? array.data.constructor.name : 'none'}`, 'Check the path')
}

/** The size told, turned round where more points lie within it then: width or height may come first. */
function pictureOf({ xy }: Points, size: NpyArray | undefined, who: string): Picture {
  const [a, b] = [Number(size?.data[0]), Number(size?.data[1])]
  if (size?.data.length !== 2 || !isExtent(a) || !isExtent(b))
    return refuse(who, `wanted two numbers of pixels at 'frame_size', got ${a} and ${b}`)
  const within = (width: number, height: number): number => {
    let count = 0
    for (let i = 0; i < xy.length; i += 2) if (xy[i]! <= width && xy[i + 1]! <= height) count += 1
    return count
  }
  return within(b, a) > within(a, b) ? { width: b, height: a } : { width: a, height: b }
}

/** The order in which hands begin nearest to their wrists. */
function orderOf(points: Points, who: string): (part: DwposePart) => number {
  const measured = orders.map((order) => ({ order, distance: handDistance(points, order) }))
  const nearest = measured.reduce((best, one) => (one.distance < best.distance ? one : best))
  if (nearest.distance < FARTHEST) return nearest.order
  const got = measured.map(({ distance }) => (Number.isNaN(distance) ? 'no frame that tells' : distance.toFixed(2))).join(' and ')
  return refuse(
    who,
    `wanted hands that begin at their wrists, the face before or after them, got a distance of ${got} shoulder widths`,
    'Drop the clip',
  )
}

/** Median over frames and hands of the distance between a hand's first point and its wrist, in shoulder distances; infinite where no frame tells. */
function handDistance({ xy, scores, frames }: Points, order: (part: DwposePart) => number): number {
  const distances: number[] = []
  for (let t = 0; t < frames; t++) {
    const apart = (a: number, b: number): number => {
      const [from, to] = [t * DWPOSE_POINTS + a, t * DWPOSE_POINTS + b]
      if (!(scores[from]! >= LEAST_SURE && scores[to]! >= LEAST_SURE)) return Number.NaN
      return Math.hypot(xy[2 * from]! - xy[2 * to]!, xy[2 * from + 1]! - xy[2 * to + 1]!)
    }
    const shoulders = apart(joint.rightShoulder, joint.leftShoulder)
    for (const [hand, wrist] of [
      [leftHandPart, joint.leftWrist],
      [rightHandPart, joint.rightWrist],
    ] as const) {
      const distance = apart(order(hand), wrist) / shoulders
      if (Number.isFinite(distance)) distances.push(distance)
    }
  }
  return distances.sort((a, b) => a - b)[distances.length >> 1] ?? Number.POSITIVE_INFINITY
}

function personAt({ xy, scores }: Points, t: number, order: (part: DwposePart) => number, picture: Picture, who: string): DwposePerson {
  const person = noPerson()
  for (const part of dwposeParts) {
    for (let i = 0; i < part.count; i++) {
      const at = t * DWPOSE_POINTS + order(part) + i
      const score = part === bodyPart ? Number(scores[at]! >= LEAST_SURE) : scores[at]!
      const problem = putDwposePoint(person, part.first + i, xy[2 * at]! / picture.width, xy[2 * at + 1]! / picture.height, score)
      if (problem) refuse(who, `${problem} at point ${order(part) + i} of frame ${t + 1}`)
    }
  }
  return person
}
