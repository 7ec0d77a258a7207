// The whole pose-to-text model against the released Sign Language Transformers code: outputs, both losses, every gradient, ten steps of Adam with
// L2 decay, running statistics, evaluation, and every id that greedy and beam search give. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { beamDialects } from '../src/infer/beam.js'
import { Translator } from '../src/infer/translator.js'
import {
  decodeWords,
  embedFrames,
  embedWords,
  encodeFrames,
  type PoseToTextConfig,
  PoseToTextModel,
  poseToTextLayers,
  recognise,
} from '../src/model/pose_to_text.js'
import { sltSizes, sltTensors } from '../src/model/slt_state_dict.js'
import type { HostTensors } from '../src/nn/host_tensor.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { type SignedIds, signedArrays } from '../src/tasks/pose_to_text/batch.js'
import { recordSignedLosses, signedLosses } from '../src/tasks/pose_to_text/losses.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { StepProgram } from '../src/train/step_program.js'
import { hyperOf as adamOf } from '../src/train/training_progress.js'
import { lentGpu } from './harness.js'
import { floats, tensorsOf, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'slt_tiny.safetensors')

interface Told {
  readonly sizes: { readonly D: number; readonly heads: number; readonly G: number; readonly V: number }
  readonly loss: { readonly recognition_weight: number; readonly translation_weight: number }
  readonly optimizer: {
    readonly lr: number
    readonly betas: readonly [number, number]
    readonly eps: number
    readonly weight_decay: number
  }
  readonly limit: number
}

function toldBy({ metadata }: TensorFile): Told {
  const json = (key: string) => JSON.parse(metadata[key]!)
  return { sizes: json('sizes'), loss: json('loss'), optimizer: json('optimizer'), limit: json('max_output_length') }
}

const named = (count: number, word: string) =>
  new Vocabulary(
    Array.from({ length: count }, (_, i) => `${word}${i}`),
    'whitespace',
  )

/** The padded length of whatever is in the file's batches under this name. */
const longest = (file: TensorFile, name: string): number =>
  Math.max(...['', 'trained_in.'].map((prefix) => file.tensors.get(`${prefix}${name}`)!.shape[1]!))

async function modelOf(file: TensorFile, prefix: string, training: boolean): Promise<PoseToTextModel> {
  const tensors = sltTensors(tensorsOf(file, prefix), prefix)
  const { sizes, glossClasses, vocabularySize } = sltSizes(tensors, prefix)
  const config: PoseToTextConfig = {
    ...sizes,
    heads: toldBy(file).sizes.heads,
    dropout: 0,
    activation: 'relu',
    maxFrames: longest(file, 'features'),
    maxTokens: Math.max(longest(file, 'txt'), toldBy(file).limit),
  }
  const description = {
    config,
    glosses: named(glossClasses! - 3, 'gloss'),
    words: named(vocabularySize! - 4, 'word'),
    languages: ['GSL'],
    fps: 25,
    trainedOn: [],
    seed: 1,
  }
  return new PoseToTextModel(await lentGpu(), description, { training, tensors })
}

/** Rows of a padded table of ids, each cut to its length. */
function ids(file: TensorFile, name: string, lengths: Uint32Array): Uint32Array[] {
  const [table, each] = [whole(file, name), file.tensors.get(name)!.shape[1]!]
  return [...lengths].map((length, b) => table.slice(b * each, b * each + length))
}

/** The clips under a prefix, with labels as CTC's classes and words without `<s>`. */
function clipsOf(file: TensorFile, prefix = ''): SignedIds[] {
  const [, frames, numbers] = file.tensors.get(`${prefix}features`)!.shape as [number, number, number]
  const features = Float32Array.from(floats(file, `${prefix}features`))
  const labels = ids(file, `${prefix}gls`, whole(file, `${prefix}gls_lengths`))
  const words = ids(file, `${prefix}txt`, whole(file, `${prefix}txt_lengths`))
  return [...whole(file, `${prefix}lengths`)].map((length, b) => ({
    values: features.slice(b * frames * numbers, (b * frames + length) * numbers),
    frames: length,
    labels: labels[b]!,
    words: words[b]!.slice(1),
  }))
}

const shapeOf = (clips: readonly SignedIds[]) => ({
  batch: clips.length,
  source: Math.max(...clips.map(({ frames }) => frames)),
  target: Math.max(...clips.map(({ words, labels }) => Math.max(words.length, labels.length))),
})

const arraysOf = (clips: readonly SignedIds[], model: PoseToTextModel, { loss }: Told) =>
  signedArrays(clips, shapeOf(clips), {
    config: model.config,
    loss: { recognition: loss.recognition_weight, translation: loss.translation_weight },
    whole: clips.length,
    longest: Math.max(...clips.map(({ words }) => words.length)),
  })

