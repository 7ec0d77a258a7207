// The sign encoder without any outside numbers: its gradient against differences, clips that give the same numbers in any batch, and what its
// switches change.

import { describe, expect, it } from 'vitest'
import type { HostTensor, HostTensors } from '../src/nn/host_tensor.js'
import { initialTensors } from '../src/nn/init.js'
import { trainedNumbers } from '../src/nn/parameter_spec.js'
import { signEncoderSpecs } from '../src/nn/sign_encoder.js'
import { publishedSignEncoder, rowsBehind, type SignEncoderConfig, stageFrames, stageLengths } from '../src/nn/sign_encoder_config.js'
import { expectGradAlongDirections, noise } from './harness.js'
import { rowsOf, runSignEncoder } from './sign_encoder_runs.js'

// Heads of 12, of which half is no multiple of 4.
const small: SignEncoderConfig = { ...publishedSignEncoder, width: 24, heads: 2, hidden: 20, dropout: 0, dropPath: 0, layerScale: 0.5 }

const lengths = Uint32Array.of(13, 6, 1)

/** Features of clips in a batch of so many rows, zeros at padding: those of a clip are the same in any batch. */
function featuresOf(rows: number, width = small.width, of: Uint32Array = lengths): HostTensor {
  const data = new Float32Array(of.length * rows * width)
  of.forEach((length, b) => {
    data.set(noise(length * width, 10 + b), b * rows * width)
  })
  return { shape: [of.length, rows, width], data }
}

/** A gradient at every token, 0 past a clip's last. */
function cotangentOf(rows: number, config: SignEncoderConfig): HostTensor {
  const room = stageFrames(rows, config).at(-1)!
  return featuresOf(room, config.width, stageLengths(lengths, rows, config).at(-1)!)
}

/** First weights, and biases that are not 0. */
const weightsOf = (config: SignEncoderConfig): HostTensors =>
  new Map(
    [...initialTensors(signEncoderSpecs(config), 3)].map(([name, { shape, data }], i) => [
      name,
      { shape, data: name.endsWith('/bias') || name.endsWith('/beta') ? Float32Array.from(noise(data.length, i, 0.3)) : data },
    ]),
  )

const lossOf = (out: HostTensor, cotangent: HostTensor): number => out.data.reduce((sum, value, i) => sum + value * cotangent.data[i]!, 0)

it('has the published number of parameters', () => {
  expect(trainedNumbers(signEncoderSpecs(publishedSignEncoder))).toBe(12_613_632)
})

it('begins with scales of 1e-5, weights within Xavier’s bound, and biases of 0', () => {
  const first = initialTensors(signEncoderSpecs({ ...small, layerScale: 1e-5 }), 1)
  for (const [name, { shape, data }] of first) {
    if (name.endsWith('/scale')) expect(data.every((value) => value === Math.fround(1e-5))).toBe(true)
    if (name.endsWith('/bias')) expect(data.every((value) => value === 0)).toBe(true)
    if (name.endsWith('/weight')) expect(Math.max(...data.map(Math.abs))).toBeCloseTo(Math.sqrt(6 / (shape[0]! + shape[1]!)), 2)
  }
})

const variants: Record<string, Partial<SignEncoderConfig>> = {
  'the published switches': {},
  'attention over all of a clip, no down-sampling, no positions of either kind': {
    window: 'all',
    downSampling: false,
    positions: false,
    rotary: false,
  },
  'three stages, another window, padding as rows': { stages: [1, 2, 1], window: 3, padding: 'rows' },
  'attention over all of a clip, padding as rows': { window: 'all', padding: 'rows' },
  'dropout everywhere, and clips dropped': { dropout: 0.3, dropPath: 0.5 },
  'dropout in attention over all of a clip': { window: 'all', dropout: 0, attentionDropout: 0.3 },
}

