import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../device/gpu.js'
import { openGpu } from '../device/open.js'
import { SignModel } from '../model/sign_model.js'
import { loadData } from './dataset.js'
import type { RewardMode } from './priority.js'
import { parseRunConfig } from './run_config.js'
import { Trainer } from './trainer.js'

let gpu: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
})
afterAll(() => gpu.dispose())

const STEPS = 60

/** Trains a very small model; returns mean losses of the first and last ten steps, the weights, and what was skipped. */
async function train(mode: RewardMode) {
  const config = parseRunConfig(
    `
name: modes
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 16, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
optimiser: { kind: adamw, rate: 3.0e-3 }
schedule: { kind: constant }
batch: { size: 4 }
noise: { rate: 0 }
learning: { mode: ${mode}, warmup: 1, ramp: 2, refresh: 4, intensity: 2 }
`,
    'test',
  )
  const data = await loadData(config)
  const model = new SignModel(gpu, { training: true })
  for (const { group } of data) model.addLanguage(group, { seed: config.seed })
  const trainer = new Trainer(config, model, data)
  const losses: number[] = []
  const weights: number[][] = []
  const skipped = new Set<number>()
  for (let i = 0; i < STEPS; i++) {
    const { loss, samples } = await trainer.trainStep()
    losses.push(loss)
    weights.push(samples.map(({ weight }) => weight))
    skipped.add(trainer.skipScalars()['skip/ASL'] ?? 0)
  }
  const tensors = await model.group('ASL').weights.save()
  await trainer.destroy()
  model.destroy()
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length
  return { first: mean(losses.slice(0, 10)), last: mean(losses.slice(-10)), losses, weights, tensors, skipped }
}

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
})
