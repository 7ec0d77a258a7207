import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../device/gpu.js'
import { SignModel } from '../../model/sign_model.js'
import { openGpu } from '../../platform/node/open.js'
import { batchArrays } from './batch.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import type { RewardMode } from './priority.js'
import type { Priority } from './priority_rewards.js'
import { recordPoseStep } from './step.testing.js'
import { PoseTrainer } from './trainer.testing.js'
import { lossOptions, PoseTraining } from './training.js'

let gpu: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
})
afterAll(() => gpu.destroy())

const STEPS = 60

const configOf = (mode: RewardMode, more = '', microBatch: number | null = null, priority: Priority = 'error') =>
  parseRunConfig(
    `
name: modes
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 16, words: 6, wordsPerSentence: [1, 2] } }]
model: { futureFrames: 0, width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
optimiser: { kind: adamw, rate: 3.0e-3 }
schedule: { kind: constant }
batch: { size: 4, microBatch: ${microBatch} }
noise: { rate: 0 }
learning: { mode: ${mode}, priority: ${priority}, warmup: 1, ramp: 2, refresh: 4, intensity: 2 }
${more}`,
    'test',
  )

/** Trains a very small model; returns mean losses of the first and last ten steps, the weights, and what was skipped. */
async function train(mode: RewardMode, more = '', steps = STEPS, microBatch: number | null = null, priority?: Priority) {
  const config = configOf(mode, more, microBatch, priority)
  const data = await loadData(config)
  const model = new SignModel(gpu, { training: true })
  for (const { group } of data) model.addLanguage(group, { seed: config.seed })
  const trainer = new PoseTrainer(config, model, data)
  const losses: number[] = []
  const weights: number[][] = []
  const skipped = new Set<number>()
  const parts: { joints: number; bones: number | undefined; velocity: number | undefined }[] = []
  for (let i = 0; i < steps; i++) {
    const { loss, samples, lossBones, lossVelocity } = await trainer.trainStep()
    losses.push(loss)
    parts.push({ joints: samples.reduce((sum, sample) => sum + sample.loss, 0), bones: lossBones, velocity: lossVelocity })
    weights.push(samples.map(({ weight }) => weight))
    skipped.add(trainer.epochScalars()['skip/ASL'] ?? 0)
  }
  const tensors = await model.group('ASL').weights.save()
  await trainer.destroy()
  model.destroy()
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length
  return { first: mean(losses.slice(0, 10)), last: mean(losses.slice(-10)), losses, parts, weights, tensors, skipped }
}

/** The gradient of one batch that is `batch` times the same clip, at first weights that stay, as one vector. */
async function gradient(mode: RewardMode, batch: number, seed = 1): Promise<Float64Array> {
  const config = configOf(mode)
  const [data] = await loadData(config)
  const model = new SignModel(gpu, { training: true })
  const group = model.addLanguage(data!.group, { seed: config.seed })
  const sample = data!.train[0]!
  const shape = { batch, target: sample.clip.frames, source: 4 }
  const program = await recordPoseStep(gpu, group, shape, { ...lossOptions(config), clip: 1e9, optimiser: config.optimiser })
  const arrays = batchArrays(
    Array.from({ length: batch }, () => sample),
    shape,
    group,
    { padding: config.loss.padding },
  )
  await program.run(arrays, {
    seed: Uint32Array.of(seed, 1, 0, 0),
    // About the error there is at first, so that rewards lie in the middle.
    medianError: 1,
    // A rate of 0: the weights stay.
    hyper: [0, 0.9, 0.999, 1e-8, 0.1, 0.001],
  })
  const { weights } = group
  const grads = await weights.save(weights.grads!)
  program.destroy()
  model.destroy()
  return Float64Array.from([...grads.values()].flatMap(({ data }) => [...data]))
}

