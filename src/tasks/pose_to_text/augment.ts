// What is done to training clips, drawn anew for each clip and epoch, so that a judge is not thrown by how a generator moves.

import type { Random } from '../../base/random.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import { turnAboutVertical } from '../../motion/turn.js'
import type { Augmentation } from './config.js'

/** Whether anything is done. */
export const augments = ({ turn, scale, pace, dropFrames, noise }: Augmentation): boolean =>
  turn > 0 || scale > 0 || pace > 0 || dropFrames > 0 || noise > 0

/** The clip, changed as `random` draws. At least one frame is left, and no more than `most`. */
export function augmented(clip: PoseFrames, settings: Augmentation, numbers: number, most: number, random: Random): PoseFrames {
  const { turn, scale, pace, dropFrames, noise } = settings
  const kept = keptFrames(clip.frames, 1 + pace * (2 * random.uniform() - 1), dropFrames, most, random)
  const values = new Float32Array(kept.length * numbers)
  for (const [t, from] of kept.entries()) values.set(clip.values.subarray(from * numbers, (from + 1) * numbers), t * numbers)
  const angle = ((turn * Math.PI) / 180) * (2 * random.uniform() - 1)
  const size = 1 + scale * (2 * random.uniform() - 1)
  if (turn > 0) turnAboutVertical(values, angle)
  if (scale > 0 || noise > 0)
    for (let i = 0; i < values.length; i++) values[i] = size * values[i]! + (noise > 0 ? noise * random.normal() : 0)
  return { values, frames: kept.length }
}

/** Which frames are shown, one after the other, at `pace` times the pace and with a share of them left out. */
function keptFrames(frames: number, pace: number, dropped: number, most: number, random: Random): number[] {
  const count = Math.max(1, Math.min(most, Math.round(frames / pace)))
  const paced = Array.from({ length: count }, (_, t) => Math.min(frames - 1, Math.floor((t * frames) / count)))
  const kept = dropped > 0 ? paced.filter(() => random.uniform() >= dropped) : paced
  return kept.length > 0 ? kept : paced.slice(0, 1)
}
