// Use after disposal, and disposal during use: one typed error before anything is submitted, and the Gpu stays usable for the rest.

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveGlossCheckpoint, savePoseCheckpoint } from '../src/checkpoint/file.js'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { MultiLanguageGenerator } from '../src/infer/multi_language_generator.js'
import { PromptReader } from '../src/infer/prompt_reader.js'
import { liftClips } from '../src/lift/lift.js'
import { SignModel } from '../src/model/sign_model.js'
import { GlossModel } from '../src/model/text_to_gloss.js'
import { tinyGlossModel, tinyGroup, tinyModel } from '../src/model/tiny_models.testing.js'
import { COORDS } from '../src/motion/skeleton.js'
import { openGpu } from '../src/platform/node/open.js'
import { trainGlossRun, trainRun } from '../src/tasks/run.js'
import { parseGlossConfig } from '../src/tasks/text_to_gloss/config.js'
import { loadGlossData } from '../src/tasks/text_to_gloss/data.js'
import { GlossTraining } from '../src/tasks/text_to_gloss/training.js'
import { parseRunConfig } from '../src/tasks/text_to_pose/config.js'
import { loadData } from '../src/tasks/text_to_pose/data.js'
import { PoseTraining } from '../src/tasks/text_to_pose/training.js'
import { Trainer } from '../src/train/trainer.js'
import { lentGpu } from './harness.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = await lentGpu()
  folder = await mkdtemp(join(tmpdir(), 'signllm-disposal-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const disposed = expect.objectContaining({ code: 'ERR_DISPOSED', exitStatus: 2 })
const expectDisposed = (work: Promise<unknown>) => expect(work).rejects.toThrow(disposed)

/** Nothing invalid reached the device: Dawn would have told of it, and `check` with it. */
async function expectUnharmed(gpu: Gpu): Promise<void> {
  await gpu.wait(gpu.device.queue.onSubmittedWorkDone())
  gpu.check()
}

async function drain(events: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of events) count++
  return count
}

const runFile = `
name: disposal
out: OUT
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 8, words: 4, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: 4 }
stop: { steps: 400 }
`
const glossRunFile = `
name: disposal
task: text-to-gloss
out: OUT
reads: text
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 8, words: 4, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0, maxTokens: 16 }
batch: { size: 4 }
stop: { steps: 400 }
`
const runConfig = (out: string) => parseRunConfig(runFile.replace('OUT', join(folder, out)), 'test')
const glossRunConfig = (out: string) => parseGlossConfig(glossRunFile.replace('OUT', join(folder, out)), 'test')

async function trainer(on: Gpu): Promise<Trainer> {
  const config = runConfig('none')
  const data = await loadData(config)
  const model = new SignModel(on, { training: true })
  for (const { group } of data) model.addLanguage(group)
  return new Trainer(config, new PoseTraining(config, model, data))
}

async function glossTrainer(on: Gpu): Promise<Trainer> {
  const config = glossRunConfig('none')
  const { train, description } = await loadGlossData(config)
  return new Trainer(config, new GlossTraining(config, new GlossModel(on, description, { training: true }), train))
}

describe('a model that was destroyed, once or twice', () => {
  it('is refused by whatever uses it', async () => {
    const model = tinyModel(gpu)
    const group = model.group('ASL')
    const generator = new Generator(gpu, group)
    await generator.generate(['rain'])
    model.destroy()
    model.destroy()
    await expect(generator.generate(['rain'])).rejects.toThrow('model ASL: wanted it alive, got it destroyed')
    await expectDisposed(generator.generate(['rain', 'sun snow wind']))
    await expectDisposed(generator.generate([]))
    await expectDisposed(drain(generator.stream('rain')))
    await expectDisposed(new Generator(gpu, group).generate(['rain']))
    await expectDisposed(group.weights.save())
    await expectDisposed(savePoseCheckpoint(join(folder, 'none.safetensors'), model))
    await expectDisposed(model.cloneLanguage(tinyGroup('GSL'), 'ASL'))
    for (const use of [() => model.groups, () => model.languages, () => model.group('ASL'), () => model.addLanguage(tinyGroup('GSL'))])
      expect(use).toThrow(disposed)
    await generator.destroy()
    await expectUnharmed(gpu)
  })

  it('is refused by whatever reads prompts with it', async () => {
    const model = tinyGlossModel(gpu)
    const decoder = new GlossDecoder(gpu, model)
    const reader = new PromptReader(model)
    await decoder.decode(['rain'])
    model.destroy()
    model.destroy()
    await expect(decoder.decode(['rain'])).rejects.toThrow('text-to-gloss model: wanted it alive, got it destroyed')
    await expectDisposed(decoder.decode(['rain'], { beams: 3 }))
    await expectDisposed(decoder.decode([]))
    await expectDisposed(reader.read('rain'))
    await expectDisposed(saveGlossCheckpoint(join(folder, 'none.safetensors'), model))
    await expectUnharmed(gpu)
  })

  it('is refused by a trainer, and nothing is saved of it', async () => {
    for (const training of [await trainer(gpu), await glossTrainer(gpu)]) {
      await training.trainStep()
      const { step } = training.progress
      const pending = await training.submitStep()
      await training.training.destroy()
      await pending.read()
      await expectDisposed(training.trainStep())
      await expectDisposed(training.state())
      expect(training.progress.step).toBe(step + 1)
      await training.destroy()
    }
    expect((await readdir(folder)).filter((name) => name.endsWith('.safetensors'))).toEqual([])
    await expectUnharmed(gpu)
  })

  it('stops what was under way with it, and nothing else', async () => {
    const other = tinyModel(gpu)
    const spared = new Generator(gpu, other.group('ASL'))
    const [alone] = await spared.generate(['rain'])
    for (const what of ['model', 'group', 'generator'] as const) {
      const model = tinyModel(gpu)
      const group = model.group('ASL')
      const generator = new Generator(gpu, group)
      const stream = generator.stream('rain', { policy: 'oracle', lengths: [40] })
      await stream.next()
      const [first, second] = [generator.generate(['rain']), generator.generate(['sun', 'wind'])]
      const meanwhile = spared.generate(['rain'])
      if (what === 'model') model.destroy()
      else if (what === 'group') group.destroy()
      else await generator.destroy()
      // By its own name, whether it was decoding or still being recorded.
      const who = what === 'generator' ? 'generator' : 'model ASL'
      const named = expect.objectContaining({ code: 'ERR_DISPOSED', message: expect.stringMatching(`^${who}: wanted it alive`) })
      await Promise.all([first, second, drain(stream)].map((call) => expect(call).rejects.toThrow(named)))
      expect(await meanwhile).toEqual([alone])
      await expectUnharmed(gpu)
      model.destroy()
      await generator.destroy()
    }
    await spared.destroy()
    other.destroy()
  })
})

describe('a stream', () => {
  it.each(['generator', 'group', 'generator of many languages'])('gives no frame more once its %s is destroyed', async (what) => {
    const model = tinyModel(gpu)
    const group = model.group('ASL')
    const generator = new Generator(gpu, group)
    const saved = { path: 'saved', groups: [group], tensors: () => weights }
    const weights = await group.weights.save()
    const many = new MultiLanguageGenerator(gpu, saved)
    const options = { policy: 'oracle', lengths: [12] } as const
    const stream = what === 'generator of many languages' ? many.stream('ASL', 'rain', options) : generator.stream('rain', options)
    expect((await stream.next()).value).toHaveLength(COORDS + 1)
    // All its frames are there by now.
    await gpu.wait(gpu.device.queue.onSubmittedWorkDone())
    const destroyed = what === 'generator' ? generator.destroy() : what === 'group' ? group.destroy() : many.destroy()
    await expectDisposed(stream.next())
    await destroyed
    await Promise.all([generator.destroy(), many.destroy()])
    model.destroy()
    await expectUnharmed(gpu)
  })
})

describe('a generator, decoder, reader or trainer that was destroyed, once or twice', () => {
  it('is used up, while its model is not', async () => {
    const model = tinyModel(gpu)
    const glossModel = tinyGlossModel(gpu)
    const generator = new Generator(gpu, model.group('ASL'))
    const decoder = new GlossDecoder(gpu, glossModel)
    const reader = new PromptReader(glossModel)
    const before = [await generator.generate(['rain']), await decoder.decode(['rain']), await reader.read('rain')]
    for (const one of [generator, decoder, reader]) {
      await one.destroy()
      await one.destroy()
    }
    await expect(generator.generate(['rain'])).rejects.toThrow('generator: wanted it alive, got it destroyed')
    await expectDisposed(drain(generator.stream('rain')))
    await expectDisposed(decoder.decode(['rain']))
    await expectDisposed(reader.read('rain'))
    await using another = new Generator(gpu, model.group('ASL'))
    await using reads = new PromptReader(glossModel)
    await using decodes = new GlossDecoder(gpu, glossModel)
    expect([await another.generate(['rain']), await decodes.decode(['rain']), await reads.read('rain')]).toEqual(before)
    await expectUnharmed(gpu)
  })

  it('is used up, whatever language is asked for', async () => {
    const model = tinyModel(gpu, ['ASL', 'GSL'])
    const tensors = await model.group('ASL').weights.save()
    const saved = { path: 'two.safetensors', groups: [tinyGroup('ASL'), tinyGroup('GSL')], tensors: () => tensors }
    const generator = new MultiLanguageGenerator(gpu, saved)
    await generator.generate('ASL', ['rain'])
    const stream = generator.stream('ASL', 'rain', { policy: 'oracle', lengths: [40] })
    await stream.next()
    const running = [generator.generate('ASL', ['sun']), generator.generate('GSL', ['rain']), drain(stream)]
    const refused = Promise.all(running.map(expectDisposed))
    await generator.destroy()
    await generator.destroy()
    await refused
    await expectDisposed(generator.generate('ASL', ['rain']))
    await expectDisposed(generator.generate('GSL', ['rain']))
    expect(generator.loaded).toEqual([])
    await expectUnharmed(gpu)
  })

  it('is used up in training, also in the middle of a step', async () => {
    for (const training of [await trainer(gpu), await glossTrainer(gpu)]) {
      await training.trainStep()
      const step = training.trainStep()
      const refused = expectDisposed(step)
      await training.destroy()
      await training.destroy()
      await refused
      await expectDisposed(training.trainStep())
      await expectDisposed(training.state())
      await training.training.destroy()
    }
    await expectUnharmed(gpu)
  })
})

describe('a Gpu that was disposed of', () => {
  it('stops what is under way on it, in training too, and refuses what comes after', async () => {
    const { gpu: own } = await openGpu()
    const model = tinyModel(own)
    const glossModel = tinyGlossModel(own)
    const generator = new Generator(own, model.group('ASL'))
    const decoder = new GlossDecoder(own, glossModel)
    const training = await trainer(own)
    const stream = generator.stream('rain', { policy: 'oracle', lengths: [40] })
    await stream.next()
    const pending = await training.submitStep()
    const running = [
      generator.generate(['rain']),
      decoder.decode(['rain']),
      training.trainStep(),
      drain(trainRun(own, runConfig('run'))),
      drain(trainGlossRun(own, glossRunConfig('gloss'))),
    ]
    const refused = Promise.all(running.map(expectDisposed))
    const disposing = own.destroy()
    // From the call on, not from when the last work is done.
    expect(() => own.check()).toThrow(disposed)
    await expectDisposed(generator.generate(['rain']))
    await disposing
    await own.destroy()
    await refused
    await expectDisposed(drain(stream))
    await expectDisposed(pending.read())
    await expectDisposed(generator.generate(['rain']))
    await expectDisposed(decoder.decode(['rain']))
    await expectDisposed(training.trainStep())
    await expectDisposed(model.group('ASL').weights.save())
    await expectDisposed(drain(liftClips(own, [])))
    expect(() => tinyModel(own)).toThrow(disposed)
    expect(() => tinyGlossModel(own)).toThrow(disposed)
    await generator.destroy()
    await decoder.destroy()
    await training.destroy()
    model.destroy()
    glossModel.destroy()
  })

  it('is refused by a run before the folder of an older one is touched', async () => {
    const { gpu: own } = await openGpu()
    const config = parseRunConfig(runFile.replace('OUT', join(folder, 'kept')).replace('steps: 400', 'steps: 2'), 'test')
    await drain(trainRun(own, config))
    const before = await readdir(join(folder, 'kept'))
    await own.destroy()
    await expectDisposed(drain(trainRun(own, config, { overwrite: true })))
    expect(await readdir(join(folder, 'kept'))).toEqual(before)
    await expectDisposed(drain(trainGlossRun(own, glossRunConfig('never'))))
    expect(await readdir(folder)).not.toContain('never')
  })
})
