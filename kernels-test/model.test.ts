// The whole model without any outside numbers: its gradient against differences of its loss, decoding with caches against decoding
// without, and language groups that leave each other alone.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { Program, Recorder } from '../src/device/program.js'
import { Generator } from '../src/infer/generator.js'
import { inputNumbers, type ModelConfig, outputNumbers, presets } from '../src/model/config.js'
import { type FrameScaling, rawFrames, scaleInto, unscaled } from '../src/model/frame_scaling.js'
import { counterOf, type GroupDescription, type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import { decode, encode, lengthHead, tokenDurations } from '../src/model/text_to_pose.js'
import type { Clip } from '../src/motion/clip.js'
import { COORDS } from '../src/motion/skeleton.js'
import type { HostTensor } from '../src/nn/host_tensor.js'
import { Graph } from '../src/ops/graph.js'
import { padded } from '../src/ops/parameter.js'
import { batchArrays, type Sample } from '../src/tasks/text_to_pose/batch.js'
import { recordPoseStep } from '../src/tasks/text_to_pose/step.testing.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { expectGradAlongDirections, lentGpu } from './harness.js'

const words = ['cloud', 'fog', 'rain', 'snow', 'storm', 'sun', 'wind']
const small: ModelConfig = { ...presets.tiny, width: 32, heads: 2, hidden: 48, encoderLayers: 2, maxFrames: 40, maxTokens: 12 }

const scaling: FrameScaling = {
  centre: Float32Array.from({ length: COORDS + 1 }, (_, i) => (i < COORDS ? 0.1 * Math.sin(i) : 0)),
  scale: new Float32Array(COORDS + 1).fill(0.3),
}

function describeGroup(language: string, config: ModelConfig, units = scaling): GroupDescription {
  const vocabulary = Vocabulary.build([words.join(' ')], 'words')
  return {
    language,
    config,
    vocabulary,
    startFrame: Float32Array.from({ length: COORDS }, (_, i) => 0.2 * Math.cos(i)),
    scaling: units,
    fps: 25,
    // They vary: what is generated is not held to them.
    bones: { lengths: Float32Array.from({ length: 49 }, (_, i) => 0.1 + 0.01 * i), spread: 1 },
  }
}

function samplesOf(group: LanguageGroup, frames: readonly number[]): Sample[] {
  const random = new Random(3)
  return frames.map((n, b) => {
    const text = words.slice(b, b + 2 + b).join(' ')
    const joints = Float32Array.from({ length: n * COORDS }, () => 0.3 * random.normal())
    const clip: Clip = { name: `clip ${b}`, language: group.language, text, joints, frames: n, fps: 25 }
    return { clip, ids: group.vocabulary.encode(text) }
  })
}

const variants: Record<string, Partial<ModelConfig>> = {
  'the base model': {},
  'GELU, the length head and future prediction': { activation: 'gelu', lengthHead: true, futureFrames: 3 },
  'just the counter': { justCounter: true },
  'durations of tokens': { durations: true },
  'durations of tokens and just the counter': { durations: true, justCounter: true },
  'a head of bones': { head: 'bones' },
  'a head of bones, and just the counter': { head: 'bones', justCounter: true },
  'a head of bones, durations and just the counter': { head: 'bones', durations: true, justCounter: true },
}

describe.each(Object.entries(variants))('%s', (_, variant) => {
  const config = { ...small, ...variant }
  let model: SignModel
  let group: LanguageGroup
  beforeAll(async () => {
    model = new SignModel(await lentGpu(), { training: true })
    group = model.addLanguage(describeGroup('ASL', config))
  })
  afterAll(() => model.destroy())

  it('has the gradient that differences of its loss have, along random directions', async () => {
    const samples = samplesOf(group, [7, 12, 9])
    const shape = { batch: 3, target: 12, source: 8 }
    const optimiser = { kind: 'adamw', weightDecay: 0 } as const
    const program = await recordPoseStep(await lentGpu(), group, shape, { loss: 'mse', noiseRate: 0, clip: 1e9, optimiser })
    const arrays = batchArrays(samples, shape, group, { padding: 'per-sample' })
    const lossAt = async (tensors: ReadonlyMap<string, HostTensor>) => {
      group.weights.load(tensors, 'test')
      const { loss, lengthLoss = 0 } = await program.run(arrays, {
        seed: Uint32Array.of(1, 1, 0, 0),
        medianError: 1,
        // A rate of 0: the weights stay.
        hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001],
      })
      return loss + lengthLoss
    }
    const here = await group.weights.save()
    await lossAt(here)
    const grads = await group.weights.save(group.weights.grads!)

    // Small, for ReLUs and the places along a token's span have kinks; float32 still tells the two losses apart.
    await expectGradAlongDirections(here, grads, lossAt, 5e-5)
    group.weights.load(here, 'test')
    program.destroy()
  })

  it('decodes with caches what it decodes without', async () => {
    const gpu = await lentGpu()
    const sentence = 'storm wind sun'
    const frames = 20
    const generator = new Generator(gpu, group)
    const [motion] = await generator.generate([sentence], { policy: 'oracle', lengths: [frames] })
    await generator.destroy()

    // The same frames, given all at once: row t sees what the generator saw when it made frame t.
    const recorder = new Recorder()
    const recording = { graph: new Graph(recorder), weights: group.weights, config }
    const ids = group.vocabulary.encode(sentence)
    const stride = padded(inputNumbers(config))
    const fed = {
      ids: recorder.feed('ids', [1, ids.length], 'u32'),
      memoryLengths: recorder.feed('memory_lengths', [1], 'u32'),
      frames: recorder.feed('frames', [1, frames, stride]),
      frameLengths: recorder.feed('frame_lengths', [1], 'u32'),
      at: recorder.feed('at', [frames], 'u32'),
    }
    const memory = encode(recording, { ids: fed.ids }, fed.memoryLengths, group.positions)
    const spans = config.durations && tokenDurations(recording, memory, fed.memoryLengths).spans
    const timing = spans ? { features: memory, spans, lengths: fed.memoryLengths, ...counterOf(group) } : undefined
    const pred = decode(recording, { ...fed, positions: group.positions, memory, timing, bones: group.boneTables })
    recorder.report(pred)
    const program = await Program.build(gpu, recorder)
    const input = new Float32Array(frames * stride)
    for (let t = 0; t < frames; t++) {
      const before = t === 0 ? group.startFrame : motion!.joints.subarray((t - 1) * COORDS, t * COORDS)
      if (!config.justCounter) scaleInto(input, t * stride, before, scaling)
      input[t * stride + inputNumbers(config) - 1] = t / frames / scaling.scale[COORDS]!
    }
    program.write(fed.ids, ids)
    program.write(fed.memoryLengths, Uint32Array.of(ids.length))
    program.write(fed.frames, input)
    program.write(fed.frameLengths, Uint32Array.of(frames))
    program.write(
      fed.at,
      Uint32Array.from({ length: frames }, (_, t) => t),
    )
    const [all] = await program.run()
    program.destroy()
    const rows = new Float32Array(all!)
    const rowStride = rows.length / frames
    expect(outputNumbers(config)).toBeLessThanOrEqual(rowStride)
    for (let t = 0; t < frames; t++) {
      const uncached = unscaled(rows.slice(t * rowStride, t * rowStride + COORDS), scaling)
      const cached = motion!.joints.subarray(t * COORDS, (t + 1) * COORDS)
      for (let j = 0; j < COORDS; j++) expect(Math.abs(uncached[j]! - cached[j]!)).toBeLessThan(1e-5)
    }
  })
})

