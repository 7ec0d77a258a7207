import { describe, expect, it } from 'vitest'
import { type AnyKernel, pinned } from '../src/device/kernel.js'
import { linear, linearActivation, linearGrad, linearWeightGrad } from '../src/kernels/linear.js'
import * as reference from '../src/reference/linear.js'
import { dot, expectClose, expectSlope, finiteDifference, forced, hasSubgroups, noise, runKernel } from './harness.js'

// One element; under, at and over a lane's tile of 8 and a workgroup's of 64, in every form; primes; the pose head's 152 columns.
const sizes = [
  { rows: 1, inner: 4, cols: 4 },
  { rows: 7, inner: 12, cols: 4 },
  { rows: 8, inner: 8, cols: 8 },
  { rows: 9, inner: 20, cols: 12 },
  { rows: 64, inner: 64, cols: 64 },
  { rows: 65, inner: 68, cols: 68 },
  { rows: 131, inner: 36, cols: 152 },
]

// The last is what long products get on lavapipe.
const forms = ['portable', 'subgroup', 'tiled', 'subgroup of 32 rows']

/** A kernel in one form, whichever the adapter would take. */
const formed = (kernel: (typeof kernels)[number], form: string) =>
  form === 'subgroup of 32 rows'
    ? pinned(kernel as unknown as AnyKernel, { shader: `${kernel.name}_subgroup`, constants: { TILE_ROWS: 32 } })
    : forced(kernel, form)

// A sum of n products in one chain rounds at most n times, and by chance about √n times; products and sums round apart.
const ulps = (n: number) => 4 + 2 * Math.sqrt(n)
const abs = (x: Float64Array) => x.map(Math.abs)

const kernels = [linear, linearGrad, linearWeightGrad] as const

const seed = Uint32Array.of(5, 6, 0, 0)
const plain = { activation: linearActivation.none, hasResidual: 0, site: 0, rate: 0 }
/** What a kernel is given for bindings it must not read. */
const unread = { residual: new Float64Array(4).fill(Number.NaN), seed }

