// Pose metrics as the evaluation of the SLRTP 2025 challenge computes them, for skeletons of any number of joints.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { JOINTS, joint } from '../motion/skeleton.js'
import { align, type Series, straightDistance } from './dtw.js'
import { fastAlign } from './fastdtw.js'
import { pathLength } from './path_length.js'
import type { WarpPath } from './warp.js'

/** How frames are aligned: by the cheapest path, or as published tables have it, by the approximation of fastdtw. */
export type Aligner = 'exact' | 'fastdtw'

/** A motion and what it is compared with, as rows of joints × 3 coordinates. */
export interface SeriesPair {
  readonly hypothesis: Series
  readonly reference: Series
}

/** A skeleton as far as these metrics need it; default: our 50 joints. */
export interface JointLayout {
  readonly joints: number
  readonly leftWrist: number
  readonly rightWrist: number
}

export interface SlrtpOptions extends Partial<JointLayout> {
  /** Default `exact`. */
  readonly align?: Aligner
}

export interface SlrtpPair {
  /** Pairs (hypothesis frame, reference frame), and the sum of the frames' Euclidean distances along them. */
  readonly alignment: WarpPath
  /** Mean distance of a joint over this pair's path. */
  readonly mje: number
  readonly hypothesisPath: WristPaths
  readonly referencePath: WristPaths
}

/** How far each wrist travels. */
export interface WristPaths {
  readonly left: number
  readonly right: number
}

export interface SlrtpScores {
  /** Mean distance of a joint over the aligned frames of all pairs together, so that long paths weigh more; in the unit of the coordinates; best 0. */
  readonly dtwMje: number
  /**
   * ((Σ left wrist paths of the hypotheses) / (Σ of the references) + the same for the right) / 2: a ratio of means; best 1. NaN where a wrist moves in no
   * reference.
   */
  readonly totalDistance: number
  /** Mean over pairs of hypothesis frames / reference frames; best 1. */
  readonly averageDuration: number
  readonly pairs: readonly SlrtpPair[]
}

const ours: JointLayout = { joints: JOINTS, leftWrist: joint.leftWrist, rightWrist: joint.rightWrist }

/** Scores pairs of motions. Throws ERR_DATA for no pairs, and for a motion without frames or with rows of another width. */
export function slrtpScores(pairs: readonly SeriesPair[], { align: by = 'exact', ...given }: SlrtpOptions = {}): SlrtpScores {
  const layout = { ...ours, ...given }
  if (pairs.length === 0) throw new SignError('ERR_DATA', 'SLRTP metrics', 'wanted at least one pair of motions, got none', 'Give some')
  const scored = pairs.map((pair) => scoredPair(pair, layout, by))
  const steps = scored.reduce((sum, { alignment }) => sum + alignment.path.length, 0)
  const ratio = (side: keyof WristPaths) => {
    const wanted = scored.reduce((sum, { referencePath }) => sum + referencePath[side], 0)
    return wanted > 0 ? scored.reduce((sum, { hypothesisPath }) => sum + hypothesisPath[side], 0) / wanted : Number.NaN
  }
  return {
    dtwMje: scored.reduce((sum, { mje, alignment }) => sum + mje * alignment.path.length, 0) / steps,
    totalDistance: (ratio('left') + ratio('right')) / 2,
    averageDuration: pairs.reduce((sum, { hypothesis, reference }) => sum + hypothesis.length / reference.length, 0) / pairs.length,
    pairs: scored,
  }
}

function scoredPair({ hypothesis, reference }: SeriesPair, layout: JointLayout, by: Aligner): SlrtpPair {
  const { joints, leftWrist, rightWrist } = layout
  checkSeries('hypothesis', hypothesis, joints)
  checkSeries('reference', reference, joints)
  const alignment = by === 'exact' ? align(hypothesis, reference, joints * 3, 'l2') : fastAlign(hypothesis, reference, joints * 3)
  let sum = 0
  for (const [i, j] of alignment.path)
    for (let k = 0; k < joints; k++)
      sum += straightDistance(hypothesis.values, (i * joints + k) * 3, reference.values, (j * joints + k) * 3, 3)
  const paths = (series: Series): WristPaths => ({
    left: pathLength(series, joints, leftWrist),
    right: pathLength(series, joints, rightWrist),
  })
  return {
    alignment,
    mje: sum / (alignment.path.length * joints),
    hypothesisPath: paths(hypothesis),
    referencePath: paths(reference),
  }
}

function checkSeries(side: string, { values, length }: Series, joints: number): void {
  if (length >= 1 && values.length === length * joints * 3) return
  const problem = `wanted at least one frame of ${joints} × 3 numbers, got ${counted(values.length, 'number')} in ${counted(length, 'frame')}`
  throw new SignError('ERR_DATA', `SLRTP ${side}`, problem, 'Leave that clip out, or say how many joints a frame has')
}