/** What the length head says of a sentence: the natural logarithm of its frames. */
async function logLength(group: LanguageGroup, sentence: string): Promise<number> {
  const recorder = new Recorder()
  const recording = { graph: new Graph(recorder), weights: group.weights, config: group.config }
  const ids = group.vocabulary.encode(sentence)
  const fed = { ids: recorder.feed('ids', [1, ids.length], 'u32'), lengths: recorder.feed('lengths', [1], 'u32') }
  const memory = encode(recording, { ids: fed.ids }, fed.lengths, group.positions)
  recorder.report(lengthHead(recording, memory, fed.lengths))
  await using program = await Program.build(group.gpu, recorder)
  program.write(fed.ids, ids)
  program.write(fed.lengths, Uint32Array.of(ids.length))
  return new Float32Array((await program.run())[0]!)[0]!
}

const sentences = ['rain', 'snow storm', 'storm wind sun fog']

describe('a generator', () => {
  let group: LanguageGroup
  let generator: Generator
  beforeAll(async () => {
    const model = new SignModel(await lentGpu())
    group = model.addLanguage(describeGroup('ASL', { ...small, lengthHead: true }))
    generator = new Generator(await lentGpu(), group)
  })

  it('streams the frames that generate returns, in batches of any size', async () => {
    const [alone] = await generator.generate(['rain sun'])
    const [, together] = await generator.generate(['storm', 'rain sun', 'wind snow fog'])
    const streamed: number[] = []
    let counter = 0
    for await (const frame of generator.stream('rain sun')) {
      expect(frame).toHaveLength(COORDS + 1)
      expect(frame[COORDS]).toBeGreaterThan(counter)
      counter = frame[COORDS]!
      streamed.push(...frame.subarray(0, COORDS))
    }
    expect(streamed).toEqual([...alone!.joints])
    expect(together!.frames).toBe(alone!.frames)
    together!.joints.forEach((value, i) => {
      expect(Math.abs(value - alone!.joints[i]!)).toBeLessThan(1e-5)
    })
  })

  it('follows a given number of frames', async () => {
    const motions = await generator.generate(['rain', 'sun'], { policy: 'oracle', lengths: [5, 33] })
    expect(motions.map(({ frames }) => frames)).toEqual([5, 33])
    for (const lengths of [[5], [5, 0], [5, Number.NaN], [5, 2.5], [-1, 5]])
      await expect(generator.generate(['rain', 'sun'], { policy: 'oracle', lengths })).rejects.toThrow(
        `wanted a reference length for each sentence under policy oracle, got [${lengths.join(', ')}] for 2`,
      )
  })

  it('gives no motions for no sentences', async () => {
    expect(await generator.generate([])).toEqual([])
  })

  it('follows the number of frames that the length head says, but one at least and the model’s most', async () => {
    const weights = await group.weights.save()
    // The head's own word for each sentence, moved to where `middle` frames are the middle of them.
    const logs = await Promise.all(sentences.map((sentence) => logLength(group, sentence)))
    const mean = logs.reduce((a, b) => a + b, 0) / logs.length
    const framesAbout = async (middle: number) => {
      const bias = weights.get('length.1/bias')!
      const moved = { ...bias, data: Float32Array.of(bias.data[0]! + Math.log(middle) - mean) }
      group.weights.load(new Map([...weights, ['length.1/bias', moved]]), 'test')
      const motions = await generator.generate(sentences, { policy: 'predicted-length' })
      return motions.map(({ frames }) => frames)
    }
    const said = logs.map((log) => Math.round(12 * Math.exp(log - mean)))
    expect(new Set(said).size, 'sentences of different lengths').toBeGreaterThan(1)
    expect(await framesAbout(12)).toEqual(said)
    expect(await framesAbout(1e-3)).toEqual(sentences.map(() => 1))
    expect(await framesAbout(1e3)).toEqual(sentences.map(() => small.maxFrames))
    group.weights.load(weights, 'test')
  })

  it('stops with the reason of an aborted signal', async () => {
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    await expect(generator.generate(['rain'], { signal: controller.signal })).rejects.toThrow('enough')
  })
})

