// The plain-loop twin of shaders/fill.wgsl, in float64.

/** y with `value` in n places from `first` on. */
export function fill(y: Float64Array, first: number, n: number, value: number): Float64Array {
  return y.map((v, i) => (i >= first && i < first + n ? value : v))
}
