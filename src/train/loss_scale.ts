// The loss scale of training in f16, as the host sees and saves it. The GPU keeps it: no step waits for the host to know whether the last
// one was skipped.

/** What a step did to the scale of its group. */
export interface LossScale {
  /** What the next step's loss is multiplied by. */
  readonly scale: number
  /** Steps skipped so far, because a gradient was too large for a half. */
  readonly skipped: number
  /** The whole state after the step: what `restore` gives back to the GPU. */
  readonly state: readonly number[]
}

/** Reads a reported state; none outside f16. */
export function readLossScale(report: ArrayBuffer | undefined): LossScale | undefined {
  if (!report) return undefined
  const state = [...new Float32Array(report)]
  return { scale: state[0]!, skipped: state[2]!, state }
}

/** Below this a gradient overflows though it is not multiplied: that is no matter of scale. */
const FLOOR = 1

/** Whether a step without a finite gradient was only skipped, and the next has a smaller scale to go on with. */
export const isOnlySkipped = (lossScale: LossScale | undefined): boolean => lossScale !== undefined && lossScale.scale >= FLOOR

/** For the logs. */
export function scaleScalars(lossScale: LossScale | undefined): Readonly<Record<string, number>> {
  return lossScale ? { lossScale: lossScale.scale, skipped: lossScale.skipped } : {}
}
