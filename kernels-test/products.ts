// What every variant of a product owes its reference, forward and both ways back: shared by the tests of linear, linear_half and of slices.

import { expect } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { linear, linearActivation, linearGrad, linearWeightGrad } from '../src/kernels/linear.js'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { linearStored, linearStoredGrad } from '../src/kernels/linear_stored.js'
import * as reference from '../src/reference/linear.js'
import { finished, gated, type LinearSize } from '../src/reference/linear.js'
import * as halfReference from '../src/reference/linear_half.js'
import * as storedReference from '../src/reference/linear_stored.js'
import { toHalf } from '../src/reference/to_half.js'
import { expectClose, forced, forcedWith, noise, runKernel } from './harness.js'

/** A layer's three kernels, in whatever variant, and what they are held to. */
export interface Products {
  readonly kernels: readonly [typeof linear, typeof linearGrad, typeof linearWeightGrad]
  readonly reference: Pick<typeof reference, 'linear' | 'linearGrad' | 'linearWeightGrad'>
  /** Weights as the kernels read them. */
  readonly stored: (w: Float64Array) => Float64Array | Uint32Array
}

export const products: Products = { kernels: [linear, linearGrad, linearWeightGrad], reference, stored: (w) => w }

export const halfProducts: Products = {
  kernels: [linearHalf, linearHalfGrad, linearHalfWeightGrad],
  reference: {
    linear: halfReference.linearHalf,
    linearGrad: halfReference.linearHalfGrad,
    linearWeightGrad: halfReference.linearHalfWeightGrad,
  },
  stored: toHalf,
}

/** Frozen weights stored as f16; what would train them is linear's. */
export const storedProducts: Products = {
  kernels: [linearStored, linearStoredGrad, linearWeightGrad],
  reference: { ...reference, linear: storedReference.linearStored, linearGrad: storedReference.linearStoredGrad },
  stored: toHalf,
}

/** The same with each kernel made another. */
export function mapped(those: Products, change: <K extends Products['kernels'][number]>(kernel: K, i: number) => K): Products {
  const [forward, grad, weightGrad] = those.kernels
  return { ...those, kernels: [change(forward, 0), change(grad, 1), change(weightGrad, 2)] }
}

/** In the variant whose files' names end so; of tiles the largest, in one slice: slices.test.ts has the others. */
export const inVariant = (those: Products, variant: string): Products =>
  mapped(those, (kernel) => {
    if (variant === 'tiled') return forcedWith(kernel, variant, { SIDE: 64, SLICES: 1 })
    return variant === 'subgroup of 32 rows' ? forcedWith(kernel, 'subgroup', { TILE_ROWS: 32 }) : forced(kernel, variant)
  })

/** Noise that halves hold with all 11 digits. */
export const operand = (n: number, seed: number): Float64Array => noise(n, seed).map((v) => (Math.abs(v) < 2 ** -14 ? 0.5 : v))

export const title = ({ rows, inner, cols }: LinearSize): string => `at [${rows}, ${inner}] to ${cols}`

const seed = Uint32Array.of(5, 6, 0, 0)
export const plain = { activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }
/** What a kernel is given for bindings it must not read. */
export const unread = { residual: new Float64Array(4).fill(Number.NaN), seed }

// A sum of n products in one chain rounds at most n times, and by chance about √n times; products and sums round apart.
const ulps = (n: number) => 4 + 2 * Math.sqrt(n)
const abs = (x: Float64Array) => x.map(Math.abs)
const plus = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]!)

/** y, dx, dw and db. */
export async function expectReference({ kernels, reference, stored }: Products, size: LinearSize, on?: Gpu): Promise<void> {
  const [linear, linearGrad, linearWeightGrad] = kernels
  const { rows, inner, cols } = size
  const x = operand(rows * inner, 5)
  const w = operand(cols * inner, 6)
  const b = noise(cols, 7)
  const dy = operand(rows * cols, 8)

  const { y } = await runKernel(linear, { x, w: stored(w), b, ...unread, y: rows * cols }, { ...size, ...plain, hasBias: 1 }, on)
  const yScale = reference.linear(abs(x), abs(w), abs(b), size)
  expectClose('y', y, reference.linear(x, w, b, size), { ulps: ulps(inner), scale: yScale })

  const way = { ...size, accumulate: 0, gated: 0, rate: 0 }
  const { dx } = await runKernel(linearGrad, { dy, w: stored(w), x: dy, dx: rows * inner }, way, on)
  const dxScale = reference.linearGrad(abs(dy), abs(w), size)
  expectClose('dx', dx, reference.linearGrad(dy, w, size), { ulps: ulps(cols), scale: dxScale })

  const start = { dw: new Float64Array(cols * inner), db: new Float64Array(cols) }
  const { dw, db } = await runKernel(linearWeightGrad, { x, dy, ...start }, { ...size, hasBias: 1 }, on)
  const want = reference.linearWeightGrad(x, dy, size)
  const scale = reference.linearWeightGrad(abs(x), abs(dy), size)
  expectClose('dw', dw, want.dw, { ulps: ulps(rows), scale: scale.dw })
  expectClose('db', db, want.db, { ulps: ulps(rows), scale: scale.db })
}

