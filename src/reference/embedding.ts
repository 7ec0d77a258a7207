// The plain-loop twin of shaders/embedding*.wgsl, in float64. The gradient scatters by id: it knows nothing of inverted lists.

/** y[r,:] = scale · table[ids[r],:] + positions[r mod length,:] */
export function embedding(
  ids: Uint32Array,
  table: Float64Array,
  positions: Float64Array,
  length: number,
  width: number,
  scale = 1,
): Float64Array {
  const y = new Float64Array(ids.length * width)
  for (let r = 0; r < ids.length; r++) {
    for (let c = 0; c < width; c++) y[r * width + c] = scale * table[ids[r]! * width + c]! + positions[(r % length) * width + c]!
  }
  return y
}

/** dTable[ids[r],:] += scale · dy[r,:] for every row whose id is not `skip`; returns the gradient alone, [vocabulary, width]. */
export function embeddingGrad(
  ids: Uint32Array,
  dy: Float64Array,
  vocabulary: number,
  width: number,
  skip?: number,
  scale = 1,
): Float64Array {
  const dTable = new Float64Array(vocabulary * width)
  for (let r = 0; r < ids.length; r++) {
    if (ids[r] === skip) continue
    for (let c = 0; c < width; c++) dTable[ids[r]! * width + c]! += scale * dy[r * width + c]!
  }
  return dTable
}
