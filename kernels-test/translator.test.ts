// Reading signing: what a clip gives does not depend on what is read beside it, and calls are refused, aborted and freed as they should be.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Progress } from '../src/base/progress.js'
import { Random } from '../src/base/random.js'
import type { PoseFrames } from '../src/infer/pose_reader.js'
import { Translator } from '../src/infer/translator.js'
import { poseToTextSpecs } from '../src/model/parameters.js'
import { type PoseToTextDescription, PoseToTextModel } from '../src/model/pose_to_text.js'
import { trainedNumbers } from '../src/nn/parameter_spec.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'

const numbers = 6
const description: PoseToTextDescription = {
  config: {
    width: 32,
    heads: 2,
    hidden: 48,
    encoderLayers: 2,
    decoderLayers: 2,
    dropout: 0.1,
    activation: 'relu',
    maxFrames: 40,
    maxTokens: 8,
    numbers,
  },
  glosses: new Vocabulary(['RAIN', 'SUN', 'WIND'], 'whitespace'),
  words: new Vocabulary(['rain', 'sun', 'wind', 'and'], 'whitespace'),
  languages: ['GSL'],
  fps: 25,
  trainedOn: [],
  seed: 3,
}

function clip(frames: number, seed: number): PoseFrames {
  const random = new Random(seed)
  return { values: Float32Array.from({ length: frames * numbers }, () => random.normal()), frames }
}
const clips = [clip(30, 1), clip(5, 2), clip(17, 3), clip(1, 4), clip(40, 5)]

let model: PoseToTextModel
let translator: Translator
beforeAll(async () => {
  model = new PoseToTextModel(await lentGpu(), description)
  translator = new Translator(await lentGpu(), model)
})
afterAll(async () => {
  await translator.destroy()
  model.destroy()
})

it('has the published numbers of parameters', () => {
  const sizes = { width: 512, hidden: 2048, encoderLayers: 3, decoderLayers: 3 }
  const count = (numbers: number) => trainedNumbers(poseToTextSpecs({ ...sizes, numbers }, 1088, 2891))
  expect([150, 534, 1024].map(count)).toEqual([25_669_184, 25_865_792, 26_116_672])
})

describe('a translator', () => {
  it.each([
    ['greedy', {}],
    ['with beams', { beams: 3, alpha: 1, glossBeams: 4 }],
    ["in Hugging Face's dialect", { beams: 2, alpha: 1, dialect: 'huggingface' }],
  ] as const)('reads each clip as it reads it alone, in its order, %s', async (_, options) => {
    const together = await translator.translate(clips, options)
    for (const [i, one] of clips.entries()) {
      const [alone] = await translator.translate([one], options)
      const { features, score, ...said } = together[i]!
      const { features: _features, score: _score, ...own } = alone!
      expect(said).toEqual(own)
      if (score !== undefined) expect(score).toBeCloseTo(alone!.score!, 4)
      for (const [k, feature] of features.entries()) expect(feature).toBeCloseTo(alone!.features[k]!, 4)
    }
  })

  it('with one beam reads what it reads greedily', async () => {
    const read = (texts: Awaited<ReturnType<Translator['translate']>>) => texts.map(({ text, glosses }) => ({ text, glosses }))
    expect(read(await translator.translate(clips, { beams: 1, alpha: 2 }))).toEqual(read(await translator.translate(clips)))
  })

  it('answers calls at once as it answers one after the other, and tells how far it is', async () => {
    const told: string[] = []
    const onProgress = ({ done, all }: Progress) => told.push(`${done}/${all}`)
    const [a, b] = await Promise.all([translator.translate(clips.slice(0, 2)), translator.translate(clips.slice(2), { onProgress })])
    expect([...a!, ...b!].map(({ text }) => text)).toEqual((await translator.translate(clips)).map(({ text }) => text))
    expect(told).toEqual(['3/3'])
  })

  it('tells the runs of frames that its greedy glosses were read in', async () => {
    for (const [i, { glosses, alignment }] of (await translator.translate(clips)).entries()) {
      expect(alignment!.map(({ label }) => label)).toEqual(glosses)
      for (const [k, { from, to }] of alignment!.entries()) {
        expect(from).toBeGreaterThanOrEqual(alignment![k - 1]?.to ?? 0)
        expect(to).toBeGreaterThan(from)
        expect(to).toBeLessThanOrEqual(clips[i]!.frames)
      }
    }
  })

  it.each([
    ['no frames', clip(0, 1), {}, 'clip 1: wanted 1 to 40 frames, got 0'],
    ['too many frames', clip(41, 1), {}, 'clip 1: wanted 1 to 40 frames, got 41'],
    ['another layout', { values: new Float32Array(10), frames: 2 }, {}, 'wanted 6 numbers a frame, got 5'],
    ['NaN', { values: new Float32Array(6).fill(Number.NaN), frames: 1 }, {}, 'wanted finite numbers'],
    ['no beams', clip(2, 1), { beams: 0 }, 'wanted 1 to 64 beams, got 0'],
    ['a limit beyond the model', clip(2, 1), { limit: 9 }, 'wanted a limit of 1 to 8 tokens, got 9'],
    ['an infinite alpha', clip(2, 1), { alpha: Infinity }, 'wanted a finite alpha'],
  ])('refuses %s', async (_, bad, options, message) => {
    await expect(translator.translate([bad], options)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message),
    })
  })

  it('ends with the reason of an aborted signal', async () => {
    const reason = new Error('enough')
    await expect(translator.translate(clips, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const reading = translator.translate(clips, { beams: 2, signal: controller.signal })
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })

  it('reads nothing once it, or its model, is destroyed', async () => {
    const gpu = await lentGpu()
    const own = new PoseToTextModel(gpu, description)
    const first = new Translator(gpu, own)
    await first.destroy()
    await expect(first.translate(clips)).rejects.toMatchObject({ code: 'ERR_DISPOSED' })
    await using second = new Translator(gpu, own)
    own.destroy()
    await expect(second.translate(clips)).rejects.toMatchObject({ code: 'ERR_DISPOSED' })
    expect(() => new Translator(gpu, {} as PoseToTextModel)).toThrow('wanted a pose-to-text model')
  })

  it('says so where the numbers of a model are not finite', async () => {
    const gpu = await lentGpu()
    await using own = new PoseToTextModel(gpu, description)
    const tensors = await own.weights.save()
    tensors.get('frames/norm/gamma')!.data.fill(3e38)
    tensors.get('encoder/norm/gamma')!.data.fill(3e38)
    own.weights.load(tensors, 'test')
    await using broken = new Translator(gpu, own)
    await expect(broken.translate(clips)).rejects.toMatchObject({ code: 'ERR_DIVERGED' })
  })
})
