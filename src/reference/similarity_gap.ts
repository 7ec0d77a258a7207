// The plain-loop twin of shaders/similarity_gap*.wgsl, in float64.

/** gap [rows, rows] of u [rows, width]: the product of each two rows minus goal [rows, rows], 0 on the diagonal. */
export function similarityGap(u: Float64Array, goal: Float64Array, rows: number): Float64Array {
  const width = u.length / rows
  return goal.map((wanted, pair) => {
    const [i, j] = [Math.floor(pair / rows), pair % rows]
    if (i === j) return 0
    let product = 0
    for (let c = 0; c < width; c++) product += u[i * width + c]! * u[j * width + c]!
    return product - wanted
  })
}

/** The gradient at u of `share` times the sum over pairs i < j of gap². goal is symmetric. */
export function similarityGapGrad(u: Float64Array, goal: Float64Array, rows: number, share: number): Float64Array {
  const width = u.length / rows
  const gap = similarityGap(u, goal, rows)
  const du = new Float64Array(u.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++) for (let c = 0; c < width; c++) du[i * width + c]! += 2 * share * gap[i * rows + j]! * u[j * width + c]!
  return du
}
