// The plain-loop twin of shaders/beam_step.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface BeamState {
  readonly scores: Float64Array
  readonly finished: Uint32Array
  readonly input: Uint32Array
  readonly trail: Uint32Array
  readonly lengths: Uint32Array
  readonly done: Uint32Array
}

export interface BeamShape {
  readonly batch: number
  readonly beams: number
  readonly classes: number
  readonly stride: number
  readonly capacity: number
  readonly end: number
}

/** The state after one step, and each beam's parent. */
export function beamStep(before: BeamState, logits: Float64Array, shape: BeamShape): BeamState & { parent: Uint32Array } {
  const { batch, beams, classes, stride, capacity, end } = shape
  const after = {
    scores: before.scores.slice(),
    finished: before.finished.slice(),
    input: before.input.slice(),
    trail: before.trail.slice(),
    lengths: before.lengths.slice(),
    done: before.done.slice(),
    parent: Uint32Array.from({ length: batch * beams }, (_, r) => r % beams),
  }
  for (let b = 0; b < batch; b++) {
    const first = b * beams
    const t = before.lengths[first]!
    if (before.done[b] !== 0 || t >= capacity) continue
    const candidates: { score: number; k: number; v: number }[] = []
    for (let k = 0; k < beams; k++) {
      const score = before.scores[first + k]!
      if (score <= -1e29) continue
      if (before.finished[first + k] !== 0) {
        candidates.push({ score, k, v: -1 })
        continue
      }
      const row = logits.subarray((first + k) * stride, (first + k) * stride + classes)
      const high = Math.max(...row)
      const top = high + Math.log(row.reduce((sum, x) => sum + Math.exp(x - high), 0))
      for (let v = 0; v < classes; v++) candidates.push({ score: score + row[v]! - top, k, v })
    }
    candidates.sort((x, y) => y.score - x.score || x.k - y.k || x.v - y.v)
    let all = true
    for (let n = 0; n < beams; n++) {
      const chosen = candidates[n]
      const token = chosen && chosen.v >= 0 ? chosen.v : end
      const parent = chosen ? chosen.k : n
      const length = !chosen ? 0 : chosen.v < 0 ? before.finished[first + chosen.k]! : chosen.v === end ? t + 1 : 0
      after.scores[first + n] = chosen ? chosen.score : -3.4e38
      after.finished[first + n] = length
      after.input[first + n] = token
      after.parent[first + n] = parent
      after.trail.set([parent, token], 2 * ((b * capacity + t) * beams + n))
      after.lengths[first + n] = t + 1
      if (chosen && length === 0) all = false
    }
    if (all || t + 1 >= capacity) after.done[b] = t + 1
  }
  return after
}
