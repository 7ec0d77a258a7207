// What the motions themselves are like, beside those of the signers: what a judge cannot see, and what gives away how it was pleased.

import { dtw, dtwMje, type Frames } from '../metrics/dtw.js'
import { boneLengthDeviation, durationRatio, mean, poseStdRatio, wristPathRatio } from '../metrics/motion.js'
import type { Clip, Motion } from '../motion/clip.js'
import { COORDS, JOINTS } from '../motion/skeleton.js'
import { frechetDistance } from './frechet.js'

/** Averages over the clips of a split; null where no clip allows one. */
export interface MotionScores {
  /** Mean joint distance on the aligned path, in normalised units. */
  readonly dtwMje: number | null
  /** Progressive Transformers' sum over 150 coordinates, a frame of the reference. */
  readonly dtw: number | null
  /** Wrist paths, over the reference's. */
  readonly wristPathRatio: number | null
  readonly durationRatio: number | null
  readonly poseStdRatio: number | null
  /** Standard deviation of bone lengths over time, relative to their means: 0 for a rigid skeleton. */
  readonly boneLengthSpread: number | null
  /** Share of the frames, 0 to 1, that show a pose of at least half a second before again. */
  readonly repetition: number | null
  /** Mean joint distance to the most similar training clip, tempo evened out, in normalised units: 0 for a copy. */
  readonly nearestNeighbour: number | null
  /** Fréchet distance of the judge's features from those of the ground truth. */
  readonly frechet: number | null
}

export interface MotionScoresInput {
  readonly references: readonly Clip[]
  readonly motions: readonly Motion[]
  readonly train: readonly Clip[]
  /** The features of the motions and of the references. */
  readonly features: { readonly motions: readonly Float32Array[]; readonly references: readonly Float32Array[] }
}

/** Scores the motions of one system. */
export function motionScores({ references, motions, train, features }: MotionScoresInput): MotionScores {
  const average = (measure: (reference: Clip, motion: Motion) => number): number | null => {
    const values = references.map((reference, i) => measure(reference, motions[i]!)).filter((value) => Number.isFinite(value))
    return values.length > 0 ? mean(values) : null
  }
  const neighbours = new Neighbours(train)
  return {
    dtwMje: average(dtwMje),
    dtw: average((reference, motion) => dtw(reference, motion).distance),
    wristPathRatio: average(wristPathRatio),
    durationRatio: average(durationRatio),
    poseStdRatio: average(poseStdRatio),
    boneLengthSpread: average((_, motion) => boneLengthDeviation(motion)),
    repetition: average((_, motion) => repetition(motion)),
    nearestNeighbour: train.length === 0 ? null : average(({ language }, motion) => neighbours.distance(motion, language)),
    frechet: frechetDistance(features.motions, features.references) ?? null,
  }
}

/** Poses whose joints are on average this near, in normalised units (about 2 cm on a person), are the same. */
const SAME_POSE = 0.02
/** Poses a second that are compared. */
const COMPARED_RATE = 12.5

/** Share of the poses, from half a second on, that stood there at least half a second before. NaN of a motion that is no longer than that. */
export function repetition(motion: Motion): number {
  const step = Math.max(1, Math.round(motion.fps / COMPARED_RATE))
  const before = Math.ceil(motion.fps / 2 / step) * step
  let [seen, compared] = [0, 0]
  for (let t = before; t < motion.frames; t += step) {
    compared++
    for (let s = 0; s <= t - before; s += step) {
      if (poseDistance(motion, t, motion, s) >= SAME_POSE) continue
      seen++
      break
    }
  }
  return seen / compared
}

/** Frames that every motion is brought to before motions are compared one with all. */
const SKETCH = 8

/** Training clips as sketches of a few frames, for finding the most similar one. */
class Neighbours {
  readonly #train: readonly { readonly clip: Motion; readonly language: string; readonly sketch: Frames }[]
  readonly #languages: ReadonlySet<string>

  constructor(train: readonly Clip[]) {
    this.#train = train.map((clip) => ({ clip, language: clip.language, sketch: sketchOf(clip) }))
    this.#languages = new Set(train.map(({ language }) => language))
  }

  /** The least mean joint distance to a clip of the language, or of any where there is none of it. */
  distance(motion: Motion, language: string): number {
    const sketch = sketchOf(motion)
    let least = Number.POSITIVE_INFINITY
    for (const other of this.#train) {
      if (other.language !== language && this.#languages.has(language)) continue
      if (other.clip === motion) return 0
      let sum = 0
      for (let t = 0; t < SKETCH; t++) sum += poseDistance(sketch, t, other.sketch, t)
      least = Math.min(least, sum / SKETCH)
    }
    return least
  }
}

/** {@link SKETCH} frames from the first to the last, those nearest in time. */
function sketchOf({ joints, frames }: Motion): Frames {
  const sketch = new Float32Array(SKETCH * COORDS)
  for (let t = 0; t < SKETCH; t++) {
    const frame = Math.round((t * (frames - 1)) / (SKETCH - 1))
    sketch.set(joints.subarray(frame * COORDS, (frame + 1) * COORDS), t * COORDS)
  }
  return { joints: sketch, frames: SKETCH }
}

/** Mean distance of the joints of a frame from those of another. */
function poseDistance(a: Frames, frameA: number, b: Frames, frameB: number): number {
  let sum = 0
  for (let k = 0; k < COORDS; k += 3) {
    const [i, j] = [frameA * COORDS + k, frameB * COORDS + k]
    const [x, y, z] = [a.joints[i]! - b.joints[j]!, a.joints[i + 1]! - b.joints[j + 1]!, a.joints[i + 2]! - b.joints[j + 2]!]
    sum += Math.sqrt(x * x + y * y + z * z)
  }
  return sum / JOINTS
}
