// Detectors list everybody in the picture, in an order of their own that changes from frame to frame. A clip is of one signer: this file says who that is.

import { SignError } from '../base/errors.js'
import { ownHands } from '../motion/hand_owners.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { keypointSidesAreExchanged } from '../motion/sides.js'
import { JOINTS, joint } from '../motion/skeleton.js'

/** One file of a detector: who was seen when. */
export interface DetectedFrame {
  /** Which frame of the source. */
  readonly index: number
  /** Each [50, 3] in pixels, as in {@link KeypointClip}, in the file's order. */
  readonly people: readonly Float32Array[]
}

/** What was decided while a clip was read. */
export interface Detection {
  /** Files read. */
  readonly files: number
  /** Frames in which nobody was seen; they are gaps in `frameIndex`. */
  readonly empty: number
  /** Frame numbers between the first and the last for which there is no file. */
  readonly absent: number
  /** Frames with more than one person, of whom one was chosen. */
  readonly several: number
  /** Of those, frames in which the chosen person was not the first of the file, whom the Prompt2Sign tool takes. */
  readonly notFirst: number
  /** The same in words, for whoever uses the clip; empty where nothing had to be decided. */
  readonly notes: readonly string[]
}

/** All that a detector saw of the signer, in a layout of its own. */
export interface DetectedPoints {
  readonly layout: LayoutName
  /** `[frames, points, 3]`: x right and y down in pixels, confidence 0 to 1; 0, 0, 0 for a point that was not seen. */
  readonly values: Float32Array
}

export interface DetectedClip {
  readonly clip: KeypointClip
  /** The same signer in the same frames, where the detector saw more than the 50 joints. */
  readonly points?: DetectedPoints
  readonly detection: Detection
}

/** Who the signer is, frame by frame. */
export interface FollowedSigner {
  /** [frames]: the index among the frame's people; -1 where nobody is seen. */
  readonly chosen: Int32Array
  readonly detection: Detection
}

/**
 * A jump over its own size costs a path as much as twenty frames of being half as large as somebody else: a passer-by before the signer does not win,
 * and a signer who is really left does lose.
 */
const JUMP = 10

/**
 * The clip of one signer out of frames in rising order, with hands on their own arms (hand_owners.ts); see {@link followSigner} for whom it is of, and for what it
 * throws. Left and right stay as the detector has them: those of a mirrored picture are noted.
 */
export function signerClip(frames: readonly DetectedFrame[], name: string, fps: number, who: string): DetectedClip {
  const { clip: followed, detection } = followedClip(frames, name, fps, who)
  const { clip, notes } = ownHands(followed)
  const mirrored = keypointSidesAreExchanged(clip) ? [MIRRORED] : []
  return { clip, detection: { ...detection, notes: [...detection.notes, ...notes, ...mirrored] } }
}

const MIRRORED =
  "the right shoulder is on the picture's right, as in a mirrored video: left and right are exchanged where motions are written"

/** The same with every joint as it was seen. */
export function followedClip(frames: readonly DetectedFrame[], name: string, fps: number, who: string): DetectedClip {
  const { chosen, detection } = followSigner(frames, who)
  const seen = frames.flatMap(({ index, people }, t) => (chosen[t]! < 0 ? [] : [{ index, person: people[chosen[t]!]! }]))
  const keypoints = new Float32Array(seen.length * JOINTS * KEYPOINT)
  for (const [t, { person }] of seen.entries()) keypoints.set(person, t * JOINTS * KEYPOINT)
  const clip = { name, keypoints, frames: seen.length, fps, frameIndex: Int32Array.from(seen, ({ index }) => index) }
  return { clip, detection }
}

/**
 * One signer through frames in rising order. Of all ways through the people of each frame, the one that is largest and jumps least: the sum over
 * frames of (extent / largest extent in the frame) − 10 · min(1, distance to the frame before / extent) is greatest. Extent is the diagonal of the box around
 * the body joints seen, distance the mean over body joints seen both times. Somebody of whom none of the 50 joints was seen is nobody.
 * Throws ERR_DATA naming `who` where nobody is seen in any frame, or a crowd in one.
 */
