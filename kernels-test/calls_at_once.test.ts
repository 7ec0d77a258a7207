// Many calls at once on one generator, decoder, reader or trainer: each gets the bits it would get alone, in any interleaving.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { MultiLanguageGenerator, type SavedGroups } from '../src/infer/multi_language_generator.js'
import { PromptGenerator } from '../src/infer/prompt_generator.js'
import { PromptReader } from '../src/infer/prompt_reader.js'
import { parameterCount } from '../src/model/parameters.js'
import { SignModel } from '../src/model/sign_model.js'
import { GlossModel } from '../src/model/text_to_gloss.js'
import { tinyGlossModel, tinyGroup, tinyModel, words } from '../src/model/tiny_models.testing.js'
import { parseGlossConfig } from '../src/tasks/text_to_gloss/config.js'
import { loadGlossData } from '../src/tasks/text_to_gloss/data.js'
import { type GlossStep, GlossTraining } from '../src/tasks/text_to_gloss/training.js'
import { parseRunConfig } from '../src/tasks/text_to_pose/config.js'
import { loadData } from '../src/tasks/text_to_pose/data.js'
import { type PoseStep, PoseTraining } from '../src/tasks/text_to_pose/training.js'
import { Trainer } from '../src/train/trainer.js'
import { lentGpu } from './harness.js'

/** What each call gives, one after the other and then all at once. They must differ, or nothing could be seen. */
async function expectSameTogether<T>(inputs: readonly T[], call: (input: T) => Promise<unknown>): Promise<void> {
  const alone: unknown[] = []
  for (const input of inputs) alone.push(await call(input))
  expect(new Set(alone.map((result) => JSON.stringify(result))).size, 'different results').toBeGreaterThan(1)
  expect(await Promise.all(inputs.map(call))).toEqual(alone)
}

/** 32 sentences of one to three words: calls of a few shapes, several of each. */
const sentences = Array.from({ length: 32 }, (_, i) => Array.from({ length: 1 + (i % 3) }, (_, n) => words[(i >> (2 * n)) % 4]).join(' '))

/** How many bind groups `body` makes: 0 where it records nothing. */
async function recordedBy(gpu: Gpu, body: () => Promise<unknown>): Promise<number> {
  const { device } = gpu
  const create = device.createBindGroup.bind(device)
  let made = 0
  device.createBindGroup = (descriptor) => {
    made++
    return create(descriptor)
  }
  try {
    await body()
  } finally {
    device.createBindGroup = create
  }
  return made
}

async function collect(frames: AsyncIterable<Float32Array>): Promise<number[][]> {
  const all: number[][] = []
  for await (const frame of frames) all.push([...frame])
  return all
}

