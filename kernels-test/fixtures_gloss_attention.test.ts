// Gloss attention against the released GASLT code, as published and in its clean form: places, what comes out, and every gradient. The fixture is read
// where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../src/device/memory.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { sampledAttention } from '../src/nn/gloss_attention.js'
import { project } from '../src/nn/layers.js'
import type { LayerConfig } from '../src/nn/recording.js'
import type { GlossForm } from '../src/ops/gloss_attention.js'
import type { Graph } from '../src/ops/graph.js'
import { type Given, through } from '../src/ops/graph.testing.js'
import type { Parameter } from '../src/ops/parameter.js'
import { type SimilarityInputs, sentenceSimilarity } from '../src/ops/similarity.js'
import { glossAttention } from '../src/reference/gloss_attention.js'
import { floats, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'gloss_attention.safetensors')
const file = existsSync(path) ? await readSafetensors(path) : undefined

/**
 * Largest differences: of outputs and places, and of gradients. Those of parameters sum over a batch and come to 49: there float32 alone, whatever the
 * order of its sums, is off by up to 2.5e-5, which is 20 roundings of what is largest.
 */
const WITHIN = { output: 1e-5, gradient: 2e-5, parameters: (largest: number) => Math.max(2e-5, 20 * 2 ** -24 * largest) }

interface Sizes {
  readonly heads: number
  readonly num_keys: number
}
const cases = file
  ? Object.entries(JSON.parse(String(file.metadata.cases)) as Record<string, Sizes>).filter(([name]) => name !== 'sim')
  : []

/** Our names of a layer's parts, by theirs. */
const parts: Readonly<Record<string, string>> = {
  q_layer: 'query',
  k_layer: 'key',
  v_layer: 'value',
  output_layer: 'out',
  sample_offsets: 'offsets',
}

const given = (file: TensorFile, name: string): Given => ({ shape: file.tensors.get(name)!.shape, data: floats(file, name) })

/** Parameters of a case by our names, with their names in the file. */
const parametersOf = (file: TensorFile, name: string) =>
  [...file.tensors.keys()].flatMap((key) => {
    const [, part, kind] = new RegExp(`^${name}\\.weight\\.(\\w+)\\.(weight|bias)$`).exec(key) ?? []
    return part && kind ? [{ ours: `self/${parts[part]}/${kind}`, theirs: `${part}.${kind}`, value: given(file, key) }] : []
  })

/** Largest difference over the rows that count. */
function farthest(got: ArrayLike<number>, want: Float64Array, counts: (at: number) => boolean = () => true): number {
  expect(got.length).toBe(want.length)
  // Math.max keeps a NaN.
  return want.reduce((most, value, at) => (counts(at) ? Math.max(most, Math.abs(got[at]! - value)) : most), 0)
}

function layer(file: TensorFile, name: string, form: GlossForm) {
  const { heads, num_keys: samples } = cases.find(([one]) => one === name)![1]
  const x = given(file, `${name}.x`)
  const lengths: Given = { shape: [x.shape[0]!], data: whole(file, `${name}.lengths`) }
  const parameters = parametersOf(file, name)
  const config: LayerConfig = { heads, dropout: 0, activation: 'relu', encoderLayers: 1, decoderLayers: 0 }
  const record = (graph: Graph, inputs: Readonly<Record<string, Tensor>>, given: Readonly<Record<string, Parameter>>) => {
    const joined = (names: readonly string[]): Parameter => given[`joined ${names.join()}`]!
    const r = { graph, weights: { get: (one: string) => given[one]!, joined }, config }
    const attended = sampledAttention(r, 'self', inputs.x!, inputs.lengths!, { samples, form })
    return { y: project(r, 'self/out', attended) }
  }
  const numbersOf = (ours: string) => parameters.find((one) => one.ours === ours)!.value
  const joint = Object.fromEntries(
    ['weight', 'bias'].map((kind) => {
      const both = ['key', 'value'].map((part) => ({ part, value: numbersOf(`self/${part}/${kind}`) }))
      const data = Float64Array.from(both.flatMap(({ value }) => [...value.data]))
      const [rows, ...rest] = both[0]!.value.shape
      return [`joined ${both.map(({ part }) => `self/${part}/${kind}`).join()}`, { shape: [2 * rows!, ...rest], data }]
    }),
  )
  const alone = parameters.filter(({ ours }) => !/key|value/.test(ours)).map(({ ours, value }) => [ours, value] as const)
  return {
    samples,
    heads,
    lengths: lengths.data as Uint32Array,
    x,
    parameters,
    run: () =>
      through({
        inputs: { x, lengths },
        wanted: ['x'],
        parameters: { ...Object.fromEntries(alone), ...joint },
        dy: given(file, `${name}.upstream`),
        record,
      }),
  }
}

