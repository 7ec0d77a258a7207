// The plain-loop twin of shaders/head_columns.wgsl, in float64.

export interface HeadColumns {
  readonly rows: number
  readonly heads: number
  readonly columnsFrom: number
  readonly columnsTo: number
}

/** y[r, h·to + c] = x[r, h·from + c] for c < min(from, to), else 0 */
export function headColumns(x: Float64Array, { rows, heads, columnsFrom, columnsTo }: HeadColumns): Float64Array {
  const y = new Float64Array(rows * heads * columnsTo)
  for (let head = 0; head < rows * heads; head++)
    for (let c = 0; c < Math.min(columnsFrom, columnsTo); c++) y[head * columnsTo + c] = x[head * columnsFrom + c]!
  return y
}
