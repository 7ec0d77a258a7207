// The plain-loop twin of shaders/windows*.wgsl, in float64.

export interface Windows {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly stride: number
  readonly down: number
  readonly across: number
  readonly columns: number
  readonly kernelHeight: number
  readonly kernelWidth: number
  readonly step: number
  readonly edge: number
  /** Whether there are windows past a length, where x counts as 1. */
  readonly filled?: number
}

/** Visits every tap of every window that lies inside: its place in x, without channels, its window, which tap it is, and whether it counts. */
export function forEachTap(
  lengths: Uint32Array,
  shape: Windows,
  visit: (place: number, window: number, tap: number, counts: boolean) => void,
): void {
  const { height, width, down, across, kernelHeight, kernelWidth, step, edge, filled = 0 } = shape
  lengths.forEach((own, b) => {
    const columns = filled === 1 ? width : Math.min(own, width)
    for (let r = 0; r < down; r++)
      for (let c = 0; c < across && c * step + kernelWidth <= columns + 2 * edge; c++)
        for (let i = 0; i < kernelHeight; i++)
          for (let j = 0; j < kernelWidth; j++) {
            const [line, column] = [r * step - edge + i, c * step - edge + j]
            if (line < 0 || line >= height || column < 0 || column >= columns) continue
            visit((b * height + line) * width + column, (b * down + r) * across + c, i * kernelWidth + j, column < own)
          }
  })
}

/** y[b, r, c, tap·channels + k] = x[b, line, column, k] */
export function windows(x: Float64Array, lengths: Uint32Array, shape: Windows): Float64Array {
  const { channels, stride, columns } = shape
  const y = new Float64Array(lengths.length * shape.down * shape.across * columns)
  forEachTap(lengths, shape, (place, window, tap, counts) => {
    for (let k = 0; k < channels; k++) y[window * columns + tap * channels + k] = counts ? x[place * stride + k]! : 1
  })
  return y
}

/** dx of the gradient dy at y */
export function windowsGrad(dy: Float64Array, lengths: Uint32Array, shape: Windows): Float64Array {
  const { channels, stride, columns } = shape
  const dx = new Float64Array(lengths.length * shape.height * shape.width * stride)
  forEachTap(lengths, shape, (place, window, tap, counts) => {
    if (!counts) return
    for (let k = 0; k < channels; k++) dx[place * stride + k]! += dy[window * columns + tap * channels + k]!
  })
  return dx
}