describe.each(Object.entries(variants))('with %s', (_, changed) => {
  it('its gradient is what differences of its loss say', async () => {
    const config = { ...small, ...changed }
    const cotangent = cotangentOf(15, config)
    const run = { features: featuresOf(15), lengths, cotangent, seed: Uint32Array.of(5, 6, 0, 0) }
    const here = weightsOf(config)
    const { grads, gradInput } = await runSignEncoder(config, { ...run, tensors: here })
    const input = { shape: run.features.shape, data: run.features.data }
    // The features move too: they are a tensor among the others.
    const lossAt = async (tensors: HostTensors) => {
      const weights = new Map([...tensors].filter(([name]) => name !== 'input'))
      const { out } = await runSignEncoder(config, { ...run, features: tensors.get('input')!, tensors: weights })
      return lossOf(out, cotangent)
    }
    await expectGradAlongDirections(new Map([...here, ['input', input]]), new Map([...grads, ['input', gradInput!]]), lossAt, 1e-3)
  })
})

it('gives each clip the same numbers in any batch, alone too', async () => {
  const tensors = weightsOf(small)
  const tight = await runSignEncoder(small, { tensors, features: featuresOf(13), lengths })
  const roomy = await runSignEncoder(small, { tensors, features: featuresOf(40), lengths })
  for (const [b, length] of lengths.entries()) {
    const tokens = Math.ceil(length / 2)
    const alone = await runSignEncoder(small, { tensors, features: rowsOf(featuresOf(13), b, length), lengths: Uint32Array.of(length) })
    const want = [...rowsOf(tight.out, b, tokens).data].map((value) => expect.closeTo(value, 5))
    expect([...rowsOf(roomy.out, b, tokens).data]).toEqual(want)
    expect([...alone.out.data]).toEqual(want)
  }
})

it.each([
  ['as published', {}, 2],
  ['over all of a clip', { window: 'all' }, 2],
  ['with three stages', { stages: [1, 1, 1] }, 6],
  ['at one rate', { downSampling: false }, 0],
] as const)('gives the same tokens with as many rows of padding as count, or more: %s', async (_, changed, behind) => {
  const config = { ...small, ...changed, padding: 'rows' } as const
  expect(rowsBehind(config)).toBe(behind)
  const tensors = weightsOf(config)
  for (const clip of [19, 20]) {
    const own = Uint32Array.of(clip)
    const tokensIn = async (rows: number, as: SignEncoderConfig = config) => {
      const { out } = await runSignEncoder(as, { tensors, features: featuresOf(rows, small.width, own), lengths: own })
      return [...rowsOf(out, 0, stageLengths(own, rows, as).at(-1)![0]!).data]
    }
    const first = await tokensIn(clip + behind)
    for (const rows of [clip + behind + 1, clip + 12, 64])
      expect(await tokensIn(rows)).toEqual(first.map((value) => expect.closeTo(value, 5)))
    const cut = await tokensIn(clip, { ...config, padding: 'cut' })
    const apart = Math.max(...cut.map((value, i) => Math.abs(value - first[i]!)))
    if (behind === 0) expect(apart).toBeLessThan(1e-5)
    else expect(apart).toBeGreaterThan(0.01)
  }
})

it('drops in training alone, clips by shares that grow evenly from layer to layer', async () => {
  const config = { ...small, dropout: 0.1, dropPath: 0.3 }
  const run = { tensors: weightsOf(config), features: featuresOf(13), lengths }
  const ratesOf = ({ dispatches }: Awaited<ReturnType<typeof runSignEncoder>>) =>
    dispatches.filter(({ kernel }) => kernel.name === 'scaled_residual').map(({ params }) => params.rate)
  const trained = await runSignEncoder(config, { ...run, cotangent: cotangentOf(13, config) })
  expect(ratesOf(trained)).toEqual([0, 0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3].map((rate) => expect.closeTo(rate, 12)))
  const used = await runSignEncoder(config, run)
  expect(ratesOf(used)).toEqual(new Array(8).fill(0))
  const undropped = await runSignEncoder(small, run)
  expect(used.out.data).toEqual(undropped.out.data)
  expect(trained.out.data).not.toEqual(used.out.data)
})

it('has the published sizes’ gradients at its first weights: finite, and none of them 0 throughout', async () => {
  const config = { ...publishedSignEncoder, stages: [1, 1] }
  const features = featuresOf(13, config.width)
  const ran = await runSignEncoder(config, { tensors: weightsOf(config), features, lengths, cotangent: cotangentOf(13, config) })
  for (const [name, { data }] of ran.grads) {
    expect(data.every(Number.isFinite), name).toBe(true)
    expect(
      data.some((value) => value !== 0),
      name,
    ).toBe(true)
  }
})
