// The SignDW Transformer against the published model and training code of SignVerse-2M, and against PyTorch's own transformer of other sizes
// (parity/make_signdw_fixture.py): what it puts out, every gradient, ten steps, and free-running frames. Every size comes from the file; the published
// one's is read where it is present.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { Generator } from '../src/infer/generator.js'
import { presets } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { parameterCount } from '../src/model/parameters.js'
import { sentenceIds } from '../src/model/sentence_ids.js'
import { type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import { signDwSizes, signDwTensors } from '../src/model/signdw_state_dict.js'
import { decode, encode, lengthHead } from '../src/model/text_to_pose.js'
import type { HostTensors } from '../src/nn/host_tensor.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { batchArrays, type Sample } from '../src/tasks/text_to_pose/batch.js'
import { recordPoseStep } from '../src/tasks/text_to_pose/step.testing.js'
import { tokenise } from '../src/text/tokenise.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { createSchedule } from '../src/train/schedule.js'
import { hyperOf as adamOf } from '../src/train/training_progress.js'
import { lentGpu } from './harness.js'
import { floats, tensorsOf, whole } from './parity/fixture.js'

const shared = process.env.SIGNLLM_SHARED ?? '../shared'
const published = join(shared, 'fixtures', 'signdw_tiny.safetensors')
const paths = ['kernels-test/parity/signdw.safetensors', published].filter(existsSync)
const expected = join(shared, 'data', 'signverse', 'expected_training.json')

interface Told {
  readonly sizes: {
    readonly max_text_len: number
    readonly max_pose_frames: number
    readonly num_heads: number
    readonly batches: number
    readonly params: number
  }
  readonly vocab: readonly string[]
  readonly texts: readonly string[]
  readonly optimiser: {
    readonly lr: number
    readonly betas: readonly [number, number]
    readonly eps: number
    readonly weight_decay: number
    readonly grad_clip_norm: number
    readonly steps: number
  }
}

/** What the rate falls to along the cosine, as the file's description of its schedule has it. */
const LEAST_RATE = 1e-5
/** What the length weighs beside the poses. */
const LENGTH_WEIGHT = 0.1

const told = ({ metadata }: TensorFile): Told => {
  const json = (key: string) => JSON.parse(metadata[key]!)
  return { sizes: json('sizes'), vocab: json('vocab'), texts: json('texts'), optimiser: json('optimiser') }
}

/** The published model as it was trained: with the counter that no generated clip reaches the end of, and sentences cut off. */
async function modelOf(file: TensorFile): Promise<{ model: SignModel; group: LanguageGroup }> {
  const tensors = signDwTensors(tensorsOf(file, 'w.'), 'w.')
  const { sizes, vocabularySize } = signDwSizes(tensors, 'w.')
  const { sizes: given, vocab } = told(file)
  const config = {
    ...sizes,
    heads: given.num_heads,
    maxFrames: given.max_pose_frames,
    maxTokens: given.max_text_len,
    dropout: 0,
    residualDropout: 0,
    attentionDropout: 0,
    cutSentences: true,
    counterEnd: 'maxFrames' as const,
    // The file's clips are the model's own numbers.
    scores: 'none' as const,
  }
  const vocabulary = Vocabulary.fromLines(vocab, 'words-and-marks', 'vocab')
  expect(vocabulary.size).toBe(vocabularySize)
  // Poses that are z-scores are the model's own units all the same: it starts from zeros in either case.
  const [scaling, startFrame] = [rawFrames(config.numbers), new Float32Array(config.numbers)]
  const model = new SignModel(await lentGpu(), { training: true })
  const group = model.addLanguage({ language: 'ASE', config, vocabulary, startFrame, scaling, fps: 24 }, { tensors })
  return { model, group }
}

/** A batch's clips. */
function clipsOf(file: TensorFile, batch: number, { config }: LanguageGroup): Sample[] {
  const poses = floats(file, `in.${batch}.poses`)
  const [, frames, numbers] = file.tensors.get(`in.${batch}.poses`)!.shape as [number, number, number]
  const ids = whole(file, `in.${batch}.text_ids`)
  const length = file.tensors.get(`in.${batch}.text_ids`)!.shape[1]!
  const textLengths = whole(file, `in.${batch}.text_len`)
  return [...whole(file, `in.${batch}.pose_len`)].map((count, b) => {
    const joints = Float32Array.from({ length: count * config.numbers }, (_, i) => {
      const [t, c] = [Math.floor(i / config.numbers), i % config.numbers]
      return poses[(b * frames + t) * numbers + c]!
    })
    const clip = { name: `clip${b}`, language: 'ASE', text: '', joints, frames: count, fps: 24 }
    return { clip, ids: ours(ids.slice(b * length, b * length + textLengths[b]!)) }
  })
}

/** Their ids by our vocabulary, in which unknown comes before padding. */
const ours = (ids: Uint32Array): Uint32Array => ids.map((id) => (id < 2 ? 1 - id : id))

const shapeOf = (file: TensorFile, batch: number) => {
  const [size, tokens] = file.tensors.get(`in.${batch}.text_ids`)!.shape as [number, number]
  return { batch: size, target: file.tensors.get(`in.${batch}.poses`)!.shape[1]!, source: tokens }
}

const arraysOf = (file: TensorFile, batch: number, group: LanguageGroup) =>
  batchArrays(clipsOf(file, batch, group), shapeOf(file, batch), group, { padding: 'frames' })

const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)
const largestOf = (data: ArrayLike<number>): number => Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0)
const off = (got: number, want: number): number => Math.abs(got / want - 1)

