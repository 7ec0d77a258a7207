// Which way bones point, outwards from the neck.

import { bonesFromNeck, COORDS } from './skeleton.js'

/** [50, 3]: unit directions by the joint that a bone places, all down the picture; the neck, which none places, has 0. */
export function downwards(): Float64Array {
  const directions = new Float64Array(COORDS)
  for (const { to } of bonesFromNeck) directions[3 * to + 1] = 1
  return directions
}

/** Turns each to where it points in the frame [150 or more]; a bone whose ends are in one place stays as it was. */
export function turnDirections(directions: Float64Array, frame: Float32Array | Float64Array): void {
  for (const { from, to } of bonesFromNeck) {
    const [a, b] = [3 * from, 3 * to]
    const dx = frame[b]! - frame[a]!
    const dy = frame[b + 1]! - frame[a + 1]!
    const dz = frame[b + 2]! - frame[a + 2]!
    const length = Math.sqrt(dx * dx + dy * dy + dz * dz)
    if (length === 0) continue
    directions[b] = dx / length
    directions[b + 1] = dy / length
    directions[b + 2] = dz / length
  }
}
