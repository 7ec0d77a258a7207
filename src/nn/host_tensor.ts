// Tensors on the host, in their logical shape, and the same as they are stored: every size rounded up to a multiple of 4.

import { elements } from '../device/memory.js'
import { storedShape } from '../ops/parameter.js'

/** A named array of numbers in its logical shape, the last axis fastest: what checkpoints hold. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}
export type HostTensors = ReadonlyMap<string, HostTensor>

/** Data of a logical shape as it is stored; the padding is 0. */
export function pad(data: Float32Array, shape: readonly number[]): Float32Array {
  const stored = storedShape(shape)
  if (stored.join() === shape.join()) return data
  const out = new Float32Array(elements(stored))
  forEachRow(shape, (from, to, width) => out.set(data.subarray(from, from + width), to))
  return out
}

/** The data of a logical shape, out of what is stored. */
export function unpad(stored: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(elements(shape))
  forEachRow(shape, (to, from, width) => out.set(stored.subarray(from, from + width), to))
  return out
}

/** Visits the rows of the last axis: where each begins in the logical array and in the stored one. */
function forEachRow(shape: readonly number[], visit: (logical: number, stored: number, width: number) => void): void {
  const width = shape.at(-1)!
  const outer = shape.slice(0, -1)
  const stored = storedShape(shape)
  for (let row = 0; row < elements(outer); row++) {
    let rest = row
    let at = 0
    let stride = stored.at(-1)!
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      at += (rest % outer[axis]!) * stride
      rest = Math.floor(rest / outer[axis]!)
      stride *= stored[axis]!
    }
    visit(row * width, at, width)
  }
}
