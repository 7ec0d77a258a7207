// Continuous batching: what a sentence gives is what it gives alone, whoever is under way, and whenever it came.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { BatchGenerator } from '../src/infer/batch_generator.js'
import { Generator } from '../src/infer/generator.js'
import type { ModelConfig } from '../src/model/config.js'
import { type GroupDescription, type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import { tinyGroup, words } from '../src/model/tiny_models.testing.js'
import { lentGpu } from './harness.js'

/** Roundings of other kernels for few rows, and what a decoder that reads its own frames makes of them. */
const ROUNDINGS = 2e-5

const sentences = Array.from({ length: 24 }, (_, i) => Array.from({ length: 1 + (i % 5) }, (_, n) => words[(i >> n) % 4]).join(' '))

/** Every way of making frames. */
const models: Readonly<Record<string, Partial<ModelConfig>>> = {
  'that ends by its own counter': { lengthHead: false },
  'that is told its length by a head': {},
  'of durations': { lengthHead: false, durations: true, justCounter: true },
  'of durations and of another width': { lengthHead: false, durations: true, justCounter: true, width: 24, heads: 3, hidden: 20, maxFrames: 33 },
  'of three frames at once': { lengthHead: false, futureFrames: 3 },
}

let gpu: Gpu
const made: SignModel[] = []
beforeAll(async () => {
  gpu = await lentGpu()
})
afterAll(() => {
  for (const model of made) model.destroy()
})

function groupOf(changes: Partial<ModelConfig> = {}, more: Partial<GroupDescription> = {}): LanguageGroup {
  const tiny = tinyGroup('ASL')
  const model = new SignModel(gpu)
  made.push(model)
  return model.addLanguage({ ...tiny, config: { ...tiny.config, ...changes }, ...more })
}

async function collect(frames: AsyncIterable<Float32Array>): Promise<Float32Array[]> {
  const all: Float32Array[] = []
  for await (const frame of frames) all.push(frame)
  return all
}

const furthest = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a batch that sentences join and leave', () => {
  for (const [name, changes] of Object.entries(models)) {
    it(`gives what each gives alone, by a model ${name}`, async () => {
      const group = groupOf(changes)
      await using alone = new Generator(gpu, group)
      await using batch = new BatchGenerator(gpu, group, { rows: 8 })
      const wanted = []
      for (const sentence of sentences) wanted.push((await alone.generate([sentence]))[0]!)
      const got = await Promise.all(
        sentences.map(async (sentence, i) => {
          await pause(7 * i)
          return batch.generate(sentence)
        }),
      )
      expect(got.map(({ frames }) => frames)).toEqual(wanted.map(({ frames }) => frames))
      const errors = got.map(({ joints }, i) => furthest(joints, wanted[i]!.joints))
      expect(Math.max(...errors)).toBeLessThan(ROUNDINGS)
      // Whoever else is under way changes not a bit.
      for (const i of [0, 5, 11]) expect(await batch.generate(sentences[i]!)).toEqual(got[i])
    })
  }

  it('gives the bits of four such sentences side by side', async () => {
    const group = groupOf(models['of durations'])
    await using four = new Generator(gpu, group)
    await using batch = new BatchGenerator(gpu, group)
    for (const sentence of sentences.slice(0, 5)) {
      const [wanted] = await four.generate([sentence, sentence, sentence, sentence])
      expect(await batch.generate(sentence)).toEqual(wanted)
    }
  })
})