/** What the model makes of batch 0: features, frames, and what it says of lengths. */
async function outputsOf(file: TensorFile, group: LanguageGroup) {
  const { batch, target, source } = shapeOf(file, 0)
  const { config, weights, positions } = group
  const recorder = new Recorder()
  const recording = { graph: new Graph(recorder), weights, config }
  const ids = recorder.feed('ids', [batch, source], 'u32')
  const tokenLengths = recorder.feed('token_lengths', [batch], 'u32')
  const frames = recorder.feed('frames', [batch, target, padded(config.numbers + 1)])
  const frameLengths = recorder.feed('frame_lengths', [batch], 'u32')
  const at = recorder.feed('at', [batch * target], 'u32')
  const memory = encode(recording, { ids }, tokenLengths, positions)
  const pred = decode(recording, { frames, frameLengths, at, positions, memory, memoryLengths: tokenLengths })
  const length = lengthHead(recording, memory, tokenLengths)
  for (const tensor of [memory, pred, length]) recorder.report(tensor)
  await using program = await Program.build(await lentGpu(), recorder)
  const arrays = arraysOf(file, 0, group)
  for (const [tensor, data] of [
    [ids, arrays.ids],
    [tokenLengths, arrays.tokenLengths],
    [frames, arrays.frames],
    [frameLengths, arrays.frameLengths],
    [at, arrays.at],
  ] as const)
    program.write(tensor, data)
  const [features, poses, lengths] = (await program.run()).map((buffer) => new Float32Array(buffer))
  return { arrays, features: features!, poses: poses!, lengths: lengths!.filter((_, i) => i % 4 === 0) }
}

/** Adam's numbers for step `n`, and the rate: PyTorch's cosine without warm-up begins at the whole rate, as ours does behind one step of it. */
function hyperOf({ lr, betas, eps, steps }: Told['optimiser'], n: number): number[] {
  const schedule = createSchedule({ kind: 'warmup-cosine', warmup: 1, steps: steps + 1, floor: LEAST_RATE / lr }, lr)
  return [...adamOf({ beta1: betas[0], beta2: betas[1], epsilon: eps }, schedule.rate(n), n)]
}

/** Tensors whose name says of which rows or columns they are, of a whole one. */
function partOf(name: string, { shape, data }: { shape: readonly number[]; data: Float32Array }): { of: string; part: Float32Array } {
  const [, of, kind, from, to] = /^(.*?)(?:\.(rows|cols)(\d+)_(\d+))?$/.exec(name) as unknown as [string, string, string?, string?, string?]
  if (kind === undefined) return { of, part: data }
  const width = shape[1]!
  // Rows by the first and the last; columns by the first and the one behind the last.
  if (kind === 'rows') return { of, part: data.slice(Number(from) * width, (Number(to) + 1) * width) }
  return { of, part: data.filter((_, i) => i % width >= Number(from) && i % width < Number(to)) }
}

