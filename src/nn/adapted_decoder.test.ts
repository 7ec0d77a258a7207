import { describe, expect, it } from 'vitest'
import { lentGpu, noise } from '../../kernels-test/harness.js'
import { elements, type Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { fill } from '../kernels/fill.js'
import { Graph } from '../ops/graph.js'
import { type AdapterSettings, adaptedAttention, adaptedStep, adapterSpecs, signCaches, signFeatures } from './adapted_decoder.js'
import { initialTensors } from './init.js'
import { languageLayerSpecs, languageLayers } from './language_model.js'
import { ParameterSet } from './parameter_set.js'
import { type ParameterSpec, trainedNumbers } from './parameter_spec.js'
import type { Recording } from './recording.js'

const sizes = { width: 24, heads: 3, decoderLayers: 2, hidden: 40, signWidth: 12, rank: 4 }
const config = { ...sizes, encoderLayers: 0, dropout: 0, activation: 'gelu-erf', normEpsilon: 1e-5 } as const
const settings: AdapterSettings = { factor: 1, dropout: 0, gate: 'clamp' }
const [batch, tokens, signs] = [2, 5, 6]

const specsOf = (trainable: boolean, dtype?: 'f16'): ParameterSpec[] => [
  ...languageLayerSpecs(sizes).map((spec) => ({ ...spec, trainable, ...(dtype && spec.name.endsWith('weight') && { dtype }) })),
  ...adapterSpecs(sizes),
]

/** Parameters that leave no factor and no gate at 0. */
async function opened(specs: readonly ParameterSpec[], training: boolean): Promise<ParameterSet> {
  const weights = new ParameterSet(await lentGpu(), specs, { training })
  const moved = [...initialTensors(specs, 3)].map(([name, { shape, data }]) => {
    const more = noise(data.length, data.length + name.length, 0.3)
    return [name, { shape, data: data.map((v, i) => v + more[i]!) }] as const
  })
  weights.load(new Map(moved), 'test')
  return weights
}

/** A training step's way there and back, of a loss that is the sum of all outputs. */
async function trained(specs: readonly ParameterSpec[], attentionDropout = 0) {
  await using weights = await opened(specs, true)
  const recorder = new Recorder()
  const graph = new Graph(recorder, { training: { seed: recorder.feed('seed', [4], 'u32'), dummy: weights.dummy } })
  const r = { graph, weights, config: { ...config, attentionDropout } }
  const { x, sign, lengths, signLengths } = feedsOf(recorder)
  // As if an embedding were trained: else the first layer of a frozen model would be spared more than weights.
  graph.requireGrad(x)
  const memory = signFeatures(r, sign)
  const y = languageLayers(r, x, adaptedAttention(settings, { lengths, memory, memoryLengths: signLengths }))
  graph.addGrad(y, (dy) => recorder.run(fill, { y: dy }, { first: 0, n: elements(y.shape), value: 1 }))
  graph.backward()
  const state = [weights.grads!, weights.first!, weights.second!].flatMap(({ buffers }) => buffers).reduce((sum, { size }) => sum + size, 0)
  return { kernels: recorder.steps.map(({ kernel }) => kernel.name), state }
}

const feedsOf = (recorder: Recorder) => ({
  x: recorder.feed('x', [batch, tokens, sizes.width]),
  sign: recorder.feed('sign', [batch, signs, sizes.signWidth]),
  lengths: recorder.feed('lengths', [batch], 'u32'),
  signLengths: recorder.feed('sign_lengths', [batch], 'u32'),
})

describe('an adapted language model', () => {
  it('trains as many numbers as published for XGLM-1.7B', () => {
    expect(trainedNumbers(adapterSpecs({ width: 2048, heads: 16, decoderLayers: 24, signWidth: 512, rank: 4 }))).toBe(3_803_520)
  })

  it('spends no dispatch and no memory on gradients of what is frozen', async () => {
    const [frozen, whole] = [await trained(specsOf(false)), await trained(specsOf(true))]
    const count = (kernels: readonly string[], name: string) => kernels.filter((kernel) => kernel === name).length
    for (const kernel of new Set(whole.kernels)) {
      const more = count(whole.kernels, kernel) - count(frozen.kernels, kernel)
      // Of each layer: queries, keys and values (of the tokens and of the signing), the output and two of the feed-forward block; both norms, one of
      // them twice, and the last norm. A key's bias, which moves nothing, gets zeros.
      const weightGrads = {
        linear_weight_grad: 6 * sizes.decoderLayers,
        layer_norm_weight_grad: 3 * sizes.decoderLayers + 1,
        fill: 2 * sizes.decoderLayers,
      }
      expect.soft(more, kernel).toBe(weightGrads[kernel as keyof typeof weightGrads] ?? 0)
    }
    const bytes = 3 * 4 * trainedNumbers(adapterSpecs(sizes))
    // Each parameter begins at a multiple of the adapter's alignment, 256 bytes at most.
    expect(frozen.state).toBeGreaterThanOrEqual(bytes)
    expect(frozen.state).toBeLessThanOrEqual(bytes + 3 * 256 * adapterSpecs(sizes).length)
    expect(whole.state - frozen.state).toBeGreaterThanOrEqual(3 * 4 * trainedNumbers(languageLayerSpecs(sizes)))
  })

  it('drops weights of both attentions', async () => {
    const { kernels } = await trained(specsOf(false), 0.1)
    const attentions = kernels.filter((kernel) => /^attention(_|$)/.test(kernel) && kernel !== 'attention_delta')
    const kinds = ['attention_dropped', 'attention_dropped_grad_query', 'attention_dropped_grad_key_value']
    for (const kind of kinds) expect(attentions.filter((kernel) => kernel === kind)).toHaveLength(2 * sizes.decoderLayers)
    expect(attentions.every((kernel) => kinds.includes(kernel))).toBe(true)
  })

  it.each([undefined, 'f16'] as const)('goes step by step over caches as over the whole sentence, frozen weights %s', async (dtype) => {
    const gpu = await lentGpu()
    await using weights = await opened(specsOf(false, dtype), false)
    const recorder = new Recorder()
    const r: Recording = { graph: new Graph(recorder), weights, config }
    const { x, sign, lengths, signLengths } = feedsOf(recorder)
    const memory = signFeatures(r, sign)
    const whole = languageLayers(r, x, adaptedAttention(settings, { lengths, memory, memoryLengths: signLengths }))
    const caches = signCaches(r, settings, memory)
    const past = Array.from({ length: sizes.decoderLayers }, (_, i) =>
      recorder.keep(recorder.tensor(`past.${i}`, [batch, tokens, 2 * sizes.width])),
    )
    const rows: Tensor[] = []
    const steps = Array.from({ length: tokens }, (_, t) => ({
      x: recorder.feed(`x.${t}`, [batch, sizes.width]),
      lengths: recorder.feed(`lengths.${t}`, [batch], 'u32'),
    }))
    for (const step of steps)
      rows.push(
        languageLayers(r, step.x, adaptedStep(settings, { lengths: step.lengths, past, memory: caches, memoryLengths: signLengths })),
      )
    for (const tensor of [whole, ...rows]) recorder.report(tensor)
    await using program = await Program.build(gpu, recorder)
    const all = Float32Array.from(noise(elements(x.shape), 5))
    program.write(x, all)
    program.write(sign, Float32Array.from(noise(elements(sign.shape), 6)))
    program.write(lengths, Uint32Array.of(tokens, tokens))
    program.write(signLengths, Uint32Array.of(signs, 2))
    const { width } = sizes
    for (const [t, step] of steps.entries()) {
      program.write(step.lengths, new Uint32Array(batch).fill(t))
      const own = Float32Array.from({ length: batch * width }, (_, i) => all[(Math.floor(i / width) * tokens + t) * width + (i % width)]!)
      program.write(step.x, own)
    }
    const [sentence, ...places] = (await program.run()).map((buffer) => new Float32Array(buffer))
    for (const [t, row] of places.entries())
      for (const [i, v] of row.entries())
        expect(Math.abs(v - sentence![(Math.floor(i / width) * tokens + t) * width + (i % width)]!), `token ${t}`).toBeLessThan(2e-5)
  })
})
