// How far generated clips are from those a model learned from: a system that copies its training clips scores above the real thing with some judges.

import { SignError } from '../base/errors.js'
import type { NamedMotion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import type { Frames } from './dtw.js'
import { normalisedDtw } from './normalised_dtw.js'

/** Frames that stand for a clip when candidates are looked for. */
const GLANCES = 8
/** Candidates that are aligned. */
const CANDIDATES = 5

/**
 * Below this distance, in shoulder widths, a clip is a copy. Real clips brought to 1/2 or 3/2 of their frame rate are 0.005 to 0.04 from themselves, clips of other
 * sentences 0.3 to 0.5 from each other, and letters spelled by one signer 0.06 to 0.2.
 */
export const COPIED = 0.04

export interface NearestTraining {
  /** The training clip. */
  readonly name: string
  /** Normalised DTW to it, in shoulder widths. */
  readonly distance: number
}

/**
 * For each motion the nearest training clip by {@link normalisedDtw}, among the five nearest by eight frames spread evenly over each clip: aligning with every clip
 * of a corpus would take days. A copy that is cut or slowed down is found as long as it is among these; one pasted together from several clips is not.
 * Throws ERR_DATA for no training clips with frames.
 */
export function nearestTraining(motions: readonly Frames[], train: readonly NamedMotion[]): NearestTraining[] {
  const clips = train.filter(({ frames }) => frames > 0).map((clip) => ({ clip, glances: glancesAt(clip) }))
  if (clips.length === 0) {
    throw new SignError('ERR_DATA', 'nearest training clip', 'wanted training clips with frames, got none', 'Give the train split')
  }
  return motions.map((motion) => {
    const glances = glancesAt(motion)
    const near = clips
      .map(({ clip, glances: other }) => ({ clip, apart: squaredDistance(glances, other) }))
      .sort((a, b) => a.apart - b.apart)
      .slice(0, CANDIDATES)
      .map(({ clip }) => ({ name: clip.name, distance: normalisedDtw(clip, motion).distance }))
    return near.reduce((best, other) => (other.distance < best.distance ? other : best))
  })
}

function glancesAt({ joints, frames }: Frames): Float32Array {
  const out = new Float32Array(GLANCES * COORDS)
  for (let k = 0; k < GLANCES; k++) {
    const frame = Math.round((k / (GLANCES - 1)) * (frames - 1))
    out.set(joints.subarray(frame * COORDS, (frame + 1) * COORDS), k * COORDS)
  }
  return out
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2
  return sum
}
