import { describe, expect, it } from 'vitest'
import { Generator } from '../src/infer/generator.js'
import { MultiLanguageGenerator, type SavedGroups } from '../src/infer/multi_language_generator.js'
import { presets } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { parameterCount } from '../src/model/parameters.js'
import { type GroupDescription, SignModel } from '../src/model/sign_model.js'
import { COORDS } from '../src/motion/skeleton.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'

const config = { ...presets.tiny, width: 16, heads: 2, hidden: 16, maxFrames: 20, maxTokens: 8 }
const describeGroup = (language: string): GroupDescription => ({
  language,
  config,
  vocabulary: Vocabulary.build(['rain sun'], 'words'),
  startFrame: new Float32Array(COORDS),
  scaling: rawFrames(),
  fps: 25,
})
const groupBytes = 4 * parameterCount(config, describeGroup('ASL').vocabulary.size)

/** Three languages as a file would hold them, and what each signs when it is alone on the GPU. */
async function threeLanguages() {
  const gpu = await lentGpu()
  const model = new SignModel(gpu)
  const tensors = new Map()
  const alone = new Map()
  for (const language of ['ASL', 'GSL', 'KSL']) {
    const group = model.addLanguage(describeGroup(language))
    tensors.set(language, await group.weights.save())
    const generator = new Generator(gpu, group)
    alone.set(language, await generator.generate(['rain']))
    await generator.destroy()
  }
  model.destroy()
  const saved: SavedGroups = {
    path: 'three.safetensors',
    groups: [...tensors.keys()].map(describeGroup),
    tensors: (_, language) => tensors.get(language),
  }
  return { gpu, saved, alone }
}

describe('MultiLanguageGenerator', () => {
  it('loads a language when it is first used, and the longest unused makes room', async () => {
    const { gpu, saved, alone } = await threeLanguages()
    await using generator = new MultiLanguageGenerator(gpu, saved, { maxBytes: 2 * groupBytes })
    expect([generator.languages, generator.loaded]).toEqual([['ASL', 'GSL', 'KSL'], []])
    const sign = async (language: string) => expect(await generator.generate(language, ['rain'])).toEqual(alone.get(language))
    await sign('ASL')
    await sign('GSL')
    await sign('ASL')
    expect(generator.loaded).toEqual(['GSL', 'ASL'])
    await sign('KSL')
    expect(generator.loaded).toEqual(['ASL', 'KSL'])
    await sign('GSL')
    expect(generator.loaded).toEqual(['KSL', 'GSL'])
  })

  it('never evicts a language that is being signed', async () => {
    const { gpu, saved } = await threeLanguages()
    await using generator = new MultiLanguageGenerator(gpu, saved, { maxBytes: groupBytes })
    let frames = 0
    for await (const frame of generator.stream('ASL', 'rain sun', { policy: 'oracle', lengths: [18] })) {
      expect(frame).toHaveLength(COORDS + 1)
      if (frames++ > 0) continue
      await generator.generate('GSL', ['sun'])
      expect(generator.loaded).toEqual(['ASL', 'GSL'])
    }
    expect(frames).toBe(18)
    await generator.generate('KSL', ['sun'])
    expect(generator.loaded).toEqual(['KSL'])
  })

  it('lets go of a language whose stream was aborted, though nobody reads on', async () => {
    const { gpu, saved } = await threeLanguages()
    await using generator = new MultiLanguageGenerator(gpu, saved, { maxBytes: groupBytes })
    const controller = new AbortController()
    const stream = generator.stream('ASL', 'rain sun', { policy: 'oracle', lengths: [18], signal: controller.signal })
    await stream.next()
    controller.abort(new Error('enough'))
    await generator.generate('GSL', ['sun'])
    expect(generator.loaded).toEqual(['GSL'])
    await expect(stream.next()).rejects.toThrow('enough')
    await generator.generate('KSL', ['sun'])
    expect(generator.loaded).toEqual(['KSL'])
  })

  it('ends a stream that is aborted while it waits with the reason, whoever takes the place of its language', async () => {
    const { gpu, saved } = await threeLanguages()
    await using generator = new MultiLanguageGenerator(gpu, saved, { maxBytes: groupBytes })
    const controller = new AbortController()
    const stream = generator.stream('ASL', 'rain sun', { policy: 'oracle', lengths: [18], signal: controller.signal })
    // All of a submission: the next has to be waited for.
    for (let i = 0; i < 16; i++) await stream.next()
    const ended = expect(stream.next()).rejects.toThrow('enough')
    controller.abort(new Error('enough'))
    await generator.generate('GSL', ['sun'])
    await ended
    expect(generator.loaded).toEqual(['GSL'])
  })

  it('names the known languages when asked for another', async () => {
    const { gpu, saved } = await threeLanguages()
    await using generator = new MultiLanguageGenerator(gpu, saved)
    await expect(generator.generate('XSL', ['rain'])).rejects.toThrow(
      "three.safetensors: wanted one of the languages ASL, GSL, KSL, got 'XSL'. Choose one of them, or train it.",
    )
  })
})
