import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectGradAlongDirections } from '../../../kernels-test/harness.js'
import type { Gpu } from '../../device/gpu.js'
import { Program, Recorder } from '../../device/program.js'
import { Generator } from '../../infer/generator.js'
import { inputNumbers } from '../../model/config.js'
import { type LanguageGroup, SignModel } from '../../model/sign_model.js'
import { encode } from '../../model/text_to_pose.js'
import { COORDS } from '../../motion/skeleton.js'
import type { HostTensor } from '../../nn/host_tensor.js'
import { Graph } from '../../ops/graph.js'
import { padded } from '../../ops/parameter.js'
import { openGpu } from '../../platform/node/open.js'
import { type BatchArrays, batchArrays, type Sample } from './batch.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import { sampledFrames, shareAt } from './sampling.js'
import { recordPoseStep } from './step.testing.js'
import { PoseTrainer } from './trainer.testing.js'

const configOf = (futureFrames: number, more = '') =>
  parseRunConfig(
    `
name: sampling
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 32, heads: 2, hidden: 48, encoderLayers: 1, decoderLayers: 2, maxFrames: 40, maxTokens: 8, futureFrames: ${futureFrames} }
optimiser: { kind: adamw, rate: 3.0e-3 }
schedule: { kind: constant }
batch: { size: 4 }
noise: { rate: 0 }
${more}`,
    'test',
  )

const seed = Uint32Array.of(5, 1, 0, 0)
const optimiser = { kind: 'adamw', weightDecay: 0 } as const
/** A rate of 0: the weights stay. */
const settings = { seed, medianError: 1, hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001] }

let gpu: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
})
afterAll(() => gpu.destroy())

