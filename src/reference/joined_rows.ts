// The plain-loop twin of shaders/joined_rows*.wgsl, in float64.

/** Rows of each sample: `rows` there are, of which as many count as `lengths` says. */
export interface Sequences {
  readonly lengths: Uint32Array
  readonly rows: number
}

/** y [B, first.rows + second.rows, width]: the rows of x that count, then those of z. */
export function joinedRows(
  { x, z }: { readonly x: Float64Array; readonly z: Float64Array },
  { first, second, width }: { readonly first: Sequences; readonly second: Sequences; readonly width: number },
): { y: Float64Array; lengths: Uint32Array } {
  const rows = first.rows + second.rows
  const y = new Float64Array(first.lengths.length * rows * width)
  const lengths = first.lengths.map((m, b) => m + second.lengths[b]!)
  for (const [b, m] of first.lengths.entries()) {
    for (let t = 0; t < m; t++) for (let c = 0; c < width; c++) y[(b * rows + t) * width + c] = x[(b * first.rows + t) * width + c]!
    for (let j = 0; j < second.lengths[b]!; j++)
      for (let c = 0; c < width; c++) y[(b * rows + m + j) * width + c] = z[(b * second.rows + j) * width + c]!
  }
  return { y, lengths }
}

export interface Part extends Sequences {
  /** Where each sample's begin. */
  readonly starts: Uint32Array
  /** Rows of what is joined. */
  readonly length: number
  readonly width: number
}

/** y [B, rows, width]: rows of x [B, length, width] from starts[b] on, as many as lengths[b]. */
export function joinedRowsPart(x: Float64Array, { starts, lengths, rows, length, width }: Part): Float64Array {
  const y = new Float64Array(starts.length * rows * width)
  for (const [b, start] of starts.entries())
    for (let j = 0; j < lengths[b]!; j++)
      for (let c = 0; c < width; c++) y[(b * rows + j) * width + c] = x[(b * length + start + j) * width + c]!
  return y
}

/** dx of the gradient dy at y */
export function joinedRowsPartGrad(dy: Float64Array, { starts, lengths, rows, length, width }: Part): Float64Array {
  const dx = new Float64Array(starts.length * length * width)
  for (const [b, start] of starts.entries())
    for (let j = 0; j < lengths[b]!; j++)
      for (let c = 0; c < width; c++) dx[(b * length + start + j) * width + c] = dy[(b * rows + j) * width + c]!
  return dx
}