/** What the model puts out for a batch, by the fixture's names; `training` by the statistics of the batch. */
async function outputs(model: PoseToTextModel, clips: readonly SignedIds[], told: Told, training: boolean) {
  const gpu = await lentGpu()
  const { batch, source, target } = shapeOf(clips)
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(recorder, training ? { training: { seed, dummy: model.weights.dummy } } : {})
  const r = { graph, weights: model.weights, config: poseToTextLayers(model) }
  const { positions, noPosition } = model
  const feeds = {
    frames: recorder.feed('frames', [batch, source, padded(model.config.numbers)]),
    frameLengths: recorder.feed('frame_lengths', [batch], 'u32'),
    at: recorder.feed('at', [batch * source], 'u32'),
    given: recorder.feed('given', [batch, target], 'u32'),
    givenLengths: recorder.feed('given_lengths', [batch], 'u32'),
    wordAt: recorder.feed('word_at', [batch * target], 'u32'),
  }
  const memory = encodeFrames(r, { ...feeds, positions })
  const tokens = { ids: feeds.given }
  const tensors = {
    sgn_embed: embedFrames(r, feeds),
    txt_embed: embedWords(r, { tokens, noPosition, lengths: feeds.givenLengths }),
    encoder: memory,
    gloss_logits: recognise(r, memory),
    word_logits: decodeWords(r, {
      tokens,
      lengths: feeds.givenLengths,
      at: feeds.wordAt,
      positions,
      noPosition,
      memory,
      memoryLengths: feeds.frameLengths,
    }),
  }
  for (const tensor of Object.values(tensors)) recorder.report(tensor)
  const program = await Program.build(gpu, recorder)
  program.write(seed, new Uint32Array(4))
  const arrays = arraysOf(clips, model, told)
  for (const name of Object.keys(feeds) as (keyof typeof feeds)[]) program.write(feeds[name], arrays[name])
  const reports = await program.run()
  program.destroy()
  return Object.entries(tensors).map(([name, { shape }], i) => ({ name, shape, data: new Float32Array(reports[i]!) }))
}

/** Every valid row of each output is the fixture's. */
function expectOutputs(
  got: Awaited<ReturnType<typeof outputs>>,
  file: TensorFile,
  prefix: string,
  clips: readonly SignedIds[],
  within: number,
) {
  const longest = Math.max(...clips.map(({ words }) => words.length))
  for (const { name, shape, data } of got) {
    const want = file.tensors.get(`${prefix}${name}`)
    if (!want) continue
    const [, rows, columns] = want.shape as [number, number, number]
    const numbers = floats(file, `${prefix}${name}`)
    const [, length, stride] = shape as [number, number, number]
    const ofWords = name === 'txt_embed' || name === 'word_logits'
    let worst = 0
    for (const [b, { frames, words }] of clips.entries())
      for (let t = 0; t < (ofWords ? Math.min(words.length + 1, longest) : frames); t++)
        for (let c = 0; c < columns; c++)
          worst = Math.max(worst, Math.abs(data[(b * length + t) * stride + c]! - numbers[(b * rows + t) * columns + c]!))
    expect(worst, name).toBeLessThan(within)
    expect(worst, name).toBeGreaterThan(0)
  }
}

const largestOf = (data: ArrayLike<number>): number => Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0)
const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)

/** Gradients that are 0 in exact arithmetic: a key's bias moves all scores of a query alike, a bias before batch norm all rows. Ours are 0. */
const isNoise = (name: string): boolean => name.endsWith('/key/bias') || name === 'frames/bias'

/**
 * After ten steps. What PyTorch steps where the gradient is 0 is its rounding, up to 2.1e-5 off float64, and the running mean of the frames follows
 * their bias.
 */
function within10(name: string): number {
  if (isNoise(name)) return 1e-4
  return name.endsWith('/running') && name !== 'frames/norm/running' ? 1e-5 : 2e-5
}

function expectTensors(got: HostTensors, wanted: HostTensors, within: (name: string, want: Float32Array) => number): void {
  for (const [name, { data }] of wanted) expect(largestGap(got.get(name)!.data, data), name).toBeLessThanOrEqual(within(name, data))
}

