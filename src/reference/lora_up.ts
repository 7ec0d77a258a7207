// The plain-loop twin of shaders/lora_up*.wgsl, in float64.

import { dropout } from './dropout.js'

export interface LoraUpShape {
  readonly rows: number
  /** Of one part's output. */
  readonly width: number
  readonly rank: number
  readonly parts: number
}

export interface LoraUpFinish {
  readonly residual?: Float64Array
  readonly drops?: { readonly seed: Uint32Array; readonly stream: number; readonly rate: number }
}

/** y[m,p,n] = residual + drop(base + Σ_j h[m,p,j]·b[p,n,j]) */
export function loraUp(
  h: Float64Array,
  b: Float64Array,
  base: Float64Array,
  shape: LoraUpShape,
  { residual, drops }: LoraUpFinish = {},
): Float64Array {
  const y = base.slice()
  visit(shape, (atWide, atNarrow, weight) => {
    y[atWide]! += h[atNarrow]! * b[weight]!
  })
  const kept = drops ? dropout(y, drops.seed, drops.stream, drops.rate) : y
  return residual ? kept.map((v, i) => v + residual[i]!) : kept
}

/** dh[m,p,j] = scale·Σ_n dy[m,p,n]·b[p,n,j] */
export function loraUpGrad(dy: Float64Array, b: Float64Array, shape: LoraUpShape, scale: number): Float64Array {
  const dh = new Float64Array(shape.rows * shape.parts * shape.rank)
  visit(shape, (atWide, atNarrow, weight) => {
    dh[atNarrow]! += scale * dy[atWide]! * b[weight]!
  })
  return dh
}

/** db[p,n,j] = Σ_m dy[m,p,n]·h[m,p,j] */
export function loraUpWeightGrad(dy: Float64Array, h: Float64Array, shape: LoraUpShape): Float64Array {
  const db = new Float64Array(shape.parts * shape.width * shape.rank)
  visit(shape, (atWide, atNarrow, weight) => {
    db[weight]! += dy[atWide]! * h[atNarrow]!
  })
  return db
}

/** Each product of the sums: its place in [rows, parts·width], in [rows, parts·rank], and in [parts·width, rank]. */
function visit({ rows, width, rank, parts }: LoraUpShape, each: (atWide: number, atNarrow: number, weight: number) => void): void {
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < parts * width; n++) {
      const part = Math.floor(n / width)
      for (let j = 0; j < rank; j++) each(m * parts * width + n, (m * parts + part) * rank + j, n * rank + j)
    }
  }
}
