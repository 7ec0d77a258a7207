// The plain-loop twin of shaders/adamw.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface Moments {
  readonly weight: Float64Array
  readonly first: Float64Array
  readonly second: Float64Array
}

/** hyper = (rate, beta1, beta2, epsilon, 1 − beta1^step, 1 − beta2^step). Returns the state after the step; scale 0 changes nothing. */
export function adamw(
  { weight, first, second }: Moments,
  gradient: Float64Array,
  scale: number,
  hyper: Float64Array,
  { weightDecay, decoupled }: { readonly weightDecay: number; readonly decoupled: number },
): Moments {
  const after = { weight: weight.slice(), first: first.slice(), second: second.slice() }
  if (scale === 0) return after
  const [rate, beta1, beta2, epsilon, correction1, correction2] = hyper as unknown as [number, number, number, number, number, number]
  for (let i = 0; i < gradient.length; i++) {
    let w = weight[i]!
    let g = scale * gradient[i]!
    if (decoupled === 1) w *= 1 - rate * weightDecay
    else g += weightDecay * w
    after.first[i] = beta1 * first[i]! + (1 - beta1) * g
    after.second[i] = beta2 * second[i]! + (1 - beta2) * g * g
    after.weight[i] = w - ((rate / correction1) * after.first[i]!) / (Math.sqrt(after.second[i]!) / Math.sqrt(correction2) + epsilon)
  }
  return after
}
