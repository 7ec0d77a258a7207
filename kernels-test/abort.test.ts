// One rule of aborting for all that generates or decodes: the call rejects with the signal's reason, and nobody else notices.

import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { MultiLanguageGenerator } from '../src/infer/multi_language_generator.js'
import { PromptGenerator } from '../src/infer/prompt_generator.js'
import { PromptReader } from '../src/infer/prompt_reader.js'
import { tinyGlossModel, tinyGroup, tinyModel } from '../src/model/tiny_models.testing.js'
import { lentGpu } from './harness.js'

type Call = (signal?: AbortSignal) => Promise<unknown>

/** Everything that can be aborted, each as one call. */
async function everyCall(gpu: Gpu) {
  const model = tinyModel(gpu)
  const glossModel = tinyGlossModel(gpu)
  const group = model.group('ASL')
  const tensors = await group.weights.save()
  const generator = new Generator(gpu, group)
  const decoder = new GlossDecoder(gpu, glossModel)
  const many = new MultiLanguageGenerator(gpu, { path: 'one.safetensors', groups: [tinyGroup('ASL')], tensors: () => tensors })
  const reader = new PromptReader(glossModel)
  const prompts = new PromptGenerator(reader, many)
  const frames = async (stream: AsyncIterable<Float32Array>) => {
    const all: Float32Array[] = []
    for await (const frame of stream) all.push(frame)
    return all
  }
  const calls: Record<string, Call> = {
    'a generation': (signal) => generator.generate(['rain'], { signal }),
    'a generation of a predicted length': (signal) => generator.generate(['rain'], { policy: 'predicted-length', signal }),
    'a stream': (signal) => frames(generator.stream('rain', { signal })),
    'a generation in one of many languages': (signal) => many.generate('ASL', ['rain'], { signal }),
    'a stream in one of many languages': (signal) => frames(many.stream('ASL', 'rain', { signal })),
    'a decoding': (signal) => decoder.decode(['rain sun'], { signal }),
    'a decoding by beams': (signal) => decoder.decode(['rain sun'], { beams: 3, signal }),
    'a reading': (signal) => reader.read('rain', { signal }),
    'a prompt that is read': (signal) => prompts.generate('rain', { read: { signal } }),
    'a prompt that is signed': (signal) => prompts.generate('rain', { generate: { signal } }),
  }
  return {
    calls,
    many,
    async [Symbol.asyncDispose]() {
      for (const one of [generator, decoder, many, reader]) await one.destroy()
      glossModel.destroy()
      model.destroy()
    },
  }
}

const reason = new Error('enough')

describe('a signal', () => {
  it('that is aborted already rejects every call with its reason, before any work', async () => {
    const gpu = await lentGpu()
    await using every = await everyCall(gpu)
    for (const [what, call] of Object.entries(every.calls)) await expect(call(AbortSignal.abort(reason)), what).rejects.toBe(reason)
    // But for the first stage of a prompt whose second is aborted, which no signal was given to.
    expect(every.many.loaded).toEqual([])
  })

  it('aborted meanwhile rejects with its reason, and leaves calls beside it as they are', async () => {
    const gpu = await lentGpu()
    await using every = await everyCall(gpu)
    for (const [what, call] of Object.entries(every.calls)) {
      const alone = await call()
      for (const wait of [() => undefined, () => new Promise((resolve) => setImmediate(resolve))]) {
        const controller = new AbortController()
        const aborted = call(controller.signal)
        const beside = call()
        const refused = expect(aborted, what).rejects.toBe(reason)
        await wait()
        controller.abort(reason)
        await refused
        expect(await beside, what).toEqual(alone)
      }
    }
  })

  it('that nobody aborts, or only afterwards, changes nothing', async () => {
    const gpu = await lentGpu()
    await using every = await everyCall(gpu)
    for (const [what, call] of Object.entries(every.calls)) {
      const controller = new AbortController()
      expect(await call(controller.signal), what).toEqual(await call())
      controller.abort(reason)
    }
  })
})
