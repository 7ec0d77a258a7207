import { describe, expect, it } from 'vitest'
import { similarityGap, similarityGapGrad } from '../src/kernels/similarity_gap.js'
import * as reference from '../src/reference/similarity_gap.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

/** Rows, and goals that are the same both ways; their diagonal is nobody's. */
function inputsOf(rows: number, width: number) {
  const half = noise(rows * rows, 2)
  const goal = half.map((_, pair) => half[Math.min(pair, (pair % rows) * rows + Math.floor(pair / rows))]!)
  return { u: noise(rows * width, 1), goal }
}

describe('similarity_gap', () => {
  it('has a reference gradient that matches finite differences', () => {
    const { u, goal } = inputsOf(4, 8)
    const loss = (at: Float64Array) => {
      const gap = reference.similarityGap(at, goal, 4)
      return 0.7 * gap.reduce((sum, off, pair) => sum + (Math.floor(pair / 4) < pair % 4 ? off * off : 0), 0)
    }
    expectGrad('du', reference.similarityGapGrad(u, goal, 4, 0.7), finiteDifference(loss, u))
  })

  // Pairs and vectors about a workgroup of 64: one row alone; 8 rows, exactly one; a prime; more rows than columns.
  for (const [rows, width] of [
    [1, 4],
    [2, 12],
    [8, 32],
    [9, 512],
    [37, 8],
  ] as const) {
    it(`matches the reference at [${rows}, ${width}]`, async () => {
      const { u, goal } = inputsOf(rows, width)
      const hidden = goal.map((value, pair) => (Math.floor(pair / rows) === pair % rows ? Number.NaN : value))
      const { gap } = await runKernel(similarityGap, { u, goal: hidden, gap: rows * rows }, { rows, width })
      const want = reference.similarityGap(u, goal, rows)
      // A sum of width products of numbers up to 1.
      expectClose('gap', gap, want, { ulps: 8 + Math.sqrt(width), scale: 1 + Math.sqrt(width) })
      const share = Math.fround(0.3)
      const wantGrad = reference.similarityGapGrad(u, goal, rows, share)
      const buffers = { u, gap: want, share: Float64Array.of(share) }
      const scale = 2 * share * rows * Math.sqrt(width)
      const { du } = await runKernel(similarityGapGrad, { ...buffers, du: u.length }, { rows, width, accumulate: 0 })
      expectClose('du', du, wantGrad, { ulps: 8, scale })
      if (rows === 1) expect([...gap, ...du].every((value) => value === 0)).toBe(true)
      const before = noise(u.length, 5)
      const more = await runKernel(similarityGapGrad, { ...buffers, du: before }, { rows, width, accumulate: 1 })
      expectClose(
        'du on top',
        more.du,
        wantGrad.map((value, at) => value + before[at]!),
        { ulps: 8, scale: 1 + scale },
      )
    })
  }
})
