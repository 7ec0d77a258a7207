import { rewardWeightKind, rewardWeights } from '../src/kernels/reward_weights.js'
import { workload } from './workload.js'

const batch = 64

export default [
  workload(
    rewardWeights,
    'a batch of 64',
    { batch, kind: rewardWeightKind.regression, intensity: 1, spread: 1 },
    { report: 4 * batch, weight: batch },
  ),
]
