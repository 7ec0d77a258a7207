// The plain-loop twin of shaders/class_token*.wgsl, in float64.

/** y[b,0,:] = token + positions[0,:], y[b,1+p,:] = x[b,p,:] + positions[1+p,:]. x [images, patches, width] */
export function classToken(x: Float64Array, token: Float64Array, positions: Float64Array, patches: number): Float64Array {
  const width = token.length
  const images = x.length / (patches * width)
  const y = new Float64Array(images * (patches + 1) * width)
  for (let b = 0; b < images; b++)
    for (let t = 0; t <= patches; t++)
      for (let c = 0; c < width; c++) {
        const value = t === 0 ? token[c]! : x[(b * patches + t - 1) * width + c]!
        y[(b * (patches + 1) + t) * width + c] = value + positions[t * width + c]!
      }
  return y
}

/** The gradients at x, token and the first 1 + patches positions of the gradient dy at y */
export function classTokenGrad(dy: Float64Array, patches: number, width: number) {
  const images = dy.length / ((patches + 1) * width)
  const dx = new Float64Array(images * patches * width)
  const dtoken = new Float64Array(width)
  const dpositions = new Float64Array((patches + 1) * width)
  for (let b = 0; b < images; b++)
    for (let t = 0; t <= patches; t++)
      for (let c = 0; c < width; c++) {
        const grad = dy[(b * (patches + 1) + t) * width + c]!
        dpositions[t * width + c]! += grad
        if (t === 0) dtoken[c]! += grad
        else dx[(b * patches + t - 1) * width + c] = grad
      }
  return { dx, dtoken, dpositions }
}
