// What is done to training clips of poses, drawn anew for each clip and epoch, so that a model that reads them is not thrown by who signs where.

import { SignError } from '../base/errors.js'
import type { Random } from '../base/random.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import { coordinatesOf, type Layout } from '../motion/layout/layout.js'
import { mirroredMotion } from '../motion/layout/mirror.js'
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

/** Throws ERR_CONFIG where something is done to points that cannot be: frames of so many numbers are not those of the layout, or it has no depth or no mirror. */
export function checkAugmentation(settings: PoseAugmentation, numbers: number, layout: Layout): void {
  const refuse = (keys: readonly (keyof PoseAugmentation)[], wanted: string, got: string): void => {
    const own = keys.filter((key) => (settings[key] ?? 0) > 0)
    if (own.length === 0) return
    const problem = `wanted ${wanted} for augment.${own.join(', ')}, got ${got}`
    throw new SignError('ERR_CONFIG', 'augment', problem, `Set ${own.map((key) => `augment.${key}: 0`).join(', ')}`)
  }
  const { name, dims, otherSide } = layout
  const points = name === 'skeleton-50' ? 'the 50 joints × 3' : `the points of ${name}`
  if (numbers !== coordinatesOf(layout)) refuse(['turn', 'tilt', 'shift', 'mirror'], `frames of ${points}`, `${numbers} numbers a frame`)
  if (dims === 2) refuse(['turn'], 'points with depth', `those of ${name}`)
  if (!otherSide) refuse(['mirror'], 'points that mirror each other', `those of ${name}, of which nobody has told`)
}

/** The most frames that a clip of so many may be shown in, of as many as a model takes. */
export const mostFrames = (frames: number, { pace, maxFrames }: PoseAugmentation, limit: number): number =>
  Math.min(limit, maxFrames ?? limit, Math.ceil(frames / (1 - pace)))

/** A clip of frames, and where its points are those of a detector, [frames, points], how sure each is: those that were not seen are 0, and stay so. */
export type AugmentedFrames = PoseFrames & { readonly confidence?: Float32Array | undefined }

/** The clip, changed as `random` draws. At least one frame is left, and no more than `most`. */
export function augmented(
  clip: AugmentedFrames,
  settings: PoseAugmentation,
  { numbers, layout }: { readonly numbers: number; readonly layout: Layout },
  most: number,
  random: Random,
): PoseFrames {
  const { turn, scale, noise } = settings
  const kept = keptFrames(clip.frames, settings, most, random)
  const values = chosenRows(clip.values, numbers, kept)
  const confidence = clip.confidence && chosenRows(clip.confidence, layout.points, kept)
  const angle = degrees(turn) * (2 * random.uniform() - 1)
  const size = 1 + scale * (2 * random.uniform() - 1)
  if (turn > 0) turnAboutVertical(values, angle)
  if (scale > 0 || noise > 0)
    for (let i = 0; i < values.length; i++) values[i] = size * values[i]! + (noise > 0 ? noise * random.normal() : 0)
  return { values: seenElsewhere({ values, confidence, frames: kept.length }, settings, layout, random), frames: kept.length }
}

function chosenRows(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * width)
  for (const [t, from] of rows.entries()) out.set(values.subarray(from * width, (from + 1) * width), t * width)
  return out
}

/** The clip mirrored, turned in the picture, and moved. */
function seenElsewhere(
  { values, confidence, frames }: AugmentedFrames,
  { mirror, tilt, shift }: PoseAugmentation,
  layout: Layout,
  random: Random,
): Float32Array {
  const isMirrored = random.uniform() < mirror
  const angle = degrees(tilt) * (2 * random.uniform() - 1)
  const by = [shift * random.normal(), shift * random.normal(), shift * random.normal()]
  const clip = { joints: values, confidence, frames, fps: 1, layout: layout.name }
  const { joints: seen, confidence: sure } = isMirrored ? mirroredMotion(clip) : clip
  if (tilt > 0) turnInPicture(seen, angle, layout.dims)
  if (shift > 0) for (let i = 0; i < seen.length; i++) seen[i] = seen[i]! + by[i % layout.dims]!
  if (sure) for (let i = 0; i < seen.length; i++) if (!(sure[Math.floor(i / layout.dims)]! > 0)) seen[i] = 0
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