describe('language groups', () => {
  it('stay as they are, bit for bit, when a language is added', async () => {
    const gpu = await lentGpu()
    const model = new SignModel(gpu)
    const first = model.addLanguage(describeGroup('ASL', small))
    const sign = async () => {
      const generator = new Generator(gpu, model.group('ASL'))
      const [motion] = await generator.generate(['rain sun'])
      await generator.destroy()
      return motion!
    }
    const [weights, motion] = [await first.weights.save(), await sign()]
    const added = model.addLanguage(describeGroup('TSL', { ...small, width: 16, hidden: 24 }, rawFrames()), { seed: 5 })
    expect(model.languages).toEqual(['ASL', 'TSL'])
    expect(added.config.width).toBe(16)
    expect(await first.weights.save()).toEqual(weights)
    expect(await sign()).toEqual(motion)
    model.destroy()
  })

  it('start from weights that follow from seed and tag, not from the order of adding', async () => {
    const gpu = await lentGpu()
    const weightsOf = async (languages: readonly string[]) => {
      const model = new SignModel(gpu)
      for (const language of languages) model.addLanguage(describeGroup(language, small), { seed: 9 })
      const weights = await model.group('GSL').weights.save()
      model.destroy()
      return weights
    }
    expect(await weightsOf(['GSL', 'ASL'])).toEqual(await weightsOf(['KSL', 'GSL']))
  })

  it('name the known ones when asked for another, and refuse a tag twice', async () => {
    const model = new SignModel(await lentGpu())
    model.addLanguage(describeGroup('ASL', small))
    expect(() => model.group('XSL')).toThrow("wanted one of the languages ASL, got 'XSL'")
    expect(() => model.addLanguage(describeGroup('ASL', small))).toThrow("wanted a new language, got 'ASL' again")
    model.destroy()
  })
})
