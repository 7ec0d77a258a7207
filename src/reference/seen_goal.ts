// The plain-loop twin of shaders/seen_goal.wgsl, in float64.

/** y[i] = goal[i] where seen[i] > 0, else pred[i] */
export function seenGoal(pred: Float64Array, goal: Float64Array, seen: Float64Array): Float64Array {
  return pred.map((v, i) => (seen[i]! > 0 ? goal[i]! : v))
}