export function followSigner(frames: readonly DetectedFrame[], who: string): FollowedSigner {
  for (const { people, index } of frames) checkCrowd(people.length, `${who}: frame ${index}`)
  const present = frames.map(({ people }) => people.flatMap((person, p) => (person.some((value) => value !== 0) ? [p] : [])))
  const peopled = [...frames.keys()].filter((t) => present[t]!.length > 0)
  if (peopled.length === 0) {
    throw new SignError('ERR_DATA', who, `wanted a person in at least one frame, got none in ${frames.length}`, 'Drop the clip')
  }
  const chosen = new Int32Array(frames.length).fill(-1)
  const path = choose(peopled.map((t) => present[t]!.map((p) => frames[t]!.people[p]!)))
  for (const [i, t] of peopled.entries()) chosen[t] = present[t]![path[i]!]!
  const counts = {
    files: frames.length,
    empty: frames.length - peopled.length,
    absent: frames.at(-1)!.index - frames[0]!.index + 1 - frames.length,
    several: peopled.filter((t) => present[t]!.length > 1).length,
    notFirst: path.filter((person) => person > 0).length,
  }
  return { chosen, detection: { ...counts, notes: notesOf(counts, stepOf(frames)) } }
}

/** How far apart all frames are; undefined where they are not alike. */
function stepOf(frames: readonly DetectedFrame[]): number | undefined {
  const step = frames.length > 2 ? frames[1]!.index - frames[0]!.index : undefined
  return frames.every(({ index }, t) => t === 0 || index - frames[t - 1]!.index === step) ? step : undefined
}

/** To follow one among so many takes their square in time. */
const CROWD = 100

/** Throws ERR_DATA naming `who` for too many people to look for the signer among. */
export function checkCrowd(people: number, who: string): void {
  if (people <= CROWD) return
  const problem = `wanted at most ${CROWD} people to look for the signer among, got ${people}`
  throw new SignError('ERR_DATA', who, problem, 'Cut the signer out of the video first')
}

function notesOf({ empty, absent, several, notFirst, files }: Omit<Detection, 'notes'>, step: number | undefined): string[] {
  const notes: string[] = []
  if (empty > 0) notes.push(`nobody seen in ${empty} of ${files} frames`)
  if (absent > 0) {
    const regular = step === undefined ? '' : `: every frame is ${step} further than the one before, and ${step} frames later in time`
    notes.push(`${absent} frame numbers without a file${regular}`)
  }
  if (several > 0) notes.push(`several people in ${several} frames: chosen by size and continuity, in ${notFirst} of them not the first`)
  return notes
}

/** The best path by dynamic programming: for each frame, which person. */
function choose(frames: readonly (readonly Float32Array[])[]): number[] {
  const cameFrom: number[][] = []
  let score: number[] = []
  for (const [t, people] of frames.entries()) {
    const extents = people.map(extent)
    const largest = Math.max(...extents) || 1
    const from = people.map((person) => (t === 0 ? 0 : bestBefore(frames[t - 1]!, score, person)))
    score = people.map((person, p) => {
      const before = t === 0 ? 0 : score[from[p]!]! - JUMP * jump(frames[t - 1]![from[p]!]!, person)
      return before + extents[p]! / largest
    })
    cameFrom.push(from)
  }
  const path = [score.indexOf(Math.max(...score))]
  for (let t = frames.length - 1; t > 0; t--) path.push(cameFrom[t]![path.at(-1)!]!)
  return path.reverse()
}

function bestBefore(people: readonly Float32Array[], score: readonly number[], person: Float32Array): number {
  const values = people.map((before, p) => score[p]! - JUMP * jump(before, person))
  return values.indexOf(Math.max(...values))
}

/** Diagonal, in pixels, of the box around the body joints seen; 0 for fewer than two. */
function extent(person: Float32Array): number {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < joint.leftHand * KEYPOINT; at += KEYPOINT) {
    if (!(person[at + 2]! > 0)) continue
    left = Math.min(left, person[at]!)
    right = Math.max(right, person[at]!)
    top = Math.min(top, person[at + 1]!)
    bottom = Math.max(bottom, person[at + 1]!)
  }
  return right >= left ? Math.hypot(right - left, bottom - top) : 0
}

/** How far a person would have moved, in their own extent, at most 1; 1 also where nothing can be compared. */
function jump(before: Float32Array, after: Float32Array): number {
  let [sum, count] = [0, 0]
  for (let at = 0; at < joint.leftHand * KEYPOINT; at += KEYPOINT) {
    if (!(before[at + 2]! > 0 && after[at + 2]! > 0)) continue
    sum += Math.hypot(before[at]! - after[at]!, before[at + 1]! - after[at + 1]!)
    count += 1
  }
  const size = Math.max(extent(before), extent(after))
  return count > 0 && size > 0 ? Math.min(1, sum / count / size) : 1
}
