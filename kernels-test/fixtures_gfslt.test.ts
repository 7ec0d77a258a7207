// The parts of GFSLT-VLP against PyTorch: the temporal convolution as released and of each clip at its own length, the contrastive loss, mBART's encoder and
// decoder, and steps of descent with momentum. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../src/device/memory.js'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { gfsltTensors } from '../src/model/gfslt_state_dict.js'
import { type HostTensor, type HostTensors, pad, unpad } from '../src/nn/host_tensor.js'
import { initialTensors, zeros } from '../src/nn/init.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import type { ParameterSpec } from '../src/nn/parameter_spec.js'
import type { LayerConfig, Recording } from '../src/nn/recording.js'
import {
  type FramePadding,
  rowsLeft,
  temporalConvolution,
  temporalConvolutionSpecs,
  tokenHead,
  tokenHeadSpecs,
} from '../src/nn/temporal_convolution.js'
import { nextTokens, placesOf, readAll, readingSpecs, tokenVectors, writeAll, writingSpecs } from '../src/nn/text_transformer.js'
import { specsUnder, weightsUnder } from '../src/nn/under.js'
import { rowOfEach } from '../src/ops/chosen_rows.js'
import { Graph } from '../src/ops/graph.js'
import { matchingLoss } from '../src/ops/matching.js'
import { padded } from '../src/ops/parameter.js'
import { StepProgram } from '../src/train/step_program.js'
import { recordTokenLoss, tokenArrays, tokenFeeds, tokenLoss } from '../src/train/tokens.js'
import { lentGpu } from './harness.js'
import { expectNear, read } from './near.js'
import { tensorsOf, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'gfslt.safetensors')
const WITHIN = { output: 2e-5, gradient: 1e-4, scale: 2e-4 }

const configOf = (file: TensorFile) => JSON.parse(file.metadata.config!)
const layers: LayerConfig = { heads: 1, dropout: 0, activation: 'relu', normEpsilon: 1e-5, encoderLayers: 0, decoderLayers: 0 }

/** Numbers [..., D] as tensors on the GPU have them: D rounded up to 4. */
const wide = ({ shape, data }: HostTensor): Float32Array => {
  const [width, rows] = [shape.at(-1)!, data.length / shape.at(-1)!]
  return pad(data, [rows, width]).subarray(0, rows * padded(width))
}
const narrow = (data: Float32Array, width: number): Float32Array => unpad(data, [data.length / padded(width), width])
const widened = (shape: readonly number[]): number[] => [...shape.slice(0, -1), padded(shape.at(-1)!)]

