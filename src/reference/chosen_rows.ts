// The plain-loop twin of shaders/chosen_rows*.wgsl, in float64.

export interface ChosenRows {
  readonly at: Uint32Array
  readonly place: number
  readonly length: number
  readonly width: number
}

/** The table with row at[b] of each sequence of x at place + b */
export function chosenRows(x: Float64Array, table: Float64Array, { at, place, length, width }: ChosenRows): Float64Array {
  const y = table.slice()
  at.forEach((t, b) => {
    for (let c = 0; c < width; c++) y[(place + b) * width + c] = x[(b * length + t) * width + c]!
  })
  return y
}

/** dx of the gradient dy at y */
export function chosenRowsGrad(dy: Float64Array, { at, place, length, width }: ChosenRows): Float64Array {
  const dx = new Float64Array(at.length * length * width)
  at.forEach((t, b) => {
    for (let c = 0; c < width; c++) dx[(b * length + t) * width + c] = dy[(place + b) * width + c]!
  })
  return dx
}