/** Adds onto what is there when told to, and leaves the bias alone when there is none. */
export async function expectAccumulation({ kernels, reference, stored }: Products, on?: Gpu): Promise<void> {
  const [linear, linearGrad, linearWeightGrad] = kernels
  const size = { rows: 3, inner: 12, cols: 8 }
  const [x, w, dy] = [operand(36, 1), operand(96, 2), operand(24, 3)]
  const [old, oldWeights, oldBias] = [noise(36, 4), noise(96, 5), noise(8, 6)]
  // dx is declared `write`: given contents, the harness leaves them, and accumulate adds to them.
  const { dx } = await runKernel(linearGrad, { dy, w: stored(w), x: dy, dx: old }, { ...size, accumulate: 1, gated: 0, rate: 0 }, on)
  expectClose('dx', dx, plus(reference.linearGrad(dy, w, size), old), { ulps: 16, scale: 8 })
  const want = reference.linearWeightGrad(x, dy, size)
  for (const hasBias of [0, 1]) {
    const { dw, db } = await runKernel(linearWeightGrad, { x, dy, dw: oldWeights, db: oldBias }, { ...size, hasBias }, on)
    expectClose('dw', dw, plus(want.dw, oldWeights), { ulps: 16, scale: 3 })
    if (hasBias) expectClose('db', db, plus(want.db, oldBias), { ulps: 16, scale: 3 })
    else expect([...db]).toEqual([...oldBias])
  }
  const noBias = new Float64Array(8).fill(Number.NaN)
  const { y } = await runKernel(linear, { x, w: stored(w), b: noBias, ...unread, y: 24 }, { ...size, ...plain, hasBias: 0 }, on)
  expectClose('y', y, reference.linear(x, w, undefined, size), { ulps: 16, scale: 12 })
}

/** Bends, drops and adds what is there, and gates the way back. */
export async function expectFinish({ kernels, reference, stored }: Products, size: LinearSize, on?: Gpu): Promise<void> {
  const [linear, linearGrad] = kernels
  const { rows, inner, cols } = size
  const [x, w, b] = [operand(rows * inner, 11), operand(cols * inner, 12), noise(cols, 13)]
  const residual = noise(rows * cols, 14)
  const drops = { seed, stream: 7, rate: Math.fround(0.3) }
  const { y } = await runKernel(
    linear,
    { x, w: stored(w), b, residual, seed, y: rows * cols },
    { ...size, hasBias: 1, activation: linearActivation.relu, hasResidual: 1, stream: 7, rate: 0.3 },
    on,
  )
  // Roundings of the sum, its division by 1 - rate, and the residual's size.
  const scale = reference.linear(abs(x), abs(w), abs(b), size).map((v) => 1 + v / 0.7)
  expectClose('y', y, finished(reference.linear(x, w, b, size), { relu: true, residual, drops }), { ulps: ulps(inner) + 8, scale })

  const dy = operand(rows * cols, 15)
  // As linear leaves it: 0 where dropped or bent.
  const left = noise(rows * inner, 16).map((v) => Math.max(v, 0))
  const old = noise(rows * inner, 17)
  const way = { ...size, accumulate: 1, gated: 1, rate: 0.3 }
  const { dx } = await runKernel(linearGrad, { dy, w: stored(w), x: left, dx: old }, way, on)
  const want = plus(gated(reference.linearGrad(dy, w, size), left, drops.rate), old)
  const dxScale = reference.linearGrad(abs(dy), abs(w), size).map((v) => 1 + v / 0.7)
  expectClose('dx', dx, want, { ulps: ulps(cols) + 8, scale: dxScale })
}
