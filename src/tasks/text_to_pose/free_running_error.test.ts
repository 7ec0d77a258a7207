import { afterAll, beforeAll, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import type { Gpu } from '../../device/gpu.js'
import { Generator } from '../../infer/generator.js'
import { SignModel } from '../../model/sign_model.js'
import { COORDS } from '../../motion/skeleton.js'
import { openGpu } from '../../platform/node/open.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import { freeRunningError } from './free_running_error.js'
import { PoseTrainer } from './trainer.testing.js'
import type { PoseMemory } from './training.js'

let gpu: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
})
afterAll(() => gpu.destroy())

/** A training of two languages, three batches of each an epoch. */
async function begin(noise: string) {
  const config = parseRunConfig(
    `
name: noise
data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
optimiser: { kind: adamw, rate: 3.0e-3 }
schedule: { kind: constant }
batch: { size: 4 }
noise: ${noise}
`,
    'test',
  )
  const data = await loadData(config)
  const model = new SignModel(gpu, { training: true })
  for (const { group } of data) model.addLanguage(group, { seed: config.seed })
  const trainer = new PoseTrainer(config, model, data)
  const sigmaOf = async (language: string) => ((await trainer.state()) as unknown as PoseMemory).errors[language]!.sigma
  /** Trains to the end of the epoch. */
  const epoch = async () => {
    do await trainer.trainStep()
    while (trainer.progress.batch > 0)
  }
  return { config, data, model, trainer, sigmaOf, epoch }
}

it('is how far generated frames lie from the true ones, coordinate by coordinate', async () => {
  const { data, model } = await begin('{ rate: 0 }')
  const [asl] = data
  const few = { ...asl!, train: asl!.train.slice(0, 3) }
  const generator = new Generator(gpu, model.group('ASL'))
  const errors: number[][] = Array.from({ length: COORDS }, () => [])
  for (const { clip } of few.train) {
    const [motion] = await generator.generate([clip.text], { policy: 'oracle', lengths: [clip.frames] })
    motion!.joints.forEach((v, i) => {
      errors[i % COORDS]!.push((v - clip.joints[i]!) / asl!.group.scaling.scale[i % COORDS]!)
    })
  }
  await generator.destroy()
  const measured = await freeRunningError(model, few, new Random(1))
  expect(measured).toHaveLength(COORDS)
  errors.forEach((all, c) => {
    const mean = all.reduce((a, b) => a + b) / all.length
    const deviation = Math.sqrt(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length)
    expect(Math.abs(measured[c]! - deviation), `coordinate ${c}`).toBeLessThan(1e-4)
  })
  expect(Math.max(...measured)).toBeGreaterThan(0.1)
  model.destroy()
})

it('sets the noise at the end of each epoch, with clips of its own drawn for each', async () => {
  const { config, data, model, trainer, sigmaOf, epoch } = await begin('{ rate: 1, measured: free-running }')
  expect(Math.max(...(await sigmaOf('ASL')))).toBe(0)
  for (const begun of [1, 2]) {
    await epoch()
    for (const one of data) {
      const { language } = one
      const measured = await freeRunningError(model, one, Random.for(config.seed, 'free-running', language, begun))
      expect(await sigmaOf(language)).toEqual([...measured, 0, 0])
      expect([...measured]).not.toEqual([...(await freeRunningError(model, one, Random.for(config.seed, 'free-running', language, 9)))])
    }
  }
  const [plan] = trainer.training.planEpoch(2)
  const { sigma } = trainer.training.feedsOf(plan!.examples, plan!, { step: 99 })
  expect([...sigma!]).toEqual(await sigmaOf(plan!.group))
  await trainer.destroy()
  model.destroy()
})

it('is not measured where there is no noise, nor where noise is as large as the error from true frames', async () => {
  const runs = await Promise.all(['{ rate: 0, measured: free-running }', '{ rate: 0 }'].map(begin))
  for (const { epoch } of runs) await epoch()
  const [asked, plain] = await Promise.all(runs.map(({ sigmaOf }) => sigmaOf('ASL')))
  expect(asked).toEqual(plain)
  expect(Math.max(...plain!)).toBeGreaterThan(0)
  for (const { trainer, model } of runs) {
    await trainer.destroy()
    model.destroy()
  }
})