describe.each(paths)('%s', (path) => {
  it('has as many parameters, and its tokenizer gives the ids of its sentences', async () => {
    const file = await readSafetensors(path)
    const { model, group } = await modelOf(file)
    const { sizes, vocab, texts } = told(file)
    expect(parameterCount(group.config, group.vocabulary.size)).toBe(sizes.params)
    // By falling count, so that a vocabulary that was cut is the beginning of the whole one.
    const built = Vocabulary.build(texts, 'words-and-marks').tokens.slice(4)
    expect(vocab.slice(4)).toEqual(built.slice(0, vocab.length - 4))
    const samples = Array.from({ length: sizes.batches }, (_, b) => clipsOf(file, b, group)).flat()
    expect(texts.map((text) => [...sentenceIds(group, text)])).toEqual(samples.map(({ ids }) => [...ids]))
    model.destroy()
  })

  it('puts out what PyTorch does, within 2e-5', async () => {
    const file = await readSafetensors(path)
    const { model, group } = await modelOf(file)
    const { arrays, features, poses, lengths } = await outputsOf(file, group)
    const { batch, target, source } = shapeOf(file, 0)
    const { width, numbers } = group.config
    const rows = (of: ArrayLike<number>, stride: number, length: number, count: (b: number) => number, each: number) =>
      Array.from({ length: batch }, (_, b) =>
        Array.from({ length: count(b) }, (_, t) => Array.from(of).slice((b * length + t) * stride, (b * length + t) * stride + each)),
      ).flat(2)
    const tokens = (b: number) => arrays.tokenLengths[b]!
    const frames = (b: number) => arrays.frameLengths[b]!
    const near = (got: readonly number[], want: readonly number[], what: string) => {
      expect(gap(got, want), what).toBeLessThan(2e-5)
      expect(gap(got, want), what).toBeGreaterThan(0)
    }
    near(rows(features, width, source, tokens, width), rows(floats(file, 'out.memory'), width, source, tokens, width), 'memory')
    const want = rows(floats(file, 'out.pred'), numbers + 1, target, frames, numbers)
    near(rows(poses, padded(numbers), target, frames, numbers), want, 'frames')
    near([...lengths], [...floats(file, 'out.length_pred')], 'lengths')
    model.destroy()
  })

  it('has PyTorch’s losses, every gradient, and its ten steps of AdamW', async () => {
    const file = await readSafetensors(path)
    const { sizes, optimiser } = told(file)
    const { model, group } = await modelOf(file)
    const { weight_decay: weightDecay, grad_clip_norm: clip, steps } = optimiser
    const programs = new Map<string, Awaited<ReturnType<typeof recordPoseStep>>>()
    const programOf = async (batch: number) => {
      const shape = shapeOf(file, batch)
      const key = JSON.stringify(shape)
      const options = { loss: 'mse', noiseRate: 0, clip, optimiser: { kind: 'adamw', weightDecay, decayed: 'all' } } as const
      if (!programs.has(key)) programs.set(key, await recordPoseStep(await lentGpu(), group, shape, options))
      return programs.get(key)!
    }
    const wanted = floats(file, 'train.steps')
    for (let n = 1; n <= steps; n++) {
      const batch = (n - 1) % sizes.batches
      const hyper = hyperOf(optimiser, n)
      const program = await programOf(batch)
      const { loss, lengthLoss, gradientNorm } = await program.run(arraysOf(file, batch, group), {
        seed: Uint32Array.of(1, n, 0, 0),
        medianError: 0,
        hyper,
      })
      const [all, pose, length, norm, rate] = wanted.slice(5 * (n - 1), 5 * n) as unknown as [number, number, number, number, number]
      for (const [got, want, what] of [
        [loss + lengthLoss!, all, 'loss'],
        [loss, pose, 'loss of poses'],
        [lengthLoss! / LENGTH_WEIGHT, length, 'loss of lengths'],
        [gradientNorm, norm, 'gradient norm'],
      ] as const)
        expect(off(got, want), `${what} of step ${n}`).toBeLessThan(1e-5)
      expect(Math.abs(hyper[0]! - rate), `rate of step ${n}`).toBeLessThan(1e-9)
      if (n === 1) {
        const terms = floats(file, 'out.loss_terms')
        expect(
          Math.max(off(loss + lengthLoss!, terms[0]!), off(loss, terms[1]!), off(lengthLoss! / LENGTH_WEIGHT, terms[2]!)),
        ).toBeLessThan(1e-5)
        expect(off(gradientNorm, floats(file, 'out.grad_norm')[0]!)).toBeLessThan(1e-5)
        expectGradients(await group.weights.save(group.weights.grads!), signDwTensors(tensorsOf(file, 'g.'), 'g.'))
      }
    }
    const after = await group.weights.save()
    for (const [name, { shape, data }] of tensorsOf(file, 'train.w10.')) expectAfter(after, name, { shape, data })
    for (const program of programs.values()) program.destroy()
    model.destroy()
  })

  it('has PyTorch’s losses in evaluation, over all batches', async () => {
    const file = await readSafetensors(path)
    const { sizes } = told(file)
    const { model, group } = await modelOf(file)
    const sums = [0, 0, 0]
    for (let batch = 0; batch < sizes.batches; batch++) {
      const shape = shapeOf(file, batch)
      const still = { clip: null, optimiser: { kind: 'adamw', weightDecay: 0 } } as const
      const program = await recordPoseStep(await lentGpu(), group, shape, { loss: 'mse', noiseRate: 0, ...still })
      const settings = { seed: Uint32Array.of(1, 1, 0, 0), medianError: 0, hyper: [0, 0.9, 0.999, 1e-8, 1, 1] }
      const { loss, lengthLoss } = await program.run(arraysOf(file, batch, group), settings)
      ;[loss, lengthLoss! / LENGTH_WEIGHT, 1].forEach((value, i) => {
        sums[i]! += value * shape.batch
      })
      program.destroy()
    }
    const [pose, length] = floats(file, 'eval.metrics')
    expect(off(sums[0]! / sums[2]!, pose!)).toBeLessThan(1e-5)
    expect(off(sums[1]! / sums[2]!, length!)).toBeLessThan(1e-5)
    model.destroy()
  })

  it('signs what PyTorch signs on its own, and as long', async () => {
    const file = await readSafetensors(path)
    const { sizes, texts } = told(file)
    const { model, group } = await modelOf(file)
    const { batch } = shapeOf(file, 0)
    const { numbers, maxFrames } = group.config
    const generator = new Generator(await lentGpu(), group)
    const asked = texts.slice(0, batch)
    const motions = await generator.generate(asked, { policy: 'oracle', lengths: asked.map(() => sizes.max_pose_frames) })
    const want = floats(file, 'infer.pred')
    const [, kept] = file.tensors.get('infer.pred')!.shape as [number, number, number]
    const off = motions.map(({ joints }, b) =>
      gap(
        joints.slice(0, kept * numbers),
        Array.from({ length: kept * numbers }, (_, i) => want[(b * kept + Math.floor(i / numbers)) * (numbers + 1) + (i % numbers)]!),
      ),
    )
    expect(Math.max(...off)).toBeLessThan(2e-5)
    const counters: number[] = []
    for await (const frame of generator.stream(asked[0]!, { policy: 'oracle', lengths: [maxFrames] })) counters.push(frame.at(-1)!)
    expect(
      gap(
        counters.slice(0, kept),
        Array.from({ length: kept }, (_, t) => want[t * (numbers + 1) + numbers]!),
      ),
    ).toBeLessThan(1e-6)
    const lengths = (await generator.generate(asked)).map(({ frames }) => frames)
    expect(lengths).toEqual([...whole(file, 'infer.frames')])
    await generator.destroy()
    model.destroy()
  })
})

