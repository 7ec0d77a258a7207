import { describe, it } from 'vitest'
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
          { x, w, b: b ?? new Float64Array(cols).fill(Number.NaN), y: rows * cols },
          { ...size, hasBias },
        )
        const scale = reference.linearRow(x.map(Math.abs), w.map(Math.abs), b?.map(Math.abs), size)
        expectClose('y', y, reference.linearRow(x, w, b, size), { ulps: 4 + 2 * Math.sqrt(inner), scale })
      })
    }
  }
})
