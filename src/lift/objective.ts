// What lifting minimises, as Prompt2Sign published it, and the two ways down.
//
//   data + 0.001 · length + 0.1 · smoothness
//   data        Σ confidence · |joint − where it was seen|² in the picture, over joints and frames, / (50·frames); a joint never seen is wanted at rest
//               with a weight of its own (rest_pose.ts)
//   length      Σ of the 25 bone lengths; those of which the clip shows no bone are held
//   smoothness  Σ |joint − the same joint a frame later|² / (50·(frames − 1)); 0 for a clip of one frame

import { liftRule } from '../kernels/lift_frame.js'

export const LENGTH_COST = 0.001
export const SMOOTHNESS_COST = 0.1

export interface LiftLoss {
  readonly data: number
  readonly length: number
  readonly smoothness: number
  /** data + 0.001 · length + 0.1 · smoothness */
  readonly total: number
}

/** How a gradient becomes a step, as the kernels take it. */
export interface Step {
  readonly rule: number
  readonly rate: number
  readonly meanDecay: number
  readonly squareDecay: number
}

export type LiftMode = 'adam' | 'descent'

export interface ModeDefaults {
  readonly step: Step
  readonly iterations: number
  /** A clip rests once its loss fell by less than this share of itself over CHECK_EVERY iterations; 0: never before the last iteration. */
  readonly tolerance: number
}

/** Iterations between two looks at the losses. */
export const CHECK_EVERY = 10

/**
 * `descent` is the published optimiser: the mean over frames in the loss makes its steps shorter the longer the clip, and 1000 of them stop far from
 * the minimum. `adam` steps by a share of a direction whatever the clip's length: it is below that loss within ten iterations and within 2 % of
 * the minimum where its rule stops it, after about 100. Shorter decays than usual (.9 and .95) suit so short a run.
 */
export const modes: Readonly<Record<LiftMode, ModeDefaults>> = {
  adam: { step: { rule: liftRule.adam, rate: 0.02, meanDecay: 0.9, squareDecay: 0.95 }, iterations: 300, tolerance: 5e-3 },
  descent: { step: { rule: liftRule.descent, rate: 0.1, meanDecay: 0, squareDecay: 0 }, iterations: 1000, tolerance: 0 },
}

/** A step that goes nowhere: with it the kernels only measure. */
export const STAND: Step = { ...modes.descent.step, rate: 0 }

/** Numbers a clip in the report of lift_lengths. */
export const REPORT = 27

/** The loss terms of clip `k` in a report [clips, 27]. */
export function lossOf(report: Float32Array, k: number): LiftLoss {
  const row = report.subarray(k * REPORT, (k + 1) * REPORT)
  const length = row.subarray(0, 25).reduce((sum, value) => sum + value, 0)
  const [data, smoothness] = [row[25]!, row[26]!]
  return { data, length, smoothness, total: data + LENGTH_COST * length + SMOOTHNESS_COST * smoothness }
}