describe.skipIf(!existsSync(path))(path, () => {
  it('puts out what PyTorch does in training, by the statistics of the batch, within 2e-5', async () => {
    const file = await readSafetensors(path)
    const model = await modelOf(file, 'weight.', true)
    const clips = clipsOf(file)
    expectOutputs(await outputs(model, clips, toldBy(file), true), file, 'out.', clips, 2e-5)
    model.destroy()
  })

  it('has PyTorch’s losses, every gradient, and its ten steps of Adam with L2 decay', async () => {
    const file = await readSafetensors(path)
    const told = toldBy(file)
    const model = await modelOf(file, 'weight.', true)
    const clips = clipsOf(file)
    const { weight_decay: weightDecay, lr, betas, eps } = told.optimizer
    const step = await StepProgram.record(
      await lentGpu(),
      model.weights,
      (graph) =>
        recordSignedLosses(graph, model, shapeOf(clips), {
          smoothing: 0,
          smoothingKind: 'joey',
          signCl: { weight: 0, form: 'paper', at: 'encoder' },
          similarity: { weight: 0 },
        }),
      { clip: null, optimiser: { kind: 'adam', weightDecay, decayed: 'all' } },
    )
    const arrays = { ...arraysOf(clips, model, told) }
    const series = (name: string) => floats(file, name)
    for (let n = 1; n <= series('losses').length; n++) {
      const hyper = adamOf({ beta1: betas[0], beta2: betas[1], epsilon: eps }, lr, n)
      const { reports, gradientNorm } = await step.run(arrays, { seed: Uint32Array.of(1, n, 0, 0), hyper })
      const { recognition, translation } = signedLosses([reports])
      const near = n === 1 ? 1e-6 : 1e-5
      for (const [got, name, within] of [
        [recognition + translation, 'losses', near],
        [recognition, 'rec_losses', near],
        [translation, 'txt_losses', near],
        [gradientNorm, 'grad_norms', 1e-4],
      ] as const)
        expect(Math.abs(got / series(name)[n - 1]! - 1), `${name} of step ${n}`).toBeLessThan(within)
      if (n === 1) {
        const ctcLosses = new Float32Array(reports.ctc!)
        for (const [b, want] of series('out.ctc').entries())
          expect(Math.abs(ctcLosses[2 * b]! / want - 1), `CTC of clip ${b}`).toBeLessThan(1e-5)
        expectTensors(await model.weights.save(model.weights.grads!), sltTensors(tensorsOf(file, 'grad.'), 'grad.'), (name, want) =>
          isNoise(name) ? 1e-6 : 1e-4 * largestOf(want) + 1e-6,
        )
        expectTensors(await model.weights.save(), sltTensors(tensorsOf(file, 'after1.'), 'after1.'), () => 1e-6)
      }
    }
    const after = await model.weights.save()
    expectTensors(after, sltTensors(tensorsOf(file, 'after10.'), 'after10.'), within10)
    // From one's own ten steps.
    expectOutputs(await outputs(model, clips, told, false), file, 'eval.', clips, 1e-4)
    step.destroy()
    model.destroy()
  })

  for (const [weights, evaluated, decoded, input] of [
    ['after10.', 'eval.', 'decode10.', ''],
    ['trained.', 'trained_eval.', 'trained_decode.', 'trained_in.'],
  ] as const) {
    it(`evaluates by the running statistics as PyTorch does, of ${weights}`, async () => {
      const file = await readSafetensors(path)
      const model = await modelOf(file, weights, false)
      const clips = clipsOf(file, input)
      expectOutputs(await outputs(model, clips, toldBy(file), false), file, evaluated, clips, 2e-5)
      model.destroy()
    })

    it(`decodes to the very ids of the released search, of ${weights}`, async () => {
      const file = await readSafetensors(path)
      const model = await modelOf(file, weights, false)
      const clips = clipsOf(file, input)
      const translator = new Translator(await lentGpu(), model)
      const { limit } = toldBy(file)
      const rows = (name: string, none: number) => {
        const { shape, data } = file.tensors.get(name)!
        return clips.map((_, b) => cut([...(data as Int32Array).slice(b * shape[1]!, (b + 1) * shape[1]!)], none))
      }
      const words = (found: readonly number[]) => found.map((id) => model.words!.tokens[id]!)
      const [greedy] = [await translator.translate(clips, { limit })]
      expect(greedy.map((one) => one.words)).toEqual(rows(`${decoded}greedy`, 3).map(words))
      const glosses = rows(`${decoded}gloss_greedy`, -1).map((labels) => labels.map((label) => (label < 3 ? '<unk>' : `gloss${label - 3}`)))
      expect(greedy.map((one) => one.glosses)).toEqual(glosses)
      const beams = [...file.tensors.keys()].flatMap(
        (name) => new RegExp(`^${decoded.replace('.', '\\.')}beam(\\d+)_alpha(-?\\d+)$`).exec(name) ?? [],
      )
      expect(beams.length).toBeGreaterThan(0)
      for (let i = 0; i < beams.length; i += 3) {
        const [name, width, alpha] = [beams[i]!, Number(beams[i + 1]), Number(beams[i + 2])]
        const found = await translator.translate(clips, { limit, beams: width, alpha, dialect: beamDialects[0], finished: 'extended' })
        expect(
          found.map((one) => one.words),
          name,
        ).toEqual(rows(name, 3).map((one) => words(cut(one, 1))))
        for (const [b, score] of floats(file, `${name}.score`).entries())
          expect(Math.abs(found[b]!.score! - score), `${name} ${b}`).toBeLessThan(1e-4)
      }
      await translator.destroy()
      model.destroy()
    })
  }
})

/** What stands before the first `end`. */
function cut(found: readonly number[], end: number): number[] {
  const at = found.indexOf(end)
  return at < 0 ? [...found] : found.slice(0, at)
}
