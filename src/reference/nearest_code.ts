// The plain-loop twin of shaders/nearest_code*.wgsl, in float64.

/** y [rows, width], index (count past a clip's length) and squared distance [rows] of z [batch · length, width]; codes [count, width]. */
export function nearestCode(z: Float64Array, codes: Float64Array, lengths: Uint32Array, shape: { length: number; width: number }) {
  const { length, width } = shape
  const [rows, count] = [z.length / width, codes.length / width]
  const [y, index, distance] = [new Float64Array(z.length), new Uint32Array(rows).fill(count), new Float64Array(rows)]
  for (let r = 0; r < rows; r++) {
    if (r % length >= lengths[Math.floor(r / length)]!) continue
    const all = Array.from({ length: count }, (_, m) => {
      let sum = 0
      for (let c = 0; c < width; c++) sum += (z[r * width + c]! - codes[m * width + c]!) ** 2
      return sum
    })
    distance[r] = Math.min(...all)
    index[r] = all.indexOf(distance[r]!)
    y.set(codes.subarray(index[r]! * width, (index[r]! + 1) * width), r * width)
  }
  return { y, index, distance }
}

/** Straight through, and of commitment · share · distance: dz as z. */
export function nearestCodeGrad(
  { z, y, dy, index }: { z: Float64Array; y: Float64Array; dy: Float64Array; index: Uint32Array },
  { width, count, commitment, share }: { width: number; count: number; commitment: number; share: number },
): Float64Array {
  return z.map((value, at) => (index[Math.floor(at / width)]! < count ? dy[at]! + 2 * commitment * share * (value - y[at]!) : 0))
}

/** Of share · distance at the codes. */
export function nearestCodeWeightGrad(
  z: Float64Array,
  codes: Float64Array,
  index: Uint32Array,
  width: number,
  share: number,
): Float64Array {
  const dcodes = new Float64Array(codes.length)
  index.forEach((m, r) => {
    if (m * width >= codes.length) return
    for (let c = 0; c < width; c++) dcodes[m * width + c]! += 2 * share * (codes[m * width + c]! - z[r * width + c]!)
  })
  return dcodes
}