describe.each([0, 3])('a decoder that sees its own frames, with %i future frames', (futureFrames) => {
  let model: SignModel
  let group: LanguageGroup
  let samples: readonly Sample[]
  let arrays: BatchArrays
  let shape: { batch: number; target: number; source: number }
  let inputStride: number

  /** Trained a little, so that frames differ from one to the next. */
  beforeAll(async () => {
    const config = configOf(futureFrames)
    const data = await loadData(config)
    model = new SignModel(gpu, { training: true })
    group = model.addLanguage(data[0]!.group, { seed: 3 })
    const trainer = new PoseTrainer(config, model, data)
    for (let i = 0; i < 20; i++) await trainer.trainStep()
    await trainer.destroy()
    const byLength = data[0]!.train.toSorted((a, b) => a.clip.frames - b.clip.frames)
    samples = [byLength[0]!, byLength.at(-1)!]
    shape = { batch: 2, target: byLength.at(-1)!.clip.frames + 3, source: 4 }
    arrays = batchArrays(samples, shape, group, { padding: 'per-sample' })
    inputStride = padded(inputNumbers(group.config))
  })
  afterAll(() => model.destroy())

  /** The decoder's inputs after some passes. */
  async function inputs(passes: number, share: number): Promise<Float32Array> {
    const recorder = new Recorder()
    const { batch, target, source } = shape
    const fed = {
      ids: recorder.feed('ids', [batch, source], 'u32'),
      tokenLengths: recorder.feed('token_lengths', [batch], 'u32'),
      frames: recorder.feed('frames', [batch, target, inputStride]),
      frameLengths: recorder.feed('frame_lengths', [batch], 'u32'),
      at: recorder.feed('at', [batch * target], 'u32'),
    }
    const [drawn, shared] = [recorder.feed('seed', [4], 'u32'), recorder.feed('share', [1])]
    const graph = new Graph(recorder, { training: { seed: drawn, dummy: group.weights.dummy } })
    const recording = { graph, weights: group.weights, config: group.config }
    const memory = encode(recording, { ids: fed.ids }, fed.tokenLengths, group.positions)
    const given = { ...fed, positions: group.positions, memory, memoryLengths: fed.tokenLengths }
    const mixed = sampledFrames(recording, given, shared, passes)
    recorder.report(mixed)
    await using program = await Program.build(gpu, recorder)
    for (const [name, tensor] of Object.entries(fed)) program.write(tensor, arrays[name as keyof typeof fed])
    program.write(drawn, seed)
    program.write(shared, Float32Array.of(share))
    return new Float32Array((await program.run())[0]!)
  }

  const rowsOf = (frames: Float32Array) =>
    Array.from({ length: frames.length / inputStride }, (_, row) => frames.subarray(row * inputStride, (row + 1) * inputStride))

  it('generates, once it is passed over as often as there are frames and sees nothing else', async () => {
    const generator = new Generator(gpu, group)
    const lengths = samples.map(({ clip }) => clip.frames)
    const motions = await generator.generate(
      samples.map(({ clip }) => clip.text),
      { policy: 'oracle', lengths, bones: 'free' },
    )
    await generator.destroy()
    /** Largest distance between what the decoder is fed after so many passes and what was generated, in the model's units. */
    const distance = async (passes: number) => {
      const rows = rowsOf(await inputs(passes, 1))
      const { centre, scale } = group.scaling
      const distances = motions.flatMap(({ joints, frames }, b) =>
        Array.from({ length: frames - 1 }, (_, t) =>
          Array.from({ length: COORDS }, (_, c) => {
            const generated = (joints[t * COORDS + c]! - centre[c]!) / scale[c]!
            return Math.abs(rows[b * shape.target + t + 1]![c]! - generated)
          }),
        ),
      )
      return Math.max(...distances.flat())
    }
    expect(await distance(shape.target)).toBeLessThan(1e-4)
    // One pass makes one frame of a clip so, and most others not.
    expect(await distance(1)).toBeGreaterThan(0.05)
  })

  it('sees the same frames of its own in every pass, the start and the counters as they are', async () => {
    const [one, three] = [rowsOf(await inputs(1, 0.5)), rowsOf(await inputs(3, 0.5))]
    const own = (rows: readonly Float32Array[]) => rows.map((row, i) => row.some((v, c) => v !== arrays.frames[i * inputStride + c]))
    expect(own(three)).toEqual(own(one))
    expect(three).not.toEqual(one)
    const drawn = own(one).filter((is) => is).length
    expect(drawn).toBeGreaterThan(4)
    const last = samples.map(({ clip }) => clip.frames)
    own(one).forEach((is, row) => {
      const t = row % shape.target
      if (t === 0 || t >= last[Math.floor(row / shape.target)]!) expect(is, `row ${row}`).toBe(false)
    })
    for (const [i, row] of three.entries())
      expect([...row.subarray(COORDS)]).toEqual([...arrays.frames.subarray(i * inputStride + COORDS, (i + 1) * inputStride)])
  })

  it('learns by the gradient that differences of its loss have, the draw and what it predicted held', async () => {
    const options = { loss: 'mse', noiseRate: 0, clip: 1e9, optimiser } as const
    const sampling = await recordPoseStep(gpu, group, shape, { ...options, samplingPasses: 2 })
    const plain = await recordPoseStep(gpu, group, shape, options)
    const here = await group.weights.save()
    const grads = async () => group.weights.save(group.weights.grads!)

    const { loss } = await sampling.run(arrays, { ...settings, samplingShare: 0.5 })
    const sampled = await grads()
    const held = { ...arrays, frames: await inputs(2, 0.5) }
    const lossAt = async (tensors: ReadonlyMap<string, HostTensor>) => {
      group.weights.load(tensors, 'test')
      return (await plain.run(held, settings)).loss
    }
    // What the decoder is fed is no function of the weights as far as the gradient goes.
    expect(await lossAt(here)).toBe(loss)
    expect(await grads()).toEqual(sampled)
    expect((await plain.run(arrays, settings)).loss).not.toBe(loss)

    await expectGradAlongDirections(here, sampled, lossAt, 1e-4)
    group.weights.load(here, 'test')
    sampling.destroy()
    plain.destroy()
  })

  it('with a share of 0 learns as if it saw none of them, to the bit', async () => {
    const options = { loss: 'mse', noiseRate: 0, clip: 1e9, optimiser } as const
    const ran = async (samplingPasses: number) => {
      const step = await recordPoseStep(gpu, group, shape, { ...options, samplingPasses })
      const { loss } = await step.run(arrays, settings)
      step.destroy()
      return { loss, grads: await group.weights.save(group.weights.grads!) }
    }
    expect(await ran(1)).toEqual(await ran(0))
  })
})

describe('the share of frames that are predicted', () => {
  it('grows evenly over the ramp, and stays', () => {
    const sampling = { share: 0.5, passes: 1, ramp: 10 }
    expect([1, 5, 10, 11, 1000].map((step) => shareAt(sampling, step))).toEqual([0.05, 0.25, 0.5, 0.5, 0.5])
    expect(shareAt({ ...sampling, ramp: 0 }, 1)).toBe(0.5)
  })

  it('is what a training feeds', async () => {
    const config = configOf(0, 'sampling: { share: 0.8, passes: 2, ramp: 4 }')
    const data = await loadData(config)
    const model = new SignModel(gpu, { training: true })
    for (const { group } of data) model.addLanguage(group, { seed: config.seed })
    const { training } = new PoseTrainer(config, model, data)
    const [batch] = training.planEpoch(0)
    const fed = (step: number) => training.feedsOf(batch!.examples, batch!, { step }).samplingShare
    expect([1, 4, 9].map(fed)).toEqual([0.2, 0.8, 0.8].map((share) => Float32Array.of(share)))
    model.destroy()
  })
})