/** Each clip's first rows, one behind the other. */
function rowsOf({ shape, data }: HostTensor, lengths: Iterable<number>): Float32Array {
  const [, length, width] = shape as [number, number, number]
  const parts = [...lengths].map((rows, b) => data.subarray(b * length * width, (b * length + rows) * width))
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

function expectAll(got: HostTensors, wanted: HostTensors): void {
  expect(wanted.size).toBeGreaterThan(0)
  for (const [name, { data }] of wanted) {
    // In exact arithmetic these are 0: a norm takes the bias off again, or it adds the same to all scores of a query.
    const idle = /^(time\.\d|tokens)\/bias$|\/key\/bias$/.test(name)
    if (idle) expect(Math.max(...[...got.get(name)!.data].map(Math.abs)), name).toBeLessThan(1e-6)
    else expectNear(name, got.get(name)!.data, data, WITHIN.gradient)
  }
}

async function convolved(file: TensorFile, padding: FramePadding) {
  const gpu = await lentGpu()
  const { in: inputs, hidden: outputs } = configOf(file).tconv as { in: number; hidden: number }
  const specs = [...temporalConvolutionSpecs('time', inputs, outputs), ...tokenHeadSpecs('tokens', outputs, outputs)]
  const set = new ParameterSet(gpu, specs, { training: true })
  set.load(new Map([...initialTensors(specs, 1), ...gfsltTensors(tensorsOf(file, 'tconv.weight.'), path)]), path)
  const input = read(file, 'tconv.input')
  const [batch, frames] = input.shape as [number, number, number]
  const own = whole(file, 'tconv.lengths')
  const counts = [own, ...rowsLeft(frames).map((room, i) => own.map((n) => (padding === 'ones' ? room : rowsLeft(n)[i]!)))]
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const x = recorder.feed('x', widened(input.shape))
  const lengths = counts.map((_, i) => recorder.feed(`lengths ${i}`, [batch], 'u32'))
  const graph = new Graph(recorder, { training: { seed, dummy: set.dummy } })
  graph.requireGrad(x)
  const r: Recording = { graph, weights: set, config: layers }
  const tokens = temporalConvolution(r, 'time', x, lengths, { inputs, outputs, padding })
  const head = tokenHead(r, 'tokens', tokens, lengths.at(-1)!)
  const pull = recorder.feed('cotangent', head.shape)
  graph.shareGrad([head], pull)
  graph.backward()
  const reported: Tensor[] = [tokens, head, graph.gradAt(x)!]
  for (const tensor of reported) recorder.report(tensor)
  await using program = await Program.build(gpu, recorder)
  program.write(x, wide(input))
  counts.forEach((count, i) => {
    program.write(lengths[i]!, count)
  })
  program.write(pull, wide(read(file, 'tconv.cotangent')))
  const [out, embedded, atInput] = (await program.run({ clear: set.grads!.buffers })).map((data) => new Float32Array(data)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const result = { grads: await set.save(set.grads!), after: await set.save() }
  set.destroy()
  return {
    ...result,
    lengths: { frames: own, tokens: counts.at(-1)! },
    out: { shape: [batch, tokens.shape[1]!, outputs], data: narrow(out, outputs) },
    embedded: { shape: [batch, tokens.shape[1]!, outputs], data: narrow(embedded, outputs) },
    atInput: { shape: input.shape, data: narrow(atInput, inputs) },
  }
}

describe.skipIf(!existsSync(path))(path, () => {
  it('convolves over time as released, padding among the frames', async () => {
    const file = await readSafetensors(path)
    const ran = await convolved(file, 'ones')
    const theirs = whole(file, 'tconv.out_lengths')
    for (const [name, got] of [
      ['tconv.out', ran.out],
      ['tconv.sign_emb_out', ran.embedded],
    ] as const)
      expectNear(name, rowsOf(got, theirs), rowsOf(read(file, name), theirs), WITHIN.output)
    const own = (tensor: HostTensor) => rowsOf(tensor, ran.lengths.frames)
    expectNear('grad_input', own(ran.atInput), own(read(file, 'tconv.grad_input')), WITHIN.gradient)
    expectAll(ran.grads, gfsltTensors(tensorsOf(file, 'tconv.grad.'), path))
    for (const [name, { data }] of gfsltTensors(tensorsOf(file, 'tconv.after.'), path))
      expectNear(name, ran.after.get(name)!.data, data, WITHIN.output)
  })

  it('convolves each clip at its own length, side by side', async () => {
    const file = await readSafetensors(path)
    const { out, embedded, atInput, grads, lengths } = await convolved(file, 'cut')
    expectNear('out', rowsOf(out, lengths.tokens), read(file, 'tconv_clean.out').data, WITHIN.output)
    expectNear('sign_emb_out', rowsOf(embedded, lengths.tokens), read(file, 'tconv_clean.sign_emb_out').data, WITHIN.output)
    expectNear('grad_input', rowsOf(atInput, lengths.frames), read(file, 'tconv_clean.grad_input').data, WITHIN.gradient)
    expectAll(grads, gfsltTensors(tensorsOf(file, 'tconv_clean.grad.'), path))
  })

  it('matches clips with sentences', async () => {
    const file = await readSafetensors(path)
    const gpu = await lentGpu()
    const [signs, texts] = [read(file, 'clip.image'), read(file, 'clip.text')]
    const [rows, width] = signs.shape as [number, number]
    const set = new ParameterSet(gpu, [{ name: 'scale', shape: [1], init: zeros }], { training: true })
    set.load(new Map([['scale', { shape: [1], data: read(file, 'clip.logit_scale').data }]]), path)
    const recorder = new Recorder()
    const seed = recorder.feed('seed', [4], 'u32')
    const all = [padded(rows), padded(width)]
    const fed = { signs: recorder.feed('signs', all), texts: recorder.feed('texts', all) }
    const shares = { coefficient: recorder.feed('coefficient', [1]), own: recorder.feed('own', [rows]) }
    const graph = new Graph(recorder, { training: { seed, dummy: set.dummy } })
    for (const tensor of Object.values(fed)) graph.requireGrad(tensor)
    const result = matchingLoss(graph, { ...fed, ...shares, scale: set.get('scale') }, rows)
    graph.backward()
    for (const tensor of [result, graph.gradAt(fed.signs)!, graph.gradAt(fed.texts)!]) recorder.report(tensor)
    await using program = await Program.build(gpu, recorder)
    const filled = (tensor: HostTensor) => {
      const data = new Float32Array(all[0]! * all[1]!)
      data.set(wide(tensor))
      return data
    }
    program.write(fed.signs, filled(signs))
    program.write(fed.texts, filled(texts))
    program.write(shares.coefficient, Float32Array.of(1 / rows))
    program.write(shares.own, new Float32Array(rows).fill(1))
    const [found, atSigns, atTexts] = (await program.run({ clear: set.grads!.buffers })).map((data) => new Float32Array(data)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    const side = (at: number) => [...Array(rows).keys()].reduce((sum, i) => sum + found[2 * (at * rows + i)]! / rows, 0)
    expectNear('loss_image', [side(0)], read(file, 'clip.loss_image').data, 1e-5)
    expectNear('loss_text', [side(1)], read(file, 'clip.loss_text').data, 1e-5)
    expectNear('loss', [(side(0) + side(1)) / 2], read(file, 'clip.loss').data, 1e-5)
    const own = (data: Float32Array) => narrow(data, width).subarray(0, rows * width)
    expectNear('grad_image', own(atSigns), read(file, 'clip.grad_image').data, WITHIN.gradient)
    expectNear('grad_text', own(atTexts), read(file, 'clip.grad_text').data, WITHIN.gradient)
    const grads = await set.save(set.grads!)
    expectNear('grad_logit_scale', grads.get('scale')!.data, read(file, 'clip.grad_logit_scale').data, WITHIN.scale)
    set.destroy()
  })
})

interface Told {
  readonly d_model: number
  readonly heads: number
  readonly ffn: number
  readonly layers: number
  readonly vocab: number
  readonly max_positions: number
  readonly pad: number
  readonly label_smoothing: number
  readonly tied_output: boolean
}

/** mBART as the fixture has it. */
function mbart(file: TensorFile) {
  const told: Told = configOf(file).mbart
  const sizes = { width: told.d_model, hidden: told.ffn, encoderLayers: told.layers, decoderLayers: told.layers }
  const specs: ParameterSpec[] = [
    ...readingSpecs(sizes, told.max_positions),
    ...writingSpecs(sizes, told.max_positions, { tokens: told.vocab, padding: told.pad, tied: told.tied_output }),
  ]
  const config: LayerConfig = { ...layers, heads: told.heads, encoderLayers: told.layers, decoderLayers: told.layers }
  return { told, specs, config, tensors: gfsltTensors(tensorsOf(file, 'mbart.weight.'), path) }
}

/** Ones before each row's first zero. */
const lengthsOf = (file: TensorFile, name: string): Uint32Array => {
  const [batch, length] = file.tensors.get(name)!.shape as [number, number]
  const mask = whole(file, name)
  return Uint32Array.from({ length: batch }, (_, b) => mask.subarray(b * length, (b + 1) * length).reduce((sum, one) => sum + one, 0))
}

/** Records a step of mBART on the fixture's batch, and what it is fed. */
function recordMbart(graph: Graph, set: ParameterSet, file: TensorFile, { told, config }: ReturnType<typeof mbart>) {
  const { recorder } = graph
  const signs = read(file, 'mbart.inputs_embeds')
  const [batch, frames] = signs.shape as [number, number, number]
  const ids = whole(file, 'mbart.decoder_input_ids')
  const length = ids.length / batch
  const x = recorder.feed('x', widened(signs.shape))
  graph.requireGrad(x)
  const read_ = tokenFeeds(recorder, 'read', [batch, frames])
  const given = tokenFeeds(recorder, 'given', [batch, length])
  const written = tokenFeeds(recorder, 'written', [batch, length])
  const fed = {
    x,
    zeros: recorder.feed('zeros', [1, padded(told.d_model)]),
    signLengths: recorder.feed('sign_lengths', [batch], 'u32'),
    lengths: recorder.feed('lengths', [batch], 'u32'),
  }
  const r: Recording = { graph, weights: set, config }
  const memory = readAll(r, x, read_.tokens, fed.signLengths)
  const vectors = tokenVectors(r, given.tokens, fed.zeros)
  const features = writeAll(r, vectors, { places: written.tokens, lengths: fed.lengths, memory, memoryLengths: fed.signLengths })
  const logits = nextTokens(r, features, { tied: told.tied_output })
  const loss = recordTokenLoss(graph, logits, { classes: told.vocab, ignored: told.pad, smoothing: told.label_smoothing })
  const goal = whole(file, 'mbart.labels').map((label) => (label >= told.vocab ? told.pad : label))
  const valid = goal.filter((label) => label !== told.pad).length
  const arrays = {
    x: wide(signs),
    zeros: new Float32Array(padded(told.d_model)),
    signLengths: lengthsOf(file, 'mbart.attention_mask'),
    lengths: lengthsOf(file, 'mbart.decoder_attention_mask'),
    ...tokenArrays('read', placesOf(batch, frames), 0),
    ...tokenArrays('given', ids, told.pad),
    ...tokenArrays('written', placesOf(batch, length), 0),
    goal,
    coefficient: Float32Array.from(goal, (label) => (label === told.pad ? 0 : 1 / valid)),
  }
  const feeds = { ...fed, ...read_.feeds, ...given.feeds, ...written.feeds, ...loss.feeds }
  return { feeds, arrays, reports: loss.reports, made: { memory, logits, x }, batch, frames, length }
}

describe.skipIf(!existsSync(path))('mBART', () => {
  it('reads signing and writes words as PyTorch does, with every gradient', async () => {
    const file = await readSafetensors(path)
    const gpu = await lentGpu()
    const model = mbart(file)
    const { told } = model
    const set = new ParameterSet(gpu, model.specs, { training: true })
    set.load(model.tensors, path)
    const recorder = new Recorder()
    const seed = recorder.feed('seed', [4], 'u32')
    const graph = new Graph(recorder, { training: { seed, dummy: set.dummy } })
    const { feeds, arrays, reports, made, batch, frames, length } = recordMbart(graph, set, file, model)
    graph.backward()
    const all = [made.memory, made.logits, graph.gradAt(made.x)!, reports.rows, reports.coefficient]
    for (const tensor of all) recorder.report(tensor)
    await using program = await Program.build(gpu, recorder)
    for (const [name, tensor] of Object.entries(feeds)) program.write(tensor, arrays[name as keyof typeof arrays])
    const [memory, logits, atInput, rows, coefficient] = await program.run({ clear: set.grads!.buffers })
    const [signs, words] = [arrays.signLengths, arrays.lengths]
    const near = (name: string, data: ArrayBuffer, [rowsEach, width]: [number, number], counts: Uint32Array, rtol: number) => {
      const got = { shape: [batch, rowsEach, width], data: narrow(new Float32Array(data), width) }
      expectNear(name, rowsOf(got, counts), rowsOf(read(file, `mbart.${name}`), counts), rtol)
    }
    near('encoder_out', memory!, [frames, told.d_model], signs, WITHIN.output)
    near('logits', logits!, [length, told.vocab], words, WITHIN.output)
    near('grad_inputs_embeds', atInput!, [frames, told.d_model], signs, WITHIN.gradient)
    expectNear('loss', [tokenLoss([{ rows: rows!, coefficient: coefficient! }])], read(file, 'mbart.loss').data, 1e-5)
    const wanted = gfsltTensors(tensorsOf(file, 'mbart.grad.'), path)
    const grads = await set.save(set.grads!)
    expect([...grads.keys()].sort()).toEqual([...wanted.keys()].sort())
    expectAll(grads, wanted)
    set.destroy()
  })

  it('reads sentences as PyTorch does, and takes their feature at what ends them', async () => {
    const file = await readSafetensors(path)
    const gpu = await lentGpu()
    const { told, specs, config, tensors } = mbart(file)
    const set = new ParameterSet(gpu, specsUnder('text', specs), { training: false })
    set.load(new Map([...tensors].map(([name, tensor]) => [`text/${name}`, tensor])), path)
    const labels = whole(file, 'mbart.labels')
    const lengths = lengthsOf(file, 'mbart.decoder_attention_mask')
    const [batch, length] = [lengths.length, labels.length / lengths.length]
    const recorder = new Recorder()
    const fed = {
      ids: recorder.feed('ids', [batch, length], 'u32'),
      places: recorder.feed('places', [batch, length], 'u32'),
      zeros: recorder.feed('zeros', [1, padded(told.d_model)]),
      lengths: recorder.feed('lengths', [batch], 'u32'),
      last: recorder.feed('last', [batch], 'u32'),
      none: recorder.feed('none', [1], 'u32'),
    }
    const r: Recording = { graph: new Graph(recorder), weights: weightsUnder('text', set), config }
    const encoded = readAll(r, tokenVectors(r, { ids: fed.ids }, fed.zeros), { ids: fed.places }, fed.lengths)
    for (const tensor of [encoded, rowOfEach(r.graph, encoded, { at: fed.last, none: fed.none })]) recorder.report(tensor)
    await using program = await Program.build(gpu, recorder)
    program.write(fed.ids, labels)
    program.write(fed.places, placesOf(batch, length))
    program.write(fed.zeros, new Float32Array(padded(told.d_model)))
    program.write(fed.lengths, lengths)
    program.write(
      fed.last,
      lengths.map((own) => own - 1),
    )
    program.write(fed.none, Uint32Array.of(0))
    const [all, features] = (await program.run()).map((data) => narrow(new Float32Array(data), told.d_model))
    const encodedRows = { shape: [batch, length, told.d_model], data: all! }
    expectNear('text_encoder_out', rowsOf(encodedRows, lengths), rowsOf(read(file, 'mbart.text_encoder_out'), lengths), WITHIN.output)
    expectNear('text_feature', features!, read(file, 'mbart.text_feature').data, WITHIN.output)
    set.destroy()
  })

  it('takes the steps of descent with momentum that PyTorch takes', async () => {
    const file = await readSafetensors(path)
    const gpu = await lentGpu()
    const model = mbart(file)
    const set = new ParameterSet(gpu, model.specs, { training: true })
    set.load(model.tensors, path)
    let arrays: ReturnType<typeof recordMbart>['arrays'] | undefined
    const record = (graph: Graph) => {
      const recorded = recordMbart(graph, set, file, model)
      arrays = recorded.arrays
      return recorded
    }
    const optimiser = { kind: 'sgd', weightDecay: 1e-3, decayed: 'matrices' } as const
    const step = await StepProgram.record(gpu, set, record, { clip: null, optimiser })
    const losses: number[] = []
    for (let n = 0; n < file.tensors.get('mbart.sgd_losses')!.shape[0]!; n++) {
      const { reports } = await step.run(arrays!, { seed: new Uint32Array(4), hyper: [0.01, 0.9] })
      losses.push(tokenLoss([reports]))
    }
    expectNear('sgd_losses', losses, read(file, 'mbart.sgd_losses').data, 1e-4)
    step.destroy()
    set.destroy()
  })
})
