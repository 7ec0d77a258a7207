// Ops without parameters: each passes its gradient on where it is wanted, and otherwise records nothing.

import { describe, expect, it } from 'vitest'
import { expectClose } from '../../kernels-test/harness.js'
import type { Tensor } from '../device/memory.js'
import * as averagePoolReference from '../reference/average_pool.js'
import { dropout as dropoutReference } from '../reference/dropout.js'
import { embedding as embeddingReference } from '../reference/embedding.js'
import { frameNoise as frameNoiseReference } from '../reference/frame_noise.js'
import * as geluReference from '../reference/gelu.js'
import * as geluErfReference from '../reference/gelu_erf.js'
import * as meanPoolReference from '../reference/mean_pool.js'
import { mixFrames as mixFramesReference } from '../reference/mix_frames.js'
import * as sigmoidReference from '../reference/sigmoid.js'
import * as softsignReference from '../reference/softsign.js'
import { averagePool } from './average_pool.js'
import { dropout } from './dropout.js'
import { frameNoise } from './frame_noise.js'
import { gelu } from './gelu.js'
import type { Graph } from './graph.js'
import { expectNear, type Given, given, ids, numbersOf, sum, through } from './graph.testing.js'
import { meanPool } from './mean_pool.js'
import { mixFrames } from './mix_frames.js'
import { addPositions } from './positions.js'
import { sigmoid } from './sigmoid.js'
import { softsign } from './softsign.js'

const RATE = Math.fround(0.4)
const seed = Uint32Array.of(3, 9, 0, 0)
const x = given(1, 2, 4, 8)
const xs = numbersOf(x)
const lengths = ids([2], 3, 4)
const at = ids([8], 0, 1, 2, 3, 1, 2, 3, 0)
const table = given(2, 4, 8)

interface Case {
  readonly op: (g: Graph, x: Tensor, inputs: Readonly<Record<string, Tensor>>) => Tensor
  readonly y: (x: Float64Array) => Float64Array
  /** The gradient at x, of the gradient at y. */
  readonly dx: (dy: Float64Array) => Float64Array
  readonly dy: Given
  readonly forward: string
  readonly backward: readonly string[]
}

const lengthsOf = lengths.data as Uint32Array
const drops = (v: Float64Array) => dropoutReference(v, seed, 0, RATE)
const cases: Record<string, Case> = {
  gelu: {
    op: (g, x) => gelu(g, x),
    y: geluReference.gelu,
    dx: (dy) => geluReference.geluGrad(xs, dy),
    dy: given(3, 2, 4, 8),
    forward: 'gelu',
    backward: ['gelu_grad'],
  },
  'gelu of erf': {
    op: (g, x) => gelu(g, x, 'erf'),
    y: geluErfReference.geluErf,
    dx: (dy) => geluErfReference.geluErfGrad(xs, dy),
    dy: given(3, 2, 4, 8),
    forward: 'gelu_erf',
    backward: ['gelu_erf_grad'],
  },
  sigmoid: {
    op: (g, x) => sigmoid(g, x),
    y: sigmoidReference.sigmoid,
    dx: (dy) => sigmoidReference.sigmoidGrad(xs, dy),
    dy: given(3, 2, 4, 8),
    forward: 'sigmoid',
    backward: ['sigmoid_grad'],
  },
  softsign: {
    op: (g, x) => softsign(g, x),
    y: softsignReference.softsign,
    dx: (dy) => softsignReference.softsignGrad(xs, dy),
    dy: given(3, 2, 4, 8),
    forward: 'softsign',
    backward: ['softsign_grad'],
  },
  dropout: {
    op: (g, x) => dropout(g, x, RATE),
    y: drops,
    dx: drops,
    dy: given(3, 2, 4, 8),
    forward: 'dropout',
    backward: ['dropout'],
  },
  meanPool: {
    op: (g, x, { lengths }) => meanPool(g, x, lengths!),
    y: (x) => meanPoolReference.meanPool(x, lengthsOf, 4, 8),
    dx: (dy) => meanPoolReference.meanPoolGrad(dy, lengthsOf, 4, 8),
    dy: given(3, 2, 1, 8),
    forward: 'mean_pool',
    backward: ['mean_pool_grad'],
  },
  averagePool: {
    op: (g, x, { lengths }) => averagePool(g, x, { lengths: lengths!, padded: false }),
    y: (x) => averagePoolReference.averagePool(x, lengthsOf, { length: 4, width: 8, padded: false }),
    dx: (dy) => averagePoolReference.averagePoolGrad(dy, lengthsOf, { length: 4, width: 8, padded: false }),
    dy: given(3, 2, 2, 8),
    forward: 'average_pool',
    backward: ['average_pool_grad'],
  },
  addPositions: {
    op: (g, x, { table, at }) => addPositions(g, x, table!, at!),
    y: (x) => embeddingReference(at.data as Uint32Array, numbersOf(table), x, x.length / 8, 8),
    dx: (dy) => dy,
    dy: given(3, 2, 4, 8),
    forward: 'embedding',
    backward: [],
  },
}

