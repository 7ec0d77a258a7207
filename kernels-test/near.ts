// How near a model's numbers are to an outside framework's, tensor by tensor.

import { expect } from 'vitest'
import { asFloat32 } from '../src/formats/safetensors/float.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import type { HostTensor } from '../src/nn/host_tensor.js'

/** A tensor of a fixture. */
export const read = (file: TensorFile, name: string): HostTensor => {
  const tensor = file.tensors.get(name)
  if (!tensor) throw new Error(`no tensor ${name}`)
  return { shape: tensor.shape, data: asFloat32(tensor) }
}

/** max|a-b| <= rtol·max|b| + 1e-6; a NaN is not near anything. */
export function expectNear(name: string, got: ArrayLike<number>, want: ArrayLike<number>, rtol: number): void {
  expect(got.length, name).toBe(want.length)
  let [off, largest] = [0, 0]
  for (let i = 0; i < want.length; i++) {
    // Math.max keeps a NaN.
    off = Math.max(off, Math.abs(got[i]! - want[i]!))
    largest = Math.max(largest, Math.abs(want[i]!))
  }
  expect(off, `${name}, of at most ${largest}`).toBeLessThanOrEqual(rtol * largest + 1e-6)
}
