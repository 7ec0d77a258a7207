// The plain-loop twin of shaders/sgd.wgsl, in float64.

export interface Momentum {
  readonly weight: Float64Array
  readonly first: Float64Array
}

/** hyper = (rate, momentum). Returns the state after the step; scale 0 changes nothing. */
export function sgd(
  { weight, first }: Momentum,
  gradient: Float64Array,
  scale: number,
  hyper: Float64Array,
  { weightDecay, decayed, nesterov }: { readonly weightDecay: number; readonly decayed: number; readonly nesterov: number },
): Momentum {
  const after = { weight: weight.slice(), first: first.slice() }
  if (scale === 0) return after
  const [rate, momentum] = hyper as unknown as [number, number]
  for (let i = 0; i < gradient.length; i++) {
    const g = scale * gradient[i]! + (i < decayed ? weightDecay * weight[i]! : 0)
    after.first[i] = momentum * first[i]! + g
    after.weight[i] = weight[i]! - rate * (nesterov === 1 ? g + momentum * after.first[i]! : after.first[i]!)
  }
  return after
}
