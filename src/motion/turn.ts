// Turning a motion about the vertical, as if the camera stood further to one side.

/** Turns points x, y, z about y, which points down, in place; `angle` is in radians. Distances stay what they are. */
export function turnAboutVertical(values: Float32Array, angle: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  for (let i = 0; i + 2 < values.length; i += 3) {
    const [x, z] = [values[i]!, values[i + 2]!]
    values[i] = cos * x + sin * z
    values[i + 2] = cos * z - sin * x
  }
}