/** Every gradient is there, and within 1e-6 + 1e-4 of the largest of its tensor. */
function expectGradients(got: HostTensors, wanted: HostTensors): void {
  expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [name, { data }] of wanted) expect(gap(got.get(name)!.data, data), name).toBeLessThanOrEqual(1e-6 + 1e-4 * largestOf(data))
}

/** A weight that the file has after the last step, or some rows or columns of one, is ours. */
function expectAfter(after: HostTensors, name: string, want: { shape: readonly number[]; data: Float32Array }): void {
  const { of } = partOf(name, want)
  for (const [named, tensor] of signDwTensors(new Map([[of, want]]), of)) {
    const { part } = partOf(name, after.get(named) as { shape: readonly number[]; data: Float32Array })
    expect(gap(part, tensor.data), name).toBeLessThan(5e-6)
    expect(part.length, name).toBe(tensor.data.length)
  }
}

it('counts the parameters of the published sizes', () => {
  expect(parameterCount(presets.signdw, 30_000)).toBe(29_953_921 + 512 * 30_000)
})

it.skipIf(!existsSync(expected))('cuts sentences into the published tokens, and makes the published vocabulary of them', () => {
  const { tokenize, vocabulary, training_segments } = JSON.parse(readFileSync(expected, 'utf8'))
  for (const { text, tokens } of [...tokenize, ...training_segments]) expect(tokenise(text, 'words-and-marks'), text).toEqual(tokens)
  const texts = tokenize.map(({ text }: { text: string }) => text)
  const built = Vocabulary.build(texts, 'words-and-marks', { minCount: vocabulary.min_freq, most: vocabulary.max_size - 4 })
  expect(built.tokens.slice(4)).toEqual(vocabulary.itos.slice(4))
})
