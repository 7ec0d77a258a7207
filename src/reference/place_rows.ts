// The plain-loop twin of shaders/place_rows*.wgsl, in float64.

/** y with y[places[i],:] = x[i,0,:] where that is a row of y. x [images, tokens, width] */
export function placeRows(x: Float64Array, places: Uint32Array, y: Float64Array, tokens: number, width: number): Float64Array {
  const out = y.slice()
  places.forEach((place, i) => {
    if (place * width >= y.length) return
    for (let c = 0; c < width; c++) out[place * width + c] = x[i * tokens * width + c]!
  })
  return out
}

/** dx[i,0,:] = dy[places[i],:] where that is a row of dy, else 0; 0 in all other rows */
export function placeRowsGrad(dy: Float64Array, places: Uint32Array, tokens: number, width: number): Float64Array {
  const dx = new Float64Array(places.length * tokens * width)
  places.forEach((place, i) => {
    if (place * width >= dy.length) return
    for (let c = 0; c < width; c++) dx[i * tokens * width + c] = dy[place * width + c]!
  })
  return dx
}
