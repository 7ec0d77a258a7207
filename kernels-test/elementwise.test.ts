// Kernels over [n] deal their numbers out in stretches as an adapter likes them; how must not show in the result. What the result must be
// is for each kernel's own test to say.

import { describe, expect, it } from 'vitest'
import { type AnyKernel, candidatesOf, pinned } from '../src/device/kernel.js'
import { adamw } from '../src/kernels/adamw.js'
import { add } from '../src/kernels/add.js'
import { batchNorm, batchNormGrad } from '../src/kernels/batch_norm.js'
import { dropout } from '../src/kernels/dropout.js'
import { gelu, geluGrad } from '../src/kernels/gelu.js'
import { sigmoid, sigmoidGrad } from '../src/kernels/sigmoid.js'
import { softsign, softsignGrad } from '../src/kernels/softsign.js'
import { toHalf } from '../src/kernels/to_half.js'
import { lentGpu, noise, runKernel } from './harness.js'

type Run = (kernel: AnyKernel, n: number) => Promise<Readonly<Record<string, Float32Array>>>

const positive = (n: number, seed: number) => noise(n, seed).map(Math.abs)
const clip = Float32Array.of(1, 1)
const hyper = Float32Array.of(1e-3, 0.9, 0.999, 1e-8, 1, 0.632, 0, 0)

/** A batch of two samples, one of them padded, whose frames are `n` numbers in all. */
const padded = (n: number) => ({ batch: 2, length: n / 8, width: 4, epsilon: 0.5 })
const columns = { statistics: positive(8, 5), gamma: noise(4, 6) }
const lengthsIn = (n: number) => Uint32Array.of(Math.ceil(n / 8), Math.floor(n / 16))

const runs: Record<string, { kernel: unknown; run: Run }> = {
  add: { kernel: add, run: (kernel, n) => runKernel(kernel, { a: noise(n, 1), b: noise(n, 2), y: n }, { n }) },
  gelu: { kernel: gelu, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1, 4), y: n }, { n }) },
  gelu_grad: { kernel: geluGrad, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1, 4), dy: noise(n, 2), dx: n }, { n }) },
  sigmoid: { kernel: sigmoid, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1, 4), y: n }, { n }) },
  sigmoid_grad: { kernel: sigmoidGrad, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1, 4), dy: noise(n, 2), dx: n }, { n }) },
  softsign: { kernel: softsign, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1, 4), y: n }, { n }) },
  softsign_grad: { kernel: softsignGrad, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1, 4), dy: noise(n, 2), dx: n }, { n }) },
  to_half: { kernel: toHalf, run: (kernel, n) => runKernel(kernel, { x: noise(n, 1), y: n / 2 }, { n }) },
  batch_norm: {
    kernel: batchNorm,
    run: (kernel, n) =>
      runKernel(kernel, { x: noise(2 * n, 1), lengths: lengthsIn(2 * n), ...columns, beta: noise(4, 7), y: 2 * n }, padded(2 * n)),
  },
  batch_norm_grad: {
    kernel: batchNormGrad,
    run: (kernel, n) =>
      runKernel(
        kernel,
        { x: noise(2 * n, 1), lengths: lengthsIn(2 * n), ...columns, dy: noise(2 * n, 2), means: noise(8, 8), dx: 2 * n },
        { ...padded(2 * n), accumulate: 0 },
      ),
  },
  dropout: {
    kernel: dropout,
    run: (kernel, n) => runKernel(kernel, { x: noise(n, 1), seed: Uint32Array.of(1, 2, 0, 0), y: n }, { n, stream: 3, rate: 0.5 }),
  },
  adamw: {
    kernel: adamw,
    run: (kernel, n) =>
      runKernel(
        kernel,
        { gradient: noise(n, 1), clip, hyper, weight: noise(n, 2), first: noise(n, 3), second: positive(n, 4) },
        { n, decayed: 4, weightDecay: 0.1, decoupled: 1 },
      ),
  },
}

describe.each(Object.entries(runs))('%s', (_, { kernel, run }) => {
  // One vector of four, and one less and one more than the longest stretch, of 8 lanes and 128 turns, or of 256 and 16.
  it.each([4, 4 * 1023, 4 * 1025, 4 * 4097])('gives the same bits however [%i] is dealt out', async (n) => {
    const known = kernel as AnyKernel
    const choices = candidatesOf(known, (await lentGpu()).traits)
    expect(choices.length).toBeGreaterThan(2)
    const first = await run(pinned(known, choices[0]!), n)
    for (const choice of choices.slice(1)) expect(await run(pinned(known, choice), n), JSON.stringify(choice)).toEqual(first)
  })
})
