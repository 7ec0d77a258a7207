// The plain-loop twin of shaders/ctc_align.wgsl, in float64.

import { alignedFrames, type CtcLabels, type CtcShape, LOWEST, NONE, skipsTo, statesOf } from './ctc.js'

export interface CtcAlignment {
  /** [batch, frames, 2·labelRoom + 1], each row under the highest of the row before. */
  readonly best: Float64Array
  /** [batch, frames]: the state of each frame; NONE past a length and where there is no alignment. */
  readonly path: Uint32Array
  /** [batch, 2] of (log-probability of that alignment, 1), or (0, 0) where there is none. */
  readonly report: Float64Array
}

/** The most likely alignment; of equals the one whose states are entered first. */
export function ctcAlign(logits: Float64Array, top: Float64Array, given: CtcLabels, shape: CtcShape): CtcAlignment {
  const { batch, frames: room, labelRoom, stride } = shape
  const width = 2 * labelRoom + 1
  const best = new Float64Array(batch * room * width).fill(LOWEST)
  const path = new Uint32Array(batch * room).fill(NONE)
  const report = new Float64Array(2 * batch)
  for (let b = 0; b < batch; b++) {
    const states = statesOf(given, b, shape)
    const frames = alignedFrames(given, b, shape)
    if (frames === undefined) continue
    report[2 * b + 1] = 1
    const row = (t: number) => best.subarray((b * room + t) * width, (b * room + t) * width + states.length)
    const from = (t: number, s: number) =>
      [s, ...(s > 0 ? [s - 1] : []), ...(skipsTo(states, s) ? [s - 2] : [])].map((at) => [row(t)[at]!, at])
    let shifts = 0
    for (let t = 0; t < frames; t++) {
      const high = t > 0 ? Math.max(...row(t - 1)) : 0
      shifts += high
      row(t).forEach((_, s, own) => {
        const y = logits[(b * room + t) * stride + states[s]!]! - top[b * room + t]!
        const reached = t > 0 ? Math.max(...from(t - 1, s).map(([value]) => value!)) : s < 2 ? 0 : LOWEST
        if (reached !== LOWEST) own[s] = reached - high + y
      })
    }
    if (frames === 0) continue
    const last = row(frames - 1)
    let s = states.length - 1
    if (s > 0 && last[s - 1]! > last[s]!) s -= 1
    report[2 * b] = last[s]! + shifts
    path[b * room + frames - 1] = s
    for (let t = frames - 1; t > 0; t--) {
      // The first of equals: it stayed, or else it came from the neighbour.
      s = from(t - 1, s).reduce((first, other) => (other[0]! > first[0]! ? other : first))[1]!
      path[b * room + t - 1] = s
    }
  }
  return { best, path, report }
}