describe('linear', () => {
  it('has reference gradients that match finite differences', () => {
    const size = { rows: 3, inner: 4, cols: 5 }
    const x = noise(12, 1)
    const w = noise(20, 2)
    const b = noise(5, 3)
    const dy = noise(15, 4)
    const { dw, db } = reference.linearWeightGrad(x, dy, size)
    expectSlope(
      'dx',
      reference.linearGrad(dy, w, size),
      finiteDifference((at) => dot(reference.linear(at, w, b, size), dy), x),
    )
    expectSlope(
      'dw',
      dw,
      finiteDifference((at) => dot(reference.linear(x, at, b, size), dy), w),
    )
    expectSlope(
      'db',
      db,
      finiteDifference((at) => dot(reference.linear(x, w, at, size), dy), b),
    )
  })

  for (const [form, size] of forms.flatMap((form) => sizes.map((size) => [form, size] as const))) {
    const { rows, inner, cols } = size
    it(`matches the reference, all three ways, ${form}, at [${rows}, ${inner}] to ${cols}`, async ({ skip }) => {
      if (form === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      if (form === 'subgroup of 32 rows' && !(await hasSubgroups([8])))
        skip('made for subgroups of 8 lanes; SwiftShader compiles it for seconds')
      const [linear, linearGrad, linearWeightGrad] = kernels.map((kernel) => formed(kernel, form)) as unknown as typeof kernels
      const x = noise(rows * inner, 5)
      const w = noise(cols * inner, 6)
      const b = noise(cols, 7)
      const dy = noise(rows * cols, 8)
      const none = new Float64Array(cols)

      const { y } = await runKernel(linear, { x, w, b, ...unread, y: rows * cols }, { ...size, ...plain, hasBias: 1 })
      expectClose('y', y, reference.linear(x, w, b, size), { ulps: ulps(inner), scale: reference.linear(abs(x), abs(w), abs(b), size) })

      const { dx } = await runKernel(linearGrad, { dy, w, x: dy, dx: rows * inner }, { ...size, accumulate: 0, gated: 0, rate: 0 })
      const dxScale = reference.linearGrad(abs(dy), abs(w), size)
      expectClose('dx', dx, reference.linearGrad(dy, w, size), { ulps: ulps(cols), scale: dxScale })

      const want = reference.linearWeightGrad(x, dy, size)
      const scale = reference.linearWeightGrad(abs(x), abs(dy), size)
      const { dw, db } = await runKernel(linearWeightGrad, { x, dy, dw: new Float64Array(cols * inner), db: none }, { ...size, hasBias: 1 })
      expectClose('dw', dw, want.dw, { ulps: ulps(rows), scale: scale.dw })
      expectClose('db', db, want.db, { ulps: ulps(rows), scale: scale.db })
    })
  }

  it('adds onto what is there when told to, and leaves the bias alone when there is none', async () => {
    const size = { rows: 3, inner: 12, cols: 8 }
    const x = noise(36, 1)
    const w = noise(96, 2)
    const dy = noise(24, 3)
    const old = noise(36, 4)
    const oldWeights = noise(96, 5)
    const oldBias = noise(8, 6)
    // dx is declared `write`: given contents, the harness leaves them, and accumulate adds to them.
    const { dx } = await runKernel(linearGrad, { dy, w, x: dy, dx: old }, { ...size, accumulate: 1, gated: 0, rate: 0 })
    expectClose(
      'dx',
      dx,
      reference.linearGrad(dy, w, size).map((v, i) => v + old[i]!),
      { ulps: 16, scale: 8 },
    )
    const { dw, db } = await runKernel(linearWeightGrad, { x, dy, dw: oldWeights, db: oldBias }, { ...size, hasBias: 0 })
    expectClose(
      'dw',
      dw,
      reference.linearWeightGrad(x, dy, size).dw.map((v, i) => v + oldWeights[i]!),
      { ulps: 16, scale: 3 },
    )
    expect([...db]).toEqual([...oldBias])
    const { y } = await runKernel(
      linear,
      { x, w, b: new Float64Array(8).fill(Number.NaN), ...unread, y: 24 },
      { ...size, ...plain, hasBias: 0 },
    )
    expectClose('y', y, reference.linear(x, w, undefined, size), { ulps: 16, scale: 12 })
  })

  it('has a way back through ReLU and dropout that matches finite differences', () => {
    const drops = { seed, site: 3, rate: 0.5 }
    const sums = noise(64, 9)
    const dy = noise(64, 10)
    expectSlope(
      'ds',
      reference.gated(dy, reference.finished(sums, { relu: true, drops }), drops.rate),
      finiteDifference((at) => dot(reference.finished(at, { relu: true, drops }), dy), sums),
    )
  })

  for (const [form, size] of ['portable', 'subgroup', 'tiled'].flatMap((form) => sizes.slice(3).map((size) => [form, size] as const))) {
    const { rows, inner, cols } = size
    it(`bends, drops and adds what is there, and gates the way back, ${form}, at [${rows}, ${inner}] to ${cols}`, async ({ skip }) => {
      if (form === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      const [linear, linearGrad] = kernels.map((kernel) => forced(kernel, form)) as unknown as typeof kernels
      const x = noise(rows * inner, 11)
      const w = noise(cols * inner, 12)
      const b = noise(cols, 13)
      const residual = noise(rows * cols, 14)
      const drops = { seed, site: 7, rate: Math.fround(0.3) }
      const sums = reference.linear(x, w, b, size)
      // Roundings of the sum, its division by 1 - rate, and the residual's size.
      const scale = reference.linear(abs(x), abs(w), abs(b), size).map((v) => 1 + v / 0.7)
      const { y } = await runKernel(
        linear,
        { x, w, b, residual, seed, y: rows * cols },
        { ...size, hasBias: 1, activation: linearActivation.relu, hasResidual: 1, site: 7, rate: 0.3 },
      )
      expectClose('y', y, reference.finished(sums, { relu: true, residual, drops }), { ulps: ulps(inner) + 8, scale })

      const dy = noise(rows * cols, 15)
      // As linear leaves it: 0 where dropped or bent.
      const left = noise(rows * inner, 16).map((v) => Math.max(v, 0))
      const old = noise(rows * inner, 17)
      const { dx } = await runKernel(linearGrad, { dy, w, x: left, dx: old }, { ...size, accumulate: 1, gated: 1, rate: 0.3 })
      const want = reference.gated(reference.linearGrad(dy, w, size), left, drops.rate).map((v, i) => v + old[i]!)
      expectClose('dx', dx, want, {
        ulps: ulps(cols) + 8,
        scale: reference.linearGrad(abs(dy), abs(w), size).map((v) => 1 + v / 0.7),
      })
    })
  }

  it('lets nothing through at exactly 0, nor NaN from where the gate is shut', async () => {
    const dy = new Float64Array(4).fill(Number.NaN)
    const size = { rows: 1, inner: 4, cols: 4, accumulate: 0, gated: 1, rate: 0 }
    const { dx } = await runKernel(linearGrad, { dy, w: noise(16, 18), x: new Float64Array(4), dx: 4 }, size)
    expect([...dx]).toEqual([0, 0, 0, 0])
  })
})
