// Large frames made smaller on the host before they go to the GPU, so that a clip of a camera's takes no more memory than one of a small corpus.

/** A picture, a byte a channel: RGBA, line by line. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/**
 * The picture with its sides divided by the largest whole number that leaves both at least `size` pixels, each pixel the mean of those it covers; rows and
 * columns that are left over at the right and the bottom are cut off. What is smaller than twice `size` stays as it is.
 */
export function reduced(picture: Picture, size: number): Picture {
  const factor = Math.floor(Math.min(picture.width, picture.height) / size)
  if (factor <= 1) return picture
  const [width, height] = [Math.floor(picture.width / factor), Math.floor(picture.height / factor)]
  const rgba = new Uint8Array(4 * width * height)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0
        for (let j = 0; j < factor; j++) {
          const from = 4 * ((row * factor + j) * picture.width + column * factor) + channel
          for (let i = 0; i < factor; i++) sum += picture.rgba[from + 4 * i]!
        }
        rgba[4 * (row * width + column) + channel] = Math.round(sum / (factor * factor))
      }
  return { width, height, rgba }
}
