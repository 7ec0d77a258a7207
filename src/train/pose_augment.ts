// What is done to training clips of poses, drawn anew for each clip and epoch, so that a model that reads them is not thrown by who signs where.

import { SignError } from '../base/errors.js'
import type { Random } from '../base/random.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import { mirrored } from '../motion/sides.js'
import { COORDS } from '../motion/skeleton.js'
import { turnAboutVertical, turnInPicture } from '../motion/turn.js'
import { chosenFrames, type FrameChoice } from '../video/frame_choice.js'

export interface PoseAugmentation {
  /** Largest turn about the vertical, in degrees. */
  readonly turn: number
  /** Largest turn in the picture, in degrees. */
  readonly tilt: number
  /** Largest change of size, as a share. */
  readonly scale: number
  /** Standard deviation of how far a clip is moved along each axis. */
  readonly shift: number
  /** Share of clips that are mirrored. */
  readonly mirror: number
  /** Largest change of pace, as a share. */
  readonly pace: number
  /** Most frames left out at the beginning, and at the end. */
  readonly trimStart: number
  readonly trimEnd: number
  /** Most frames that a clip is shown in: of more, a random part in order; null for all. */
  readonly maxFrames: number | null
  /** Share of frames that are left out. */
  readonly dropFrames: number
  /** Standard deviation of noise on every number. */
  readonly noise: number
}

/** Whether anything is done. */
export const augments = (settings: PoseAugmentation): boolean => Object.values(settings).some((most) => most !== null && most > 0)

/** Throws ERR_CONFIG where something is done to joints, and frames of so many numbers have none that are known. */
export function checkAugmentation(settings: PoseAugmentation, numbers: number): void {
  const ofJoints = (['turn', 'tilt', 'shift', 'mirror'] as const).filter((key) => settings[key] > 0)
  if (numbers === COORDS || ofJoints.length === 0) return
  const problem = `wanted frames of the 50 joints × 3 for augment.${ofJoints.join(', ')}, got ${numbers} numbers a frame`
  throw new SignError('ERR_CONFIG', 'augment', problem, `Set ${ofJoints.map((key) => `augment.${key}: 0`).join(', ')}`)
}

/** The most frames that a clip of so many may be shown in, of as many as a model takes. */
export const mostFrames = (frames: number, { pace, maxFrames }: PoseAugmentation, limit: number): number =>
  Math.min(limit, maxFrames ?? limit, Math.ceil(frames / (1 - pace)))

/** The clip, changed as `random` draws. At least one frame is left, and no more than `most`. */
export function augmented(clip: PoseFrames, settings: PoseAugmentation, numbers: number, most: number, random: Random): PoseFrames {
  const { turn, scale, noise } = settings
  const kept = keptFrames(clip.frames, settings, most, random)
  const values = new Float32Array(kept.length * numbers)
  for (const [t, from] of kept.entries()) values.set(clip.values.subarray(from * numbers, (from + 1) * numbers), t * numbers)
  const angle = degrees(turn) * (2 * random.uniform() - 1)
  const size = 1 + scale * (2 * random.uniform() - 1)
  if (turn > 0) turnAboutVertical(values, angle)
  if (scale > 0 || noise > 0)
    for (let i = 0; i < values.length; i++) values[i] = size * values[i]! + (noise > 0 ? noise * random.normal() : 0)
  return { values: seenElsewhere(values, settings, random), frames: kept.length }
}

/** The clip mirrored, turned in the picture, and moved. */
function seenElsewhere(values: Float32Array, { mirror, tilt, shift }: PoseAugmentation, random: Random): Float32Array {
  const isMirrored = random.uniform() < mirror
  const angle = degrees(tilt) * (2 * random.uniform() - 1)
  const by = [shift * random.normal(), shift * random.normal(), shift * random.normal()]
  const seen = isMirrored ? mirrored(values) : values
  if (tilt > 0) turnInPicture(seen, angle)
  if (shift > 0) for (let i = 0; i < seen.length; i++) seen[i] = seen[i]! + by[i % 3]!
  return seen
}

const degrees = (angle: number): number => (angle * Math.PI) / 180

/** Which frames are shown, one after the other: without some at both ends, at another pace, with a share of them left out, and of too many a random part. */
function keptFrames(
  frames: number,
  { pace, dropFrames, trimStart, trimEnd, maxFrames }: PoseAugmentation,
  most: number,
  random: Random,
): number[] {
  const drawnPace = 1 + pace * (2 * random.uniform() - 1)
  const upTo = (limit: number) => (limit > 0 ? random.below(limit + 1) : 0)
  const inside = chosenFrames(frames, { ...all, start: upTo(trimStart), end: upTo(trimEnd) }, random)
  const wanted = Math.max(1, Math.round(inside.length / drawnPace))
  const count = maxFrames === null ? Math.min(most, wanted) : wanted
  const paced = Array.from({ length: count }, (_, t) => inside[Math.min(inside.length - 1, Math.floor((t * inside.length) / count))]!)
  const kept = dropFrames > 0 ? paced.filter(() => random.uniform() >= dropFrames) : paced
  if (kept.length === 0) return paced.slice(0, 1)
  return chosenFrames(kept.length, { ...all, most }, random).map((i) => kept[i]!)
}

const all = { stride: 1, start: 0, end: 0, most: Number.POSITIVE_INFINITY } as const satisfies FrameChoice
