// What a caller without types may get wrong: one typed error that says what was wanted, before anything is submitted.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restoreGlossModel, restoreModel } from '../src/checkpoint/restore.js'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { MultiLanguageGenerator } from '../src/infer/multi_language_generator.js'
import { PromptGenerator } from '../src/infer/prompt_generator.js'
import { PromptReader } from '../src/infer/prompt_reader.js'
import type { SignModel } from '../src/model/sign_model.js'
import type { GlossModel } from '../src/model/text_to_gloss.js'
import { tinyGlossModel, tinyGroup, tinyModel } from '../src/model/tiny_models.testing.js'
import { lentGpu } from './harness.js'

let gpu: Gpu
let model: SignModel
let glossModel: GlossModel
let generator: Generator
let decoder: GlossDecoder
beforeAll(async () => {
  gpu = await lentGpu()
  model = tinyModel(gpu)
  glossModel = tinyGlossModel(gpu)
  generator = new Generator(gpu, model.group('ASL'))
  decoder = new GlossDecoder(gpu, glossModel)
})
afterAll(async () => {
  await generator.destroy()
  await decoder.destroy()
  model.destroy()
  glossModel.destroy()
})

/** What code without types may hand over. */
const any = (value: unknown) => value as never

describe('a typed error', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['a sentence alone', () => generator.generate(any('rain')), "wanted an array of sentences, got 'rain'"],
    ['a number for a sentence', () => generator.generate(['rain', any(42)]), 'wanted an array of sentences, got 42 at 1'],
    ['no sentence', () => generator.generate(any(undefined)), 'wanted an array of sentences, got undefined'],
    ['a number to stream', () => generator.stream(any(42)).next(), 'wanted an array of sentences, got 42'],
    ['a policy', () => generator.generate(['rain'], { policy: any('x') }), "of auto, self-counter, predicted-length, oracle, got 'x'"],
    ['a policy to stream', () => generator.stream('rain', { policy: any(1) }).next(), 'self-counter, predicted-length, oracle, got 1'],
    ['a length alone', () => generator.generate(['rain'], { policy: 'oracle', lengths: any(5) }), 'wanted a reference length for each'],
    [
      'lengths in letters',
      () => generator.generate(['rain'], { policy: 'oracle', lengths: any('5') }),
      'wanted a reference length for each',
    ],
    ['a prompt alone', () => decoder.decode(any('rain')), "wanted an array of prompts, got 'rain'"],
    ['no prompt', () => decoder.decode([any(null)]), 'wanted an array of prompts, got null at 0'],
    ['a length penalty of NaN', () => decoder.decode(['rain'], { beams: 2, lengthPenalty: Number.NaN }), 'length penalty, got NaN'],
    ['an endless length penalty', () => decoder.decode(['rain'], { beams: 2, lengthPenalty: -Infinity }), 'length penalty, got -Infinity'],
    ['a length penalty in letters', () => decoder.decode(['rain'], { lengthPenalty: any('1') }), "length penalty, got '1'"],
    ['no options', () => generator.generate(['rain'], any(null)), 'wanted options as an object, got null'],
    ['no options to stream', () => generator.stream('rain', any(null)).next(), 'wanted options as an object, got null'],
    ['options in letters', () => generator.generate(['rain'], any('oracle')), "wanted options as an object, got 'oracle'"],
    ['no options of a search', () => decoder.decode(['rain'], any(null)), 'wanted options as an object, got null'],
    ['no options to read with', () => new PromptReader(glossModel).read('rain', any(null)), 'wanted options as an object, got null'],
    ['a prompt to read', () => new PromptReader(glossModel).read(any(42)), 'wanted a prompt as text, got 42'],
  ])('for %s', async (_, call, message) => {
    await expect(call()).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(message) })
  })

  it.each<[string, () => unknown, string]>([
    ['a generator of a gloss model', () => new Generator(gpu, any(glossModel)), 'got a GlossModel'],
    ['a generator of a whole model', () => new Generator(gpu, any(model)), "model.group('ASL') of a text-to-pose model, got a SignModel"],
    ['a generator of nothing', () => new Generator(gpu, any(undefined)), 'got undefined'],
    ['a decoder of a model of motion', () => new GlossDecoder(gpu, any(model)), 'wanted a text-to-gloss model, got a SignModel'],
    ['a reader of a model of motion', () => new PromptReader(any(model)), 'wanted a text-to-gloss model, got a SignModel'],
    [
      'a gloss checkpoint as one of motion',
      () => restoreModel(gpu, any(glossCheckpoint)),
      'got one of another task, gloss.safetensors. Give it to restoreGlossModel',
    ],
    ['a path for a checkpoint', () => restoreModel(gpu, any('x.safetensors')), "got 'x.safetensors'. Read one with readCheckpoint"],
    [
      'a checkpoint of motion as one of glosses',
      () => restoreGlossModel(gpu, any(poseCheckpoint)),
      'got one of another task, pose.safetensors. Give it to restoreModel',
    ],
    ['no checkpoint', () => restoreGlossModel(gpu, any(null)), 'got null. Read one with readGlossCheckpoint'],
    [
      'many languages of a gloss checkpoint',
      () => new MultiLanguageGenerator(gpu, any(glossCheckpoint)),
      'wanted the checkpoint of a text-to-pose model',
    ],
  ])('for %s', (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining(message) }))
  })

  it.each([
    [[], 'got nothing: '],
    [['<unk>'], 'got only <unk>: '],
  ])('for a prompt out of which the gloss model read %j', async (tokens, message) => {
    const reader = { read: async () => ({ language: 'ASL', languageFrom: 'model', tokens, unknownWords: [] }) }
    await using signer = new MultiLanguageGenerator(gpu, { path: 'saved', groups: [tinyGroup('ASL')], tensors: () => new Map() })
    const reading = new PromptGenerator(any(reader), signer).generate('rain')
    const read = `wanted glosses to sign, ${message}that is the text-to-gloss model's output for 'rain'`
    await expect(reading).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(read) })
  })

  it('harms nothing: what is right goes on', async () => {
    const [motion] = await generator.generate(['rain'], { policy: 'oracle', lengths: any(Float32Array.of(7)) })
    expect(motion!.frames).toBe(7)
    expect(await decoder.decode(['rain'], { beams: 2, lengthPenalty: -1 })).toHaveLength(1)
    gpu.check()
  })
})

const glossCheckpoint = { path: 'gloss.safetensors', description: {}, notes: [], state: undefined, tensors: () => new Map() }
const poseCheckpoint = { ...glossCheckpoint, path: 'pose.safetensors', description: undefined, groups: [] }
