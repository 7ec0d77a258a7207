// The plain-loop twin of shaders/contrastive_prediction*.wgsl, in float64.

export interface PredictionInputs {
  /** [predictions, width] */
  readonly h: Float64Array
  /** [rows, width] */
  readonly z: Float64Array
  /** [predictions, slots]: rows of z, as many as there are and more for none. */
  readonly partner: Uint32Array
}

interface Shape {
  readonly width: number
  readonly slots: number
}

/** Loss, before any weight, and slope of every pair; both 0 without a partner. */
export function contrastivePrediction({ h, z, partner }: PredictionInputs, { width, slots }: Shape) {
  const [loss, slope] = [new Float64Array(partner.length), new Float64Array(partner.length)]
  partner.forEach((row, pair) => {
    if (row * width >= z.length) return
    let score = 0
    for (let c = 0; c < width; c++) score += h[Math.floor(pair / slots) * width + c]! * z[row * width + c]!
    const away = pair % slots === 0 ? -1 : 1
    loss[pair] = Math.max(away * score, 0) + Math.log1p(Math.exp(-Math.abs(score)))
    slope[pair] = away / (1 + Math.exp(-away * score))
  })
  return { loss, slope }
}

/** The gradients of Σ share · loss at h and z. */
export function contrastivePredictionGrad(inputs: PredictionInputs, share: Float64Array, { width, slots }: Shape) {
  const { h, z, partner } = inputs
  const { slope } = contrastivePrediction(inputs, { width, slots })
  const [dh, dz] = [new Float64Array(h.length), new Float64Array(z.length)]
  partner.forEach((row, pair) => {
    if (row * width >= z.length) return
    const prediction = Math.floor(pair / slots) * width
    for (let c = 0; c < width; c++) {
      dh[prediction + c]! += share[pair]! * slope[pair]! * z[row * width + c]!
      dz[row * width + c]! += share[pair]! * slope[pair]! * h[prediction + c]!
    }
  })
  return { dh, dz }
}
