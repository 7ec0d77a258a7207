// The plain-loop twin of shaders/reward_weights.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface RewardWeightsShape {
  readonly batch: number
  /** 0 reward-weighted regression, 1 policy gradient. */
  readonly kind: number
  readonly intensity: number
  readonly spread: number
}

/** The weights, and the report [B,4] (share, error, reward, weight) as it is afterwards. */
export function rewardWeights(
  before: Float64Array,
  { batch, kind, intensity, spread }: RewardWeightsShape,
): { weight: Float64Array; report: Float64Array } {
  const report = before.slice()
  const weight = new Float64Array(batch)
  let powers = 0
  let rewards = 0
  for (let b = 0; b < batch; b++) {
    powers += Math.exp(intensity * before[4 * b + 2]!)
    rewards += before[4 * b + 2]!
  }
  for (let b = 0; b < batch; b++) {
    const reward = before[4 * b + 2]!
    if (kind === 1) {
      weight[b] = (reward - rewards / batch) / (2 * spread * spread)
    } else {
      weight[b] = (batch * Math.exp(intensity * reward)) / powers
      report[4 * b]! *= weight[b]!
      report[4 * b + 3] = weight[b]!
    }
  }
  return { weight, report }
}