describe('a generator', () => {
  let gpu: Gpu
  let model: SignModel
  let generator: Generator
  beforeAll(async () => {
    gpu = await lentGpu()
    model = tinyModel(gpu)
    generator = new Generator(gpu, model.group('ASL'))
  })
  afterAll(async () => {
    await generator.destroy()
    model.destroy()
  })

  it('gives each of many sentences its own motion', async () => {
    await expectSameTogether(words, (word) => generator.generate([word]))
    await expectSameTogether(words, (word) => generator.generate([word], { policy: 'predicted-length' }))
  })

  it('gives each of 32 sentences at once its own motion, whatever decides its length', async () => {
    await expectSameTogether(sentences, (sentence) => generator.generate([sentence]))
    const policies = ['self-counter', 'predicted-length', 'oracle'] as const
    await expectSameTogether([...sentences.entries()], ([i, sentence]) =>
      generator.generate([sentence, 'sun'], { policy: policies[i % 3]!, lengths: [1 + i, 33 - i] }),
    )
  })

  it('gives 16 streams and 16 calls beside them, all at once, their own frames', async () => {
    await expectSameTogether([...sentences.entries()], ([i, sentence]) =>
      i % 2 ? collect(generator.stream(sentence)) : generator.generate([sentence]),
    )
  })

  it('gives streams their own frames, with one another and with other calls between any two frames', async () => {
    await expectSameTogether(words, (word) => collect(generator.stream(word)))
    const alone = await collect(generator.stream('rain'))
    const between: number[][] = []
    for await (const frame of generator.stream('rain')) {
      between.push([...frame])
      await generator.generate([words[between.length % words.length]!])
    }
    expect(between).toEqual(alone)
  })

  it('is not held up by a stream that nobody reads on, and does not disturb it', async () => {
    const alone = await collect(generator.stream('rain'))
    const slow = generator.stream('rain')
    const { value: first } = await slow.next()
    for (const word of words) await generator.generate([word])
    expect([[...first!], ...(await collect(slow))]).toEqual(alone)
  })

  it('records a shape once for calls one after the other, and takes back what a stream left or gave up', async () => {
    const fresh = new Generator(gpu, model.group('ASL'))
    expect(await recordedBy(gpu, () => fresh.generate(['rain']))).toBeGreaterThan(0)
    expect(await recordedBy(gpu, () => fresh.generate(['sun']))).toBe(0)
    const left = async () => {
      for await (const _ of fresh.stream('snow')) break
    }
    const abandoned = async () => {
      const controller = new AbortController()
      const stream = fresh.stream('snow', { signal: controller.signal })
      await stream.next()
      controller.abort(new Error('enough'))
      await expect(stream.next()).rejects.toThrow('enough')
    }
    const forgotten = async () => {
      const controller = new AbortController()
      await fresh.stream('snow', { signal: controller.signal }).next()
      controller.abort()
      // Nobody reads on; it comes back all the same.
      await new Promise((resolve) => setTimeout(resolve))
    }
    const refused = () => expect(fresh.generate(['rain'], { policy: 'oracle' })).rejects.toThrow('wanted a reference length')
    for (const end of [left, abandoned, forgotten, refused]) {
      expect(await recordedBy(gpu, end)).toBe(0)
      expect(await recordedBy(gpu, () => fresh.generate(['wind']))).toBe(0)
    }
    await fresh.destroy()
  })
})

describe('a gloss decoder', () => {
  it('gives each of many prompts its own gloss, greedy and by beams', async () => {
    const gpu = await lentGpu()
    await using model = tinyGlossModel(gpu)
    await using decoder = new GlossDecoder(gpu, model)
    await expectSameTogether(words, (word) => decoder.decode([word], { beams: 3 }))
    await expectSameTogether([1, 2, 3, 1], (beams) => decoder.decode(['rain'], { beams }))
    await expectSameTogether(['rain', 'sun snow', 'wind rain sun'], (prompt) => decoder.decode([prompt]))
  })

  it('gives each of 32 prompts at once its own gloss, greedy and by beams beside one another', async () => {
    const gpu = await lentGpu()
    await using model = tinyGlossModel(gpu)
    await using decoder = new GlossDecoder(gpu, model)
    await expectSameTogether([...sentences.entries()], ([i, prompt]) => decoder.decode([prompt], { beams: [1, 3, 1, 4][i % 4]! }))
    await expectSameTogether(sentences, (prompt) => decoder.decode([prompt, 'sun'], { limit: 5 }))
  })
})

/** Two languages as a file would hold them. */
async function twoLanguages(gpu: Gpu): Promise<SavedGroups> {
  const languages = ['ASL', 'GSL']
  await using model = tinyModel(gpu, languages)
  const tensors = new Map(await Promise.all(model.groups.map(async ({ language, weights }) => [language, await weights.save()] as const)))
  return { path: 'two.safetensors', groups: languages.map(tinyGroup), tensors: (_, language) => tensors.get(language)! }
}

describe('a generator of many languages', () => {
  it('gives each call its own motion, and is within its memory when they are over', async () => {
    const gpu = await lentGpu()
    const { config, vocabulary } = tinyGroup('ASL')
    await using generator = new MultiLanguageGenerator(gpu, await twoLanguages(gpu), {
      maxBytes: 4 * parameterCount(config, vocabulary.size),
    })
    const inputs = ['ASL', 'GSL'].flatMap((language) => words.map((word) => ({ language, word })))
    await expectSameTogether(inputs, ({ language, word }) => generator.generate(language, [word]))
    expect(generator.loaded).toHaveLength(1)
    await expectSameTogether(inputs, ({ language, word }) => collect(generator.stream(language, word)))
    expect(generator.loaded).toHaveLength(1)
  })
})

