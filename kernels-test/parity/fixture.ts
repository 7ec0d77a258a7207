// What the tests that hold a model against an outside framework's numbers share.

import { expect } from 'vitest'
import { asFloat32 } from '../../src/formats/safetensors/float.js'
import type { TensorFile } from '../../src/formats/safetensors/types.js'
import type { HostTensors } from '../../src/model/weights.js'

/** A tensor's numbers, at least as exact as they are stored. */
export const floats = (file: TensorFile, name: string): Float64Array => {
  const tensor = file.tensors.get(name)!
  return tensor.dtype === 'F64' ? (tensor.data as Float64Array) : Float64Array.from(asFloat32(tensor))
}

/** A tensor of ids or lengths. */
export const whole = (file: TensorFile, name: string): Uint32Array => Uint32Array.from(file.tensors.get(name)!.data as Int32Array)

/** A number of the file's strings. */
export const told = (file: TensorFile, name: string): number => Number(file.metadata[name])

/** The tensors under a prefix, by the framework's names without it. */
export function tensorsOf(file: TensorFile, prefix: string): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const theirs = [...file.tensors].filter(([name]) => name.startsWith(prefix))
  return new Map(theirs.map(([name, tensor]) => [name.slice(prefix.length), { shape: tensor.shape, data: asFloat32(tensor) }]))
}

/** Every gradient is there, and within 1e-3 of its norm. */
export function expectGradients(got: HostTensors, wanted: HostTensors): void {
  expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [tensor, { data }] of wanted) {
    const ours = got.get(tensor)!.data
    const norm = Math.sqrt(data.reduce((sum, v) => sum + v * v, 0))
    const off = Math.sqrt(data.reduce((sum, v, i) => sum + (v - ours[i]!) ** 2, 0))
    // A key's bias moves all scores of a query alike, so its true gradient is 0 and PyTorch's is rounding.
    expect(off, `gradient of ${tensor}`).toBeLessThan(tensor.endsWith('/key/bias') ? 1e-6 : 1e-3 * norm)
  }
}

/** Runs as many steps as the file has, each of which has its loss within 1e-4 and its gradient norm within 1e-3. */
export async function expectSteps(file: TensorFile, step: (n: number) => Promise<{ loss: number; gradientNorm: number }>): Promise<void> {
  const losses = floats(file, 'losses')
  const norms = floats(file, 'grad_norms')
  for (let n = 1; n <= losses.length; n++) {
    const { loss, gradientNorm } = await step(n)
    expect(Math.abs(loss / losses[n - 1]! - 1), `loss of step ${n}`).toBeLessThan(1e-4)
    expect(Math.abs(gradientNorm / norms[n - 1]! - 1), `gradient norm of step ${n}`).toBeLessThan(1e-3)
  }
}

/** Adam's numbers for step `n`. */
export const hyperOf = (rate: number, n: number): number[] => [
  rate,
  0.9,
  0.999,
  1e-8,
  1 - Math.fround(0.9) ** n,
  1 - Math.fround(0.999) ** n,
]
