// The plain-loop twin of shaders/average_pool*.wgsl, in float64.

export interface PoolShape {
  readonly length: number
  readonly width: number
  /** Rows past a clip's length count as any others. */
  readonly padded: boolean
}

/** y[b,i,:] = (x[b,2i-1,:] + x[b,2i,:] + x[b,2i+1,:]) / 3, missing rows being 0. x [B, length, width], y [B, ⌈length/2⌉, width] */
export function averagePool(x: Float64Array, lengths: Uint32Array, shape: PoolShape): Float64Array {
  const { width } = shape
  const y = new Float64Array(lengths.length * Math.ceil(shape.length / 2) * width)
  forEachPair(lengths, shape, (from, to) => {
    for (let c = 0; c < width; c++) y[to * width + c]! += x[from * width + c]! / 3
  })
  return y
}

/** dx[b,t,:] = Σ dy[b,i,:] / 3 over the means that row t is part of */
export function averagePoolGrad(dy: Float64Array, lengths: Uint32Array, shape: PoolShape): Float64Array {
  const { width } = shape
  const dx = new Float64Array(lengths.length * shape.length * width)
  forEachPair(lengths, shape, (from, to) => {
    for (let c = 0; c < width; c++) dx[from * width + c]! += dy[to * width + c]! / 3
  })
  return dx
}

/** Visits every row of x with each row of y that it is part of. */
function forEachPair(lengths: Uint32Array, { length, padded }: PoolShape, visit: (from: number, to: number) => void): void {
  const tokens = Math.ceil(length / 2)
  lengths.forEach((own, b) => {
    const rows = padded ? length : own
    for (let i = 0; i < Math.ceil(rows / 2); i++) {
      for (const t of [2 * i - 1, 2 * i, 2 * i + 1]) if (t >= 0 && t < rows) visit(b * length + t, b * tokens + i)
    }
  })
}