function cosine(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

describe('losses on bones and on velocity', () => {
  it('are part of the loss by name and fall with it; where one weighs nothing it is 0', async () => {
    const { parts, losses } = await train('mse', 'loss: { bones: 0.5, velocity: 0.5 }')
    for (const [i, { joints, bones, velocity }] of parts.entries()) expect(losses[i]).toBeCloseTo(joints + bones! + velocity!, 6)
    const [first, last] = [parts[0]!, parts.at(-1)!]
    expect(last.bones).toBeLessThan(first.bones! / 2)
    expect(last.velocity).toBeLessThan(first.velocity!)
    for (const { bones, velocity } of (await train('mse', 'loss: { bones: 0.5 }', 3)).parts) {
      expect(bones).toBeGreaterThan(0)
      expect(velocity).toBe(0)
    }
  })

  it('are not recorded by default', async () => {
    for (const { bones, velocity } of (await train('mse', '', 1)).parts) expect([bones, velocity]).toEqual([undefined, undefined])
  })

  it('add up over micro-batches to those of the whole batch, whose training goes the same way', async () => {
    const loss = 'loss: { bones: 0.5, velocity: 0.5 }'
    const whole = await train('mse', loss, 5)
    const { parts } = await train('mse', loss, 5, 2)
    for (const [i, { joints, bones, velocity }] of parts.entries()) {
      expect(joints / whole.parts[i]!.joints).toBeCloseTo(1, 4)
      expect(bones! / whole.parts[i]!.bones!).toBeCloseTo(1, 4)
      expect(velocity! / whole.parts[i]!.velocity!).toBeCloseTo(1, 4)
    }
  })
})

describe('an augmented training', () => {
  /** The frames of every clip as each of three epochs has them, and all that is fed, as bytes. */
  async function epochs(augment: string) {
    const config = configOf('mse', augment)
    const data = await loadData(config)
    const model = new SignModel(gpu, { training: true })
    for (const { group } of data) model.addLanguage(group, { seed: config.seed })
    const training = new PoseTraining(config, model, data)
    const own = data[0]!.train.map(({ clip }) => clip.frames)
    const fed = [0, 1, 0].map((epoch) =>
      training.planEpoch(epoch).map((batch) => {
        // They are good until those of the next batch are asked for.
        const arrays = structuredClone(training.feedsOf(batch.examples, batch, { step: 1 }))
        const zeros = { samples: new ArrayBuffer(16 * batch.examples.length), spread: new ArrayBuffer(4 * 2 * 152) }
        return { batch, arrays, frames: training.reportStep(batch, [zeros]).frames }
      }),
    )
    model.destroy()
    return { own, fed }
  }

  it('shows other clips each epoch, the same ones whenever an epoch comes again, and counts the frames it shows', async () => {
    const { own, fed } = await epochs('augment: { mirror: 0.5, speed: 0.4, rotation: 20 }')
    const lengths = fed.map((batches) =>
      batches.flatMap(({ batch, arrays }) => batch.examples.map((i, b) => [i, arrays.frameLengths![b]!])),
    )
    expect(lengths[2]).toEqual(lengths[0])
    expect(lengths[1]!.toSorted()).not.toEqual(lengths[0]!.toSorted())
    expect(lengths[0]!.some(([i, frames]) => frames! < own[i!]!) && lengths[0]!.some(([i, frames]) => frames! > own[i!]!)).toBe(true)
    for (const { batch, arrays, frames } of fed.flat()) {
      expect(frames).toBe([...arrays.frameLengths!].reduce((a, b) => a + b, 0))
      expect(Math.max(...arrays.frameLengths!)).toBeLessThanOrEqual(Math.min(batch.target, 48))
    }
    expect(fed[2]!.map(({ arrays }) => arrays.frames)).toEqual(fed[0]!.map(({ arrays }) => arrays.frames))
  })

  it('has the clips as they are where nothing is asked for', async () => {
    const { own, fed } = await epochs('')
    for (const { batch, arrays } of fed.flat()) expect([...arrays.frameLengths!]).toEqual(batch.examples.map((i) => own[i]))
  })
})

describe('the ways rewards steer training', () => {
  it('rl is mse, to the bit', async () => {
    const [mse, rl] = [await train('mse'), await train('rl')]
    expect(rl.tensors).toEqual(mse.tensors)
    expect(mse.last).toBeLessThan(mse.first / 2)
  })

  it.each(['rl+plc', 'plc-literal', 'rwr'] as const)('%s learns, on another path than mse', async (mode) => {
    const { first, last, losses } = await train(mode)
    expect(last).toBeLessThan(first / 2)
    expect(losses).not.toEqual((await train('mse')).losses)
  })

  it('rl+plc skips some of its draws, the literal formula none', async () => {
    expect(Math.max(...(await train('rl+plc')).skipped)).toBeGreaterThan(0)
    expect([...(await train('plc-literal')).skipped]).toEqual([0])
  })

  it.each(['length-class', 'improvement'] as const)('rl+plc by %s learns, and draws other clips than by error', async (priority) => {
    const { first, last, losses, skipped } = await train('rl+plc', '', STEPS, null, priority)
    expect(last).toBeLessThan(first / 2)
    expect(losses).not.toEqual((await train('rl+plc')).losses)
    // Of so small a model every clip improves from visit to visit.
    expect(Math.max(...skipped) > 0).toBe(priority === 'length-class')
  })

  it('rwr weighs the samples of a batch by 1 on the average, the better more', async () => {
    const { weights } = await train('rwr')
    for (const batch of weights) expect(batch.reduce((a, b) => a + b, 0) / batch.length).toBeCloseTo(1, 4)
    expect(Math.max(...weights.flat())).toBeGreaterThan(1.05)
  })

  it('reinforce stays finite and moves the weights', async () => {
    const { losses, tensors } = await train('reinforce')
    for (const loss of losses) expect(loss).toBeGreaterThan(0)
    expect(tensors).not.toEqual((await train('mse')).tensors)
  })

  it('reinforce leads to where rewards grow: over many tries of one clip, to where its error falls', async () => {
    const falling = await gradient('mse', 4)
    // Tries without rewards have cosines up to 0.2, by chance; the gradient stands out of them.
    for (const seed of [1, 2, 3]) expect(cosine(await gradient('reinforce', 128, seed), falling), `seed ${seed}`).toBeGreaterThan(0.35)
  })
})
