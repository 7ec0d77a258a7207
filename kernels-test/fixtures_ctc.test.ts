// CTC against PyTorch's loss and gradient, float64 where it was kept, on fixtures whose sizes come from the file.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { type CtcBatch, lossAndGrad } from './ctc_cases.js'
import { floats, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'ctc.safetensors')

/** Absolute, of a gradient: logits of scale 30 lose digits before any sum is made. */
const tolerances: Readonly<Record<string, number>> = { peaked: 5e-4, long: 1e-4 }

interface Case {
  readonly C: number
  readonly blank: number
  readonly loss_f64: readonly (number | null)[]
  readonly mean_f64: number
}

// The fixture is not shipped: it lies in the folder `shared` beside the clone, where there is one.
describe.skipIf(!existsSync(path))('ctc.safetensors', () => {
  let file: TensorFile
  let cases: Readonly<Record<string, Case>>
  beforeAll(async () => {
    file = await readSafetensors(path)
    cases = JSON.parse(file.metadata.cases!) as typeof cases
  })

  it('has all the cases', () => {
    expect(Object.keys(cases).sort()).toEqual(['basic', 'blank_last', 'edges', 'infeasible', 'long', 'peaked', 'sine'])
  })

  for (const name of ['basic', 'infeasible', 'edges', 'blank_last', 'peaked', 'sine', 'long']) {
    it(`${name}: losses within 1e-5, gradients within ${tolerances[name] ?? 1e-5}`, async () => {
      const given = batchOf(file, name, cases[name]!)
      const { report, grad } = await lossAndGrad({ ...given, coefficient: given.coefficient.map(() => 1) })
      const losses = cases[name]!.loss_f64
      losses.forEach((loss, b) => {
        expect(report[2 * b + 1], `feasible ${b}`).toBe(loss === null ? 0 : 1)
        expect(report[2 * b + 1], `feasible ${b}`).toBe(whole(file, `${name}.feasible`)[b])
        expect(Math.abs(report[2 * b]! - (loss ?? 0)), `loss ${b}`).toBeLessThanOrEqual(1e-5 * (loss ?? 0))
      })
      expectGrad(grad, `${name}.grad`, given)
    })

    it(`${name}: the mean over labels and samples, and its gradient`, async () => {
      const given = batchOf(file, name, cases[name]!)
      const { report, grad } = await lossAndGrad(given)
      const mean = given.coefficient.reduce((sum, share, b) => sum + share * report[2 * b]!, 0)
      expect(Math.abs(mean / cases[name]!.mean_f64 - 1)).toBeLessThan(1e-5)
      if (file.tensors.has(`${name}.grad_mean`)) expectGrad(grad, `${name}.grad_mean`, given)
    })
  }

  function expectGrad(grad: Float32Array, tensor: string, { shape: { classes, stride, frames }, lengths, labelLengths }: CtcBatch): void {
    const want = floats(file, tensor)
    const feasible = whole(file, `${tensor.split('.')[0]}.feasible`)
    let worst = 0
    grad.forEach((value, i) => {
      const [row, v] = [Math.floor(i / stride), i % stride]
      const b = Math.floor(row / frames)
      const still = v >= classes || row % frames >= lengths[b]! || !feasible[b]
      if (still) expect(Object.is(value, 0), `element ${i} of ${labelLengths[b]} labels`).toBe(true)
      const off = Math.abs(value - (v < classes ? want[row * classes + v]! : 0))
      worst = Math.max(worst, Number.isNaN(off) ? Infinity : off)
    })
    expect(worst).toBeLessThan(tolerances[tensor.split('.')[0]!] ?? 1e-5)
    expect(worst).toBeGreaterThan(0)
  }
})

/** A case, its rows padded to a multiple of 4 with NaN; the coefficients are those of the mean. */
function batchOf(file: TensorFile, name: string, { C: classes, blank }: Case): CtcBatch {
  const [batch, frames] = file.tensors.get(`${name}.logits`)!.shape as [number, number]
  const values = floats(file, `${name}.logits`)
  const stride = 4 * Math.ceil((classes + 1) / 4)
  const logits = new Float64Array(batch * frames * stride).fill(Number.NaN)
  for (let row = 0; row < batch * frames; row++) logits.set(values.subarray(row * classes, (row + 1) * classes), row * stride)
  const labelLengths = whole(file, `${name}.label_lengths`)
  const labelRoom = file.tensors.get(`${name}.labels`)!.shape[1]!
  return {
    shape: { batch, frames, labelRoom, classes, stride, blank },
    logits,
    labels: whole(file, `${name}.labels`),
    labelLengths,
    lengths: whole(file, `${name}.lengths`),
    coefficient: Float64Array.from(labelLengths, (count) => 1 / (batch * Math.max(count, 1))),
  }
}