describe.skipIf(!file)(path, () => {
  for (const [name] of cases) {
    for (const form of ['clean', 'released'] as const) {
      it(`puts out what PyTorch does, with every gradient: ${name}, ${form}`, async () => {
        const { x, lengths, parameters, run } = layer(file!, name, form)
        const { out } = await run()
        const [, length, width] = x.shape as [number, number, number]
        const counts = (at: number) => Math.floor(at / width) % length < lengths[Math.floor(at / width / length)]!
        expect(farthest(out.y!, floats(file!, `${name}.${form}.out`), counts), 'out').toBeLessThanOrEqual(WITHIN.output)
        const gradOf = (theirs: string) => floats(file!, `${name}.${form}.grad.${theirs}`)
        expect(farthest(out['d x']!, gradOf('x')), 'x').toBeLessThanOrEqual(WITHIN.gradient)
        expect(parameters.length).toBe(10)
        for (const { ours, theirs, value } of parameters) {
          const [, part, kind] = ours.split('/') as [string, string, string]
          const together = out[`d joined self/key/${kind},self/value/${kind}`]!
          const own = value.data.length
          const got = part === 'key' ? together.subarray(0, own) : part === 'value' ? together.subarray(own) : out[`d ${ours}`]!
          const want = gradOf(theirs)
          expect(farthest(got, want), theirs).toBeLessThanOrEqual(WITHIN.parameters(Math.max(...want.map(Math.abs))))
        }
      })

      it(`samples where PyTorch does: ${name}, ${form}`, () => {
        const { heads, samples, x, lengths, parameters } = layer(file!, name, form)
        const [batch, length, width] = x.shape as [number, number, number]
        const projected = (part: string, from: Float64Array): Float64Array => {
          const [w, b] = ['weight', 'bias'].map((kind) => parameters.find(({ ours }) => ours === `self/${part}/${kind}`)!.value)
          const [rows, inner] = w!.shape as [number, number]
          return Float64Array.from({ length: (from.length / inner) * rows }, (_, at) => {
            const [row, out] = [Math.floor(at / rows), at % rows]
            return Array.from({ length: inner }).reduce(
              (sum: number, _, c) => sum + from[row * inner + c]! * w!.data[out * inner + c]!,
              b!.data[out]!,
            )
          })
        }
        const numbers = x.data as Float64Array
        const q = projected('query', numbers)
        const [k, v] = [projected('key', numbers), projected('value', numbers)]
        const kv = Float64Array.from({ length: 2 * q.length }, (_, at) => {
          const [row, c] = [Math.floor(at / (2 * width)), at % (2 * width)]
          return c < width ? k[row * width + c]! : v[row * width + c - width]!
        })
        const of = { batch, length, heads, headWidth: width / heads, samples, columns: heads * samples }
        const fixed = { scale: 1 / Math.sqrt(width / heads), seed: new Uint32Array(4), stream: 0, rate: 0 }
        const inputs = { q, kv, offsets: projected('offsets', q) }
        const { positions, attention } = glossAttention(inputs, lengths, { ...of, ...fixed, released: form === 'released' })
        const counts = (at: number) => Math.floor(at / samples) % length < lengths[Math.floor(at / samples / length / heads)]!
        expect(farthest(positions, floats(file!, `${name}.${form}.pos`), counts), 'places').toBeLessThanOrEqual(WITHIN.output)
        if (form === 'clean')
          expect(farthest(attention, floats(file!, `${name}.clean.attention`), counts), 'weights').toBeLessThanOrEqual(WITHIN.output)
      })
    }
  }

  it('draws clips as near as PyTorch does to how similar their sentences are', async () => {
    const [encoder, goal, lengths] = [given(file!, 'sim.encoder'), given(file!, 'sim.target'), whole(file!, 'sim.lengths')]
    const clips = lengths.length
    const { weight } = (JSON.parse(String(file!.metadata.cases)) as { sim: { weight: number } }).sim
    const share = (2 * weight) / (clips * (clips - 1))
    const { out } = await through({
      inputs: { x: encoder, goal, lengths: { shape: [clips], data: lengths }, share: { shape: [1], data: Float64Array.of(share) } },
      wanted: ['x'],
      record: (g, { x, ...inputs }) => ({ gap: sentenceSimilarity(g, x!, inputs as unknown as SimilarityInputs) }),
    })
    const isPair = (at: number) => Math.floor(at / clips) !== at % clips
    const gap = floats(file!, 'sim.cosine').map((cosine, at) => cosine - (goal.data[at] as number))
    expect(farthest(out.gap!, gap, isPair), 'cosines').toBeLessThanOrEqual(WITHIN.output)
    expect(share * out.gap!.reduce((sum, off) => sum + (off * off) / 2, 0)).toBeCloseTo(floats(file!, 'sim.loss')[0]!, 5)
    expect(farthest(out['d x']!, floats(file!, 'sim.grad')), 'x').toBeLessThanOrEqual(WITHIN.gradient)
  })
})
