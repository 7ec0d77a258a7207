import { describe, expect, it } from 'vitest'
import { GATE_KINDS, headGate, headGateGrad } from '../src/kernels/head_gate.js'
import * as reference from '../src/reference/head_gate.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One number a head; heads that are no multiple of 4; one lane more than a workgroup; a layer's.
const shapes = [
  { rows: 1, heads: 1, headWidth: 4 },
  { rows: 5, heads: 3, headWidth: 12 },
  { rows: 257, heads: 1, headWidth: 4 },
  { rows: 24, heads: 16, headWidth: 64 },
]

// Within the clamp, at and beyond both its ends, and on both sides of where tanh's series ends.
const gates = Float64Array.of(0.3, 1.2, -0.1, 0, 1, 0.249, 0.251, -0.249, 30, -30, 1e-4, 0.5, -2, 2, 0.9, 0.1)

describe('head_gate', () => {
  it('has a reference gradient that matches finite differences within the clamp', () => {
    const [a, b, dy] = [noise(48, 1), noise(48, 2), noise(48, 3)]
    const gate = Float64Array.of(0.3, 0.9)
    for (const kind of GATE_KINDS) {
      const shape = { heads: 2, headWidth: 8, kind }
      const { db, share } = reference.headGateGrad(dy, b, gate, shape)
      expectGrad(
        'db',
        db,
        finiteDifference((at) => dot(reference.headGate(a, at, gate, shape), dy), b),
      )
      const dGate = Float64Array.of(share[0]! + share[2]! + share[4]!, share[1]! + share[3]! + share[5]!)
      expectGrad(
        'dGate',
        dGate,
        finiteDifference((at) => dot(reference.headGate(a, b, at, shape), dy), gate),
      )
    }
  })

  for (const { rows, heads, headWidth } of shapes) {
    for (const kind of GATE_KINDS) {
      it(`matches the reference at [${rows}, ${heads}, ${headWidth}], ${kind}`, async () => {
        const n = rows * heads * headWidth
        const gate = gates.subarray(0, heads).map(Math.fround)
        const [a, b, dy] = [noise(n, 4), noise(n, 5), noise(n, 6)]
        const shape = { heads, headWidth, kind: GATE_KINDS.indexOf(kind) }
        const { y } = await runKernel(headGate, { a, b, gate, y: n }, { n, ...shape })
        // exp is off by 3 + 2|2x| ulps where the series ends, and more further out, where it matters less; a division, a product and a sum.
        const ulps = 20
        expectClose('y', y, reference.headGate(a, b, gate, { heads, headWidth, kind }), { ulps, scale: 2 })
        const shares = Math.ceil(heads / 4) * 4
        const want = reference.headGateGrad(dy, b, gate, { heads, headWidth, kind })
        const { db, share } = await runKernel(headGateGrad, { dy, b, gate, db: n, share: rows * shares }, { rows, shares, ...shape })
        expectClose('db', db, want.db, { ulps, scale: 1 })
        const got = share.filter((_, i) => i % shares < heads)
        expectClose('share', got, want.share, { ulps: headWidth / 4 + ulps, scale: headWidth })
        expect([...share.filter((_, i) => i % shares >= heads)].every((v) => v === 0)).toBe(true)
      })
    }
  }

  it('leaves every bit of a where a gate is at 0, or clamped there', async () => {
    const [a, b] = [noise(64, 7, 1e-3), noise(64, 8, 1e6)]
    for (const [kind, raw] of [
      [0, 0],
      [0, -0.5],
      [1, 0],
    ] as const) {
      const gate = Float64Array.of(raw, raw)
      const { y } = await runKernel(headGate, { a, b, gate, y: 64 }, { n: 64, heads: 2, headWidth: 8, kind })
      expect([...y]).toEqual([...a])
    }
  })
})