describe.each(Object.entries(cases))('%s', (_, { op, y, dx, dy, forward, backward }) => {
  const fed = { inputs: { x, lengths, at, table }, seed, dy }

  it('goes forward and back as the reference does', async () => {
    const ran = await through({ ...fed, wanted: ['x'], record: (g, i) => ({ y: op(g, i.x!, i) }) })
    expectNear(ran, 'y', y(xs))
    expectNear(ran, 'd x', dx(numbersOf(dy)))
    expect([ran.forward, ran.backward]).toEqual([[forward], backward])
  })

  it('records no way back where nobody wants the gradient', async () => {
    const ran = await through({ ...fed, record: (g, i) => ({ y: op(g, i.x!, i) }) })
    expectNear(ran, 'y', y(xs))
    expect(ran.backward).toEqual([])
  })

  it('adds onto the gradient of an input that others read', async () => {
    const more = given(4, 2, 4, 8)
    const ran = await through({
      ...fed,
      inputs: { ...fed.inputs, more },
      wanted: ['x'],
      record: (g, i) => {
        g.shareGrad([addPositions(g, i.x!, i.table!, i.at!)], i.more!)
        return { y: op(g, i.x!, i) }
      },
    })
    expectNear(ran, 'd x', sum(dx(numbersOf(dy)), numbersOf(more)))
  })
})

it('dropout and noise are left out outside training and at rate 0', async () => {
  const record = (rate: number) => (g: Graph, i: Readonly<Record<string, Tensor>>) => ({
    y: frameNoise(g, dropout(g, i.x!, rate), i.sigma!, rate, 7),
  })
  const sigma = given(5, 8)
  for (const options of [{ record: record(0) }, { record: record(0.5), mode: 'inference' as const }]) {
    const ran = await through({ inputs: { x, sigma }, ...options })
    expect(ran.forward).toEqual([])
    expect([...ran.out.y!]).toEqual([...xs])
  }
})

it('frameNoise moves the coordinates as the reference does, each draw by a stream of its own', async () => {
  const sigma = given(5, 8)
  const ran = await through({
    inputs: { x, sigma },
    seed,
    record: (g, i) => ({ y: frameNoise(g, i.x!, i.sigma!, 0.5, 7), again: frameNoise(g, i.x!, i.sigma!, 0.5, 7) }),
  })
  const shape = { rows: 8, stride: 8, coords: 7, rate: 0.5 }
  const noisy = (stream: number) => frameNoiseReference(xs, numbersOf(sigma), seed, { ...shape, stream })
  // As in the kernel's own test: WGSL promises sine and cosine to 2⁻¹¹ only, of a radius of at most 5.8.
  const near = { ulps: 2 ** 16, scale: xs.map((_, i) => 0.5 * Math.abs(numbersOf(sigma)[i % 8]!)) }
  expectClose('y', ran.out.y!, noisy(0), near)
  expectClose('again', ran.out.again!, noisy(1), near)
  expect(ran.out.y).not.toEqual(ran.out.again)
})

it('mixFrames takes predictions as the reference does, passes on no gradient, and is left out outside training', async () => {
  const pred = given(6, 2, 4, 12)
  const share = { shape: [1], data: Float64Array.of(0.5) }
  const record = (g: Graph, i: Readonly<Record<string, Tensor>>) => ({
    y: mixFrames(g, i.x!, { pred: i.pred!, lengths: i.lengths!, share: i.share! }, 3, 6),
  })
  const fed = { inputs: { x, pred, lengths, share }, seed, record }
  const ran = await through({ ...fed, dy: given(3, 2, 4, 8), wanted: ['pred'] })
  const shape = { batch: 2, length: 4, stride: 8, predStride: 12, coords: 6, stream: 3, share: 0.5 }
  const want = mixFramesReference(xs, numbersOf(pred), lengthsOf, seed, shape)
  expect([...ran.out.y!]).toEqual([...want])
  expect(want).not.toEqual(xs)
  expect(ran.out).not.toHaveProperty('d pred')
  expect([ran.forward, ran.backward]).toEqual([['mix_frames'], []])
  expect((await through({ ...fed, mode: 'inference' })).forward).toEqual([])
})
