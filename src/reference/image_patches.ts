// The plain-loop twin of shaders/image_patches*.wgsl, in float64.

export interface Images {
  readonly images: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly side: number
  /** Numbers in a row of patches, the last of which may be padding. */
  readonly stride: number
}

/** Visits every number of the images: where it is in x [images, channels, height, width] and in y [images, patches, stride]. */
function forEachPixel({ images, channels, height, width, side, stride }: Images, visit: (pixel: number, column: number) => void): void {
  const [down, across] = [height / side, width / side]
  for (let b = 0; b < images; b++)
    for (let k = 0; k < channels; k++)
      for (let line = 0; line < height; line++)
        for (let column = 0; column < width; column++) {
          const row = (b * down + Math.floor(line / side)) * across + Math.floor(column / side)
          const within = (k * side + (line % side)) * side + (column % side)
          visit(((b * channels + k) * height + line) * width + column, row * stride + within)
        }
}

const rowsOf = ({ images, height, width, side }: Images): number => images * (height / side) * (width / side)

/** A row for each square of side by side pixels; 0 in columns beyond channels·side² */
export function imagePatches(x: Float64Array, shape: Images): Float64Array {
  const y = new Float64Array(rowsOf(shape) * shape.stride)
  forEachPixel(shape, (pixel, column) => {
    y[column] = x[pixel]!
  })
  return y
}

/** dx of the gradient dy at y */
export function imagePatchesGrad(dy: Float64Array, shape: Images): Float64Array {
  const dx = new Float64Array(shape.images * shape.channels * shape.height * shape.width)
  forEachPixel(shape, (pixel, column) => {
    dx[pixel] = dy[column]!
  })
  return dx
}
