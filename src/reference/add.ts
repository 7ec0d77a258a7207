// The plain-loop twin of shaders/add.wgsl, in float64.

/** y[i] = a[i] + b[i] */
export function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v + b[i]!)
}
