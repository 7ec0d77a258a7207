// CTC's loss and gradient in one thread of plain float32 loops: what the kernels are compared with.

const LOWEST = -1e30

export interface CtcOnCpu {
  readonly batch: number
  readonly frames: number
  readonly labelRoom: number
  readonly classes: number
  readonly stride: number
  readonly blank: number
}

/** Fills dlogits [batch, frames, stride] and returns the losses; every sample has all its frames and labels, and an alignment. */
export function ctcOnCpu(
  logits: Float32Array,
  labels: Uint32Array,
  coefficient: Float32Array,
  dlogits: Float32Array,
  { batch, frames, labelRoom, classes, stride, blank }: CtcOnCpu,
): Float32Array {
  const states = 2 * labelRoom + 1
  const losses = new Float32Array(batch)
  const top = new Float32Array(frames)
  const alpha = new Float32Array(frames * states)
  const beta = new Float32Array(frames * states)
  const state = new Uint32Array(states)
  for (let b = 0; b < batch; b++) {
    const x = logits.subarray(b * frames * stride, (b + 1) * frames * stride)
    const dx = dlogits.subarray(b * frames * stride, (b + 1) * frames * stride)
    for (let s = 0; s < states; s++) state[s] = s % 2 === 0 ? blank : labels[b * labelRoom + (s - 1) / 2]!
    for (let t = 0; t < frames; t++) top[t] = logSumExp(x, t * stride, classes)

    let shifts = 0
    let high = 0
    for (let t = 0; t < frames; t++) {
      shifts += high
      let highest = LOWEST
      for (let s = 0; s < states; s++) {
        const past = (t - 1) * states + s
        const skips = s % 2 === 1 && s >= 3 && state[s] !== state[s - 2]
        const reached =
          t === 0
            ? s < 2
              ? 0
              : LOWEST
            : logSum(alpha[past]!, s >= 1 ? alpha[past - 1]! : LOWEST, skips ? alpha[past - 2]! : LOWEST) - high
        const value = reached < LOWEST / 2 ? LOWEST : reached + x[t * stride + state[s]!]! - top[t]!
        alpha[t * states + s] = value
        if (value > highest) highest = value
      }
      high = highest
    }
    losses[b] = -(logSum(alpha[frames * states - 1]!, alpha[frames * states - 2]!, LOWEST) + shifts)

    for (let t = frames - 1; t >= 0; t--) {
      const next = (t + 1) * states
      let highest = LOWEST
      const gone = (s: number) => beta[next + s]! + x[(t + 1) * stride + state[s]!]! - top[t + 1]!
      for (let s = states - 1; s >= 0; s--) {
        const skips = s % 2 === 1 && s + 2 < states && state[s] !== state[s + 2]
        const value =
          t === frames - 1
            ? s >= states - 2
              ? 0
              : LOWEST
            : logSum(gone(s), s + 1 < states ? gone(s + 1) : LOWEST, skips ? gone(s + 2) : LOWEST)
        beta[t * states + s] = value
        if (value > highest) highest = value
      }
      for (let s = 0; s < states; s++) beta[t * states + s]! -= highest
    }

    for (let t = 0; t < frames; t++) {
      const share = coefficient[b]!
      for (let v = 0; v < classes; v++) dx[t * stride + v] = share * Math.exp(x[t * stride + v]! - top[t]!)
      let most = LOWEST
      for (let s = 0; s < states; s++) most = Math.max(most, alpha[t * states + s]! + beta[t * states + s]!)
      let sum = 0
      for (let s = 0; s < states; s++) sum += Math.exp(alpha[t * states + s]! + beta[t * states + s]! - most)
      for (let s = 0; s < states; s++) {
        dx[t * stride + state[s]!]! -= (share * Math.exp(alpha[t * states + s]! + beta[t * states + s]! - most)) / sum
      }
    }
  }
  return losses
}

function logSumExp(x: Float32Array, from: number, count: number): number {
  let high = LOWEST
  for (let i = from; i < from + count; i++) if (x[i]! > high) high = x[i]!
  let sum = 0
  for (let i = from; i < from + count; i++) sum += Math.exp(x[i]! - high)
  return high + Math.log(sum)
}

function logSum(a: number, b: number, c: number): number {
  const high = Math.max(a, b, c)
  if (high < LOWEST / 2) return LOWEST
  return high + Math.log(Math.exp(a - high) + Math.exp(b - high) + Math.exp(c - high))
}
