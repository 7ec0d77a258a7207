// Turning a motion: about the vertical, as if the camera stood further to one side, and in the picture, as if it were held askew.

/** Turns points x, y, z about y, which points down, in place; `angle` is in radians. Distances stay what they are. */
export function turnAboutVertical(values: Float32Array, angle: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  for (let i = 0; i + 2 < values.length; i += 3) {
    const [x, z] = [values[i]!, values[i + 2]!]
    values[i] = cos * x + sin * z
    values[i + 2] = cos * z - sin * x
  }
}

/**
 * Turns points x, y, z about z, which points at the viewer, in place; `angle` is in radians, from right to down. Distances stay what they are.
 *
 * @param dims coordinates of a point: 2 where there is no z
 */
export function turnInPicture(values: Float32Array, angle: number, dims: 2 | 3 = 3): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  for (let i = 0; i + dims <= values.length; i += dims) {
    const [x, y] = [values[i]!, values[i + 1]!]
    values[i] = cos * x - sin * y
    values[i + 1] = sin * x + cos * y
  }
}
