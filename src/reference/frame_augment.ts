// The plain-loop twin of shaders/frame_augment.wgsl, in float64.

/** A frame in pixels of RGBA, a byte a channel, and its 24 numbers: affine map, change of colours, mean, inverse deviation. */
export interface GivenFrame {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
  readonly transform: Float64Array
}

/** y [3, size, size] of one frame */
export function frameAugment({ width, height, rgba, transform }: GivenFrame, size: number): Float64Array {
  const [across, down] = [transform.subarray(0, 3), transform.subarray(3, 6)]
  const spread = [across, down].map(([a, b]) => Math.max(Math.hypot(a!, b!), 1)) as [number, number]
  const y = new Float64Array(3 * size * size)
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [u, v] = [across, down].map(([a, b, c]) => a! * (column + 0.5) + b! * (row + 0.5) + c!) as [number, number]
      const colour = colourAt({ width, height, rgba }, u, v, spread)
      for (let k = 0; k < 3; k++) {
        const [r, g, b, offset] = transform.subarray(6 + 4 * k, 10 + 4 * k)
        const changed = r! * colour[0]! + g! * colour[1]! + b! * colour[2]! + offset!
        y[(k * size + row) * size + column] = (Math.min(Math.max(changed, 0), 1) - transform[18 + k]!) * transform[21 + k]!
      }
    }
  return y
}

function colourAt(
  { width, height, rgba }: Omit<GivenFrame, 'transform'>,
  u: number,
  v: number,
  [across, down]: readonly [number, number],
): number[] {
  const sum = [0, 0, 0]
  if (u < 0 || v < 0 || u > width || v > height) return sum
  let total = 0
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      const weight = Math.max(1 - Math.abs(i + 0.5 - u) / across, 0) * Math.max(1 - Math.abs(j + 0.5 - v) / down, 0)
      for (let k = 0; k < 3; k++) sum[k]! += (weight * rgba[4 * (j * width + i) + k]!) / 255
      total += weight
    }
  return sum.map((value) => value / total)
}
