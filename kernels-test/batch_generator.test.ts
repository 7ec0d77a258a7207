// Continuous batching: what a sentence gives is what it gives alone, whoever is under way, and whenever it came.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { BatchGenerator } from '../src/infer/batch_generator.js'
import { FrameBatch } from '../src/infer/frame_batch.js'
import { Generator } from '../src/infer/generator.js'
import type { ModelConfig } from '../src/model/config.js'
import { parameterSpecs } from '../src/model/parameters.js'
import { type GroupDescription, type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import { tinyGroup, words } from '../src/model/tiny_models.testing.js'
import type { Motion } from '../src/motion/clip.js'
import { initialTensors } from '../src/nn/init.js'
import { openGpu } from '../src/platform/node/open.js'
import { lentGpu } from './harness.js'

/** Roundings of other kernels for few rows, and what a decoder that reads its own frames makes of them. */
const ROUNDINGS = 2e-5

const sentences = Array.from({ length: 24 }, (_, i) => Array.from({ length: 1 + (i % 5) }, (_, n) => words[(i >> n) % 4]).join(' '))

/** Every way of making frames. */
const models: Readonly<Record<string, Partial<ModelConfig>>> = {
  'that ends by its own counter': { lengthHead: false },
  'that is told its length by a head': {},
  'of durations': { lengthHead: false, durations: true, justCounter: true },
  'of durations and of another width': {
    lengthHead: false,
    durations: true,
    justCounter: true,
    width: 24,
    heads: 3,
    hidden: 20,
    maxFrames: 33,
  },
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
      const wanted: Motion[] = []
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

describe('those who wait, leave or fail', () => {
  let batch: BatchGenerator
  let group: LanguageGroup
  beforeAll(() => {
    group = groupOf({ lengthHead: false })
    batch = new BatchGenerator(gpu, group, { rows: 4 })
  })
  afterAll(() => batch.destroy())

  it('are served first come, first served, so many at once as there are rows', async () => {
    const order: number[] = []
    const all = sentences.slice(0, 12).map(async (sentence, i) => {
      const motion = await batch.generate(sentence, { policy: 'oracle', length: 20 })
      order.push(i)
      expect(motion.frames).toBe(20)
    })
    await pause(30)
    expect(batch.running).toBeLessThanOrEqual(4)
    await Promise.all(all)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect([batch.running, batch.waiting]).toEqual([0, 0])
  })

  it('tell their length before the first frame, where it is known', async () => {
    const told: string[] = []
    const options = { policy: 'oracle', length: 5, onLength: (frames: number) => told.push(`length ${frames}`) } as const
    for await (const _ of batch.stream('rain', options)) told.push('frame')
    expect(told).toEqual(['length 5', ...Array.from({ length: 5 }, () => 'frame')])
  })

  it('give their row to the next when they are left or aborted, and disturb nobody', async () => {
    const wanted = await batch.generate('sun', { policy: 'oracle', length: 30 })
    const controllers = Array.from({ length: 3 }, () => new AbortController())
    const endless = controllers.map((controller, i) =>
      collect(batch.stream('rain', { policy: 'oracle', length: 40, signal: i < 2 ? controller.signal : undefined })).catch(
        (error) => error,
      ),
    )
    const left = batch.stream('snow', { policy: 'oracle', length: 40 })
    await left.next()
    const queued = batch.generate('sun', { policy: 'oracle', length: 30 })
    const gone = batch.generate('wind', { signal: controllers[2]!.signal }).catch(String)
    controllers.forEach((controller, i) => {
      controller.abort(new Error(`enough ${i}`))
    })
    await left.return(undefined)
    expect(await queued).toEqual(wanted)
    expect(await gone).toBe('Error: enough 2')
    const ends = await Promise.all(endless)
    expect(ends.slice(0, 2).map(String)).toEqual(['Error: enough 0', 'Error: enough 1'])
    expect(ends[2]).toHaveLength(40)
    expect([batch.running, batch.waiting]).toEqual([0, 0])
  })

  it('get the rows of those who leave before their length is known', async () => {
    await using told = new BatchGenerator(gpu, groupOf(), { rows: 4 })
    await told.generate('rain')
    for (const after of [0, 1, 2, 3, 5, 8, 12]) {
      const controllers = Array.from({ length: 4 }, () => new AbortController())
      const gone = controllers.map(({ signal }) => told.generate('rain', { signal }).catch(String))
      const others = words.map((word) => told.generate(word))
      if (after > 0) await pause(after)
      for (const controller of controllers) controller.abort('gone')
      await Promise.all([...gone, ...others])
    }
  })

  it('are not held up by a reader who reads nothing', async () => {
    const slow = batch.stream('rain', { policy: 'oracle', length: 40 })
    await slow.next()
    for (const word of words) expect((await batch.generate(word, { policy: 'oracle', length: 12 })).frames).toBe(12)
    expect(batch.running).toBe(0)
    expect(await collect(slow)).toHaveLength(39)
  })

  it('are told what is wrong with what they ask, before it costs a row', async () => {
    await expect(batch.generate('')).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining('wanted a sentence') })
    await expect(batch.generate('rain '.repeat(30))).rejects.toMatchObject({ message: expect.stringContaining('at most 20 tokens') })
    await expect(batch.generate('rain', { policy: 'best' as never })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    await expect(batch.generate('rain', { policy: 'oracle' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    await expect(batch.generate('rain', { policy: 'predicted-length' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    await expect(batch.generate('rain', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
    expect((await batch.generate('rain', { policy: 'oracle', length: 3 })).frames).toBe(3)
    expect(batch.running).toBe(0)
  })
})

describe('a batch whose end comes', () => {
  it('ends all calls when it is destroyed, those that wait too', async () => {
    const batch = new BatchGenerator(gpu, groupOf(), { rows: 4 })
    const calls = sentences.map((sentence) => batch.generate(sentence).then(String, (error) => error.code))
    await pause(5)
    await batch.destroy()
    await batch.destroy()
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ERR_DISPOSED']))
    await expect(batch.generate('rain')).rejects.toMatchObject({ code: 'ERR_DISPOSED' })
  })

  it('ends a sentence whose numbers are not finite', async () => {
    const group = groupOf({ lengthHead: false })
    const tensors = initialTensors(parameterSpecs(group.config, group.vocabulary.size), 3)
    tensors.get('pose/weight')!.data.fill(3e38)
    const model = new SignModel(gpu)
    made.push(model)
    await using batch = new BatchGenerator(gpu, model.addLanguage(group, { tensors }))
    await expect(batch.generate('rain')).rejects.toMatchObject({ code: 'ERR_DIVERGED' })
    expect(batch.running).toBe(0)
  })

  it('ends all calls when the device is lost', async () => {
    const { gpu: own } = await openGpu()
    const model = new SignModel(own)
    const batch = new BatchGenerator(own, model.addLanguage(tinyGroup('ASL')), { rows: 4 })
    const calls = sentences.map((sentence) =>
      batch.generate(sentence, { policy: 'oracle', length: 40 }).then(String, (error) => error.code),
    )
    await pause(20)
    own.device.destroy()
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ERR_DEVICE_LOST']))
    await own.destroy()
  })

  it('takes a sentence in that comes in whatever moment the last one is found to have left', async () => {
    await using batch = new BatchGenerator(gpu, groupOf(), { rows: 4 })
    const frames = (await batch.generate('rain sun')).frames
    const { encode, encoderFor } = FrameBatch.prototype
    // The batch learns that the first sentence has left once its encoding is through, and of the second once its encoder is there: so many microtasks later.
    for (let later = 0; later < 24; later++) {
      let [through, there]: (() => void)[] = []
      const encoded = new Promise<void>((resolve) => (through = resolve))
      const ready = new Promise<void>((resolve) => (there = resolve))
      const held = vi.spyOn(FrameBatch.prototype, 'encode').mockImplementationOnce(async function (this: FrameBatch, ...args) {
        const reports = await encode.apply(this, args)
        await encoded
        return reports
      })
      const leaving = new AbortController()
      const left = batch.generate('sun', { signal: leaving.signal, policy: 'self-counter' }).catch(() => undefined)
      await vi.waitFor(() => expect(held).toHaveBeenCalled(), { interval: 1 })
      const waiting = vi.spyOn(FrameBatch.prototype, 'encoderFor').mockImplementationOnce(async function (this: FrameBatch, tokens) {
        const encoder = await encoderFor.call(this, tokens)
        await ready
        return encoder
      })
      const next = batch.generate('rain sun')
      await vi.waitFor(() => expect(waiting).toHaveBeenCalled(), { interval: 1 })
      await new Promise((resolve) => setTimeout(resolve, 2))
      leaving.abort()
      await left
      through!()
      for (let i = 0; i < later; i++) await undefined
      there!()
      const got = await Promise.race([next, new Promise<undefined>((resolve) => setTimeout(resolve, 5000, undefined))])
      expect([later, got?.frames]).toEqual([later, frames])
      vi.restoreAllMocks()
    }
  })
})
