import { describe, it } from 'vitest'
import { linearActivation } from '../src/kernels/linear.js'
import { linearRow } from '../src/kernels/linear_row.js'
import * as reference from '../src/reference/linear_row.js'
import { expectClose, noise, runKernel } from './harness.js'

// One output, one lane of four short of a workgroup, exactly one, one over, several rows, and a prime number of outputs.
const sizes = [
  { rows: 1, inner: 4, cols: 1 },
  { rows: 1, inner: 12, cols: 124 },
  { rows: 1, inner: 64, cols: 128 },
  { rows: 1, inner: 128, cols: 129 },
  { rows: 3, inner: 128, cols: 152 },
  { rows: 1, inner: 512, cols: 1009 },
]

describe('linear_row', () => {
  for (const size of sizes) {
    const { rows, inner, cols } = size
    for (const hasBias of [0, 1]) {
      it(`matches the reference at [${rows}, ${inner}] to ${cols}, ${hasBias ? 'with' : 'without'} a bias`, async () => {
        const x = noise(rows * inner, 1)
        const w = noise(cols * inner, 2)
        const b = hasBias ? noise(cols, 3) : undefined
        const { y } = await runKernel(
          linearRow,
          { x, w, b: b ?? new Float64Array(cols).fill(Number.NaN), residual: new Float64Array(1).fill(Number.NaN), y: rows * cols },
          { ...size, hasBias, activation: linearActivation.none, hasResidual: 0 },
        )
        const scale = reference.linearRow(x.map(Math.abs), w.map(Math.abs), b?.map(Math.abs), size)
        expectClose('y', y, reference.linearRow(x, w, b, size), { ulps: 4 + 2 * Math.sqrt(inner), scale })
      })
    }
    it(`bends and adds what is there at [${rows}, ${inner}] to ${cols}`, async () => {
      const x = noise(rows * inner, 4)
      const w = noise(cols * inner, 5)
      const b = noise(cols, 6)
      const residual = noise(rows * cols, 7)
      const { y } = await runKernel(
        linearRow,
        { x, w, b, residual, y: rows * cols },
        { ...size, hasBias: 1, activation: linearActivation.relu, hasResidual: 1 },
      )
      const scale = reference.linearRow(x.map(Math.abs), w.map(Math.abs), b.map(Math.abs), size).map((v) => 1 + v)
      const want = reference.finished(reference.linearRow(x, w, b, size), { relu: true, residual })
      expectClose('y', y, want, { ulps: 5 + 2 * Math.sqrt(inner), scale })
    })
  }
})