describe('a generator of many languages, of which one has room', () => {
  it('gives each of 32 calls and streams at once its own motion', async () => {
    const gpu = await lentGpu()
    const { config, vocabulary } = tinyGroup('ASL')
    await using generator = new MultiLanguageGenerator(gpu, await twoLanguages(gpu), {
      maxBytes: 4 * parameterCount(config, vocabulary.size),
    })
    await expectSameTogether([...sentences.entries()], ([i, sentence]) => {
      const language = i % 3 ? 'ASL' : 'GSL'
      return i % 2 ? generator.generate(language, [sentence]) : collect(generator.stream(language, sentence))
    })
    expect(generator.loaded).toHaveLength(1)
  })
})

describe('a prompt generator', () => {
  it('gives each prompt its own reading and motion', async () => {
    const gpu = await lentGpu()
    await using model = tinyGlossModel(gpu)
    await using reader = new PromptReader(model)
    await using signer = new MultiLanguageGenerator(gpu, await twoLanguages(gpu))
    const prompts = new PromptGenerator(reader, signer)
    await expectSameTogether(['rain', 'sun snow', 'wind rain sun'], (prompt) => reader.read(prompt))
    await expectSameTogether(['rain', 'sun snow', 'wind rain sun'], (prompt) => prompts.generate(prompt))
  })
})

describe('a trainer', () => {
  const config = parseRunConfig(
    `
name: at-once
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 8, words: 4, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
optimiser: { kind: adamw, rate: 3.0e-3 }
batch: { size: 4 }
`,
    'test',
  )
  const glossConfig = parseGlossConfig(
    `
name: at-once
task: text-to-gloss
reads: text
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 8, words: 4, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0, maxTokens: 16 }
optimiser: { kind: adamw, rate: 3.0e-3 }
batch: { size: 4 }
`,
    'test',
  )

  async function withTrainer<T>(use: (trainer: Trainer<PoseStep>) => Promise<T>): Promise<T> {
    const data = await loadData(config)
    await using model = new SignModel(await lentGpu(), { training: true })
    for (const { group } of data) model.addLanguage(group, { seed: config.seed })
    await using trainer = new Trainer(config, new PoseTraining(config, model, data))
    return await use(trainer)
  }

  async function withGlossTrainer<T>(use: (trainer: Trainer<GlossStep>) => Promise<T>): Promise<T> {
    const { train, description } = await loadGlossData(glossConfig)
    await using model = new GlossModel(await lentGpu(), description, { training: true, seed: glossConfig.seed })
    await using trainer = new Trainer(glossConfig, new GlossTraining(glossConfig, model, train))
    return await use(trainer)
  }

  interface Steps {
    trainStep(): Promise<{ readonly step: number; readonly loss: number }>
  }
  const five = [1, 2, 3, 4, 5]
  async function oneByOne(trainer: Steps): Promise<number[]> {
    const losses: number[] = []
    for (const _ of five) losses.push((await trainer.trainStep()).loss)
    return losses
  }
  async function atOnce(trainer: Steps): Promise<number[]> {
    const steps = await Promise.all(five.map(() => trainer.trainStep()))
    expect(steps.map(({ step }) => step)).toEqual(five)
    return steps.map(({ loss }) => loss)
  }

  it('gives the losses it gives alone beside another on the same Gpu', async () => {
    const alone = await withTrainer(oneByOne)
    const gloss = await withGlossTrainer(oneByOne)
    const together = await Promise.all([withTrainer(oneByOne), withGlossTrainer(oneByOne), withTrainer(oneByOne)])
    expect(together).toEqual([alone, gloss, alone])
    expect(alone[4]).toBeLessThan(alone[0]!)
  })

  it('takes steps that are asked for at once one after the other', async () => {
    expect(await withTrainer(atOnce)).toEqual(await withTrainer(oneByOne))
    expect(await withGlossTrainer(atOnce)).toEqual(await withGlossTrainer(oneByOne))
  })
})
