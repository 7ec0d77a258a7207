// How far generated clips are from those a model learned from: a system that copies its training clips scores above the real thing with some judges.

import { SignError } from '../base/errors.js'
import type { Motion, NamedMotion } from '../motion/clip.js'
import { isSkeleton } from '../motion/layout/layouts.js'
import { allJoints } from './body_parts.js'
import type { Frames } from './dtw.js'
import { layoutAlignment, SHOULDERS, signingPoints } from './layout_dtw.js'
import { normalisedDtw } from './normalised_dtw.js'
import { SeenPoints } from './seen_points.js'

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

/** A motion whose rate does not matter. */
export type Looked = Frames & Pick<Motion, 'layout' | 'confidence'>

/**
 * For each motion the nearest training clip by {@link normalisedDtw}, or that of its layout, among the five nearest by eight frames spread evenly over each clip: aligning with every clip
 * of a corpus would take days. A copy that is cut or slowed down is found as long as it is among these; one pasted together from several clips is not.
 * Throws ERR_DATA for no training clips with frames.
 */
export function nearestTraining(motions: readonly Looked[], train: readonly NamedMotion[]): NearestTraining[] {
  const clips = train.filter(({ frames }) => frames > 0).map((clip) => ({ clip, glances: new Glances(clip) }))
  if (clips.length === 0) {
    throw new SignError('ERR_DATA', 'nearest training clip', 'wanted training clips with frames, got none', 'Give the train split')
  }
  return motions.map((motion) => {
    const glances = new Glances(motion)
    const near = clips
      .map(({ clip, glances: other }) => ({ clip, apart: glances.squaredDistance(other) }))
      .sort((a, b) => a.apart - b.apart)
      .slice(0, CANDIDATES)
      .map(({ clip }) => ({ name: clip.name, distance: distanceBetween(clip, motion) }))
    return near.reduce((best, other) => (other.distance < best.distance ? other : best))
  })
}

function distanceBetween(clip: NamedMotion, motion: Looked): number {
  if (isSkeleton(clip)) return normalisedDtw(clip, motion).distance
  return layoutAlignment(new SeenPoints(clip), new SeenPoints({ ...motion, fps: clip.fps })).distance
}

/** Eight frames of a motion. */
class Glances {
  readonly #points: SeenPoints
  readonly #times: readonly number[]
  readonly #signing: readonly number[]

  constructor(motion: Looked) {
    this.#points = new SeenPoints({ ...motion, fps: 1 })
    this.#times = Array.from({ length: GLANCES }, (_, k) => Math.round((k / (GLANCES - 1)) * (motion.frames - 1)))
    this.#signing = isSkeleton(motion) ? allJoints : signingPoints(this.#points.layout)
  }

  /** Over the points that both show; one that a single side shows is a shoulder width off. */
  squaredDistance(other: Glances): number {
    let sum = 0
    const [a, b] = [this.#points, other.#points]
    for (let k = 0; k < GLANCES; k++) {
      const [i, j] = [this.#times[k]!, other.#times[k]!]
      for (const point of this.#signing) {
        const [inA, inB] = [a.sees(i, point), b.sees(j, point)]
        if (inA !== inB) sum += SHOULDERS ** 2
        if (!inA || !inB) continue
        for (let axis = 0; axis < a.dims; axis++) sum += (a.at(i, point, axis) - b.at(j, point, axis)) ** 2
      }
    }
    return sum
  }
}
