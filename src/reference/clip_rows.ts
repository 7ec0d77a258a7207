// The plain-loop twin of shaders/clip_rows*.wgsl, in float64.

/** Where every frame of all clips stands among rows of `length` a clip, in order. */
const placesOf = (lengths: Uint32Array, length: number): number[] =>
  [...lengths].flatMap((frames, b) => Array.from({ length: frames }, (_, t) => b * length + t))

export interface FirstRows {
  /** Rows of an image, of which the first is taken. */
  readonly tokens: number
  readonly width: number
  /** Rows of a clip. */
  readonly length: number
  /** Which frame of all the first image is. */
  readonly first: number
}

/** y [clips, length, width] = `there`, with x[i,0,:] where frame first + i stands. x [images, tokens, width] */
export function clipRows(x: Float64Array, lengths: Uint32Array, { tokens, width, length, first }: FirstRows, there: Float64Array) {
  const y = there.slice()
  for (let i = 0; i * tokens * width < x.length; i++) {
    const place = placesOf(lengths, length)[first + i]
    if (place === undefined) continue
    for (let c = 0; c < width; c++) y[place * width + c] = x[i * tokens * width + c]!
  }
  return y
}

/** dx [images, tokens, width] of the gradient dy at y */
export function clipRowsGrad(dy: Float64Array, lengths: Uint32Array, { tokens, width, length, first }: FirstRows, images: number) {
  const dx = new Float64Array(images * tokens * width)
  for (let i = 0; i < images; i++) {
    const place = placesOf(lengths, length)[first + i]
    if (place === undefined) continue
    for (let c = 0; c < width; c++) dx[i * tokens * width + c] = dy[place * width + c]!
  }
  return dx
}
