// The plain-loop twin of shaders/lora_down*.wgsl, in float64.

import { dropout } from './dropout.js'

export interface LoraDownShape {
  readonly rows: number
  readonly width: number
  readonly rank: number
  readonly parts: number
}

/** What each part drops: part p with the stream `stream` + p; nothing at rate 0. */
export interface PartDrops {
  readonly seed: Uint32Array
  readonly stream: number
  readonly rate: number
}

const droppedFor = (x: Float64Array, { seed, stream, rate }: PartDrops, part: number): Float64Array => dropout(x, seed, stream + part, rate)

/** h[m,p,j] = scale·Σ_k drop_p(x)[m,k]·a[p,j,k] */
export function loraDown(x: Float64Array, a: Float64Array, shape: LoraDownShape, drops: PartDrops, scale: number): Float64Array {
  const { rows, width, rank, parts } = shape
  const h = new Float64Array(rows * parts * rank)
  for (let p = 0; p < parts; p++) {
    const kept = droppedFor(x, drops, p)
    for (let m = 0; m < rows; m++) {
      for (let j = p * rank; j < (p + 1) * rank; j++) {
        for (let k = 0; k < width; k++) h[m * parts * rank + j]! += scale * kept[m * width + k]! * a[j * width + k]!
      }
    }
  }
  return h
}

/** dx[m,k] = Σ_p drop_p(Σ_j dh[m,p,j]·a[p,j,k]) */
export function loraDownGrad(dh: Float64Array, a: Float64Array, shape: LoraDownShape, drops: PartDrops): Float64Array {
  const { rows, width, rank, parts } = shape
  const dx = new Float64Array(rows * width)
  for (let p = 0; p < parts; p++) {
    const kept = new Float64Array(rows * width)
    for (let m = 0; m < rows; m++) {
      for (let j = p * rank; j < (p + 1) * rank; j++) {
        for (let k = 0; k < width; k++) kept[m * width + k]! += dh[m * parts * rank + j]! * a[j * width + k]!
      }
    }
    droppedFor(kept, drops, p).forEach((v, i) => {
      dx[i]! += v
    })
  }
  return dx
}

/** da[p,j,k] = Σ_m dh[m,p,j]·drop_p(x)[m,k] */
export function loraDownWeightGrad(dh: Float64Array, x: Float64Array, shape: LoraDownShape, drops: PartDrops): Float64Array {
  const { rows, width, rank, parts } = shape
  const da = new Float64Array(parts * rank * width)
  for (let p = 0; p < parts; p++) {
    const kept = droppedFor(x, drops, p)
    for (let m = 0; m < rows; m++) {
      for (let j = p * rank; j < (p + 1) * rank; j++) {
        for (let k = 0; k < width; k++) da[j * width + k]! += dh[m * parts * rank + j]! * kept[m * width + k]!
      }
    }
  }
  return da
}
