/** Frames 0, k, 2k, … of rows of `numbers`; the array itself where k is 1. */
export function everyFrame(values: Float32Array, numbers: number, k: number): Float32Array {
  if (k === 1) return values
  const kept = Math.ceil(values.length / numbers / k)
  const out = new Float32Array(kept * numbers)
  for (let t = 0; t < kept; t++) out.set(values.subarray(t * k * numbers, (t * k + 1) * numbers), t * numbers)
  return out
}
