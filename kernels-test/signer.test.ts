// One call to open a model and sign: what it signs is what the generator makes, in pieces too; prompts, languages, and how it ends.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Progress } from '../src/base/progress.js'
import { type ModelCard, namedLanguages } from '../src/checkpoint/card.js'
import { formatModelFile, PROMPTS } from '../src/checkpoint/model_file.js'
import { parseCheckpoint } from '../src/checkpoint/parse.js'
import { restoreModel } from '../src/checkpoint/restore.js'
import { glossContent } from '../src/checkpoint/text_to_gloss.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { Generator } from '../src/infer/generator.js'
import { tinyGlossModel, tinyGroup, tinyModel } from '../src/model/tiny_models.testing.js'
import type { Motion } from '../src/motion/clip.js'
import { facingMotion } from '../src/motion/layout/mirror.js'
import { Signer } from '../src/signer/node.js'
import { lentGpu } from './harness.js'

const card: ModelCard = {
  name: 'tiny',
  languages: namedLanguages(['ASL', 'GSL']),
  provenance: { writtenBy: 'signllm' },
  needs: [],
}
let one: Uint8Array
let two: Uint8Array
let prompting: Uint8Array
/** Two groups whose glosses are those of the model that reads prompts. */
beforeAll(async () => {
  const gpu = await lentGpu()
  await using asl = tinyModel(gpu)
  await using both = tinyModel(gpu, ['ASL', 'GSL'])
  await using gloss = tinyGlossModel(gpu)
  one = await formatModelFile(await poseContent('x', asl), { card }, 'x')
  two = await formatModelFile(await poseContent('x', both), { card, half: true }, 'x')
  const others = { [PROMPTS]: await glossContent(gloss) }
  prompting = await formatModelFile(await poseContent('x', both), { card, others }, 'x')
})

async function collected(pieces: AsyncIterable<Motion>): Promise<Motion[]> {
  const all: Motion[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}

describe('Signer.open', () => {
  it('signs what the generator makes, whole and in pieces', async () => {
    const gpu = await lentGpu()
    await using signer = await Signer.open(one, { gpu })
    expect([signer.languages, signer.language, signer.readsPrompts, signer.card]).toEqual([['ASL'], 'ASL', false, card])
    await using model = restoreModel(gpu, await parseCheckpoint(one))
    await using generator = new Generator(gpu, model.group('ASL'))
    const [wanted] = await generator.generate(['rain sun'], { policy: 'oracle', lengths: [37] })
    const asked = { policy: 'oracle', lengths: [37] } as const
    const motion = await signer.sign('rain sun', asked)
    expect(motion).toEqual(facingMotion(wanted!))
    const pieces = await collected(signer.stream('rain sun', asked))
    expect(pieces.map(({ frames }) => frames)).toEqual([16, 16, 5])
    expect(Float32Array.from(pieces.flatMap(({ joints }) => [...joints]))).toEqual(motion.joints)
    expect(pieces.every(({ fps }) => fps === motion.fps)).toBe(true)
    expect(signer.unknownWords('rain zebra')).toEqual(['zebra'])
    expect(signer.tokensOf('Rain zebra')).toEqual(['rain', 'zebra'])
  })

  it('opens an adapter of its own, or takes a device, and destroys no more than it made', async () => {
    const lent = await lentGpu()
    const own = await Signer.open(two, { language: 'gsl' })
    expect([own.language, own.gpu === lent]).toEqual(['GSL', false])
    const motion = await own.sign('sun')
    await own.destroy()
    await own.destroy()
    await expect(own.gpu.device.lost).resolves.toMatchObject({ reason: 'destroyed' })
    await expect(own.sign('sun')).rejects.toMatchObject({ code: 'ERR_DISPOSED' })

    const over = await Signer.open(two, { device: lent.device, language: 'GSL' })
    expect(await over.sign('sun')).toEqual(motion)
    await over.destroy()
    const again = await Signer.open(two, { gpu: lent })
    expect(await again.sign('sun', { language: 'GSL' })).toEqual(motion)
    await again.destroy()
    lent.check()
  })

  it('wants a language that the model has where it has several', async () => {
    const gpu = await lentGpu()
    await using signer = await Signer.open(two, { gpu })
    expect(signer.language).toBeUndefined()
    await expect(signer.sign('rain')).rejects.toThrow('sign: wanted one of the languages ASL, GSL, got none. Name it as language')
    await expect(signer.sign('rain', { language: 'KSL' })).rejects.toThrow("wanted one of the languages ASL, GSL, got 'KSL'")
    await expect(Signer.open(two, { gpu, language: 'KSL', name: 'm' })).rejects.toThrow(
      "m: wanted one of the languages ASL, GSL, got 'KSL'",
    )
    await expect(collected(signer.stream('zebra', { language: 'ASL' }))).rejects.toThrow("got only 'zebra'. It knows 4 words: rain")
    await expect(signer.sign('', { language: 'ASL' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    const any = (value: unknown) => value as never
    for (const [call, message] of [
      [() => signer.sign(any(3)), 'sign: wanted a sentence as text, got 3. Give text only'],
      [() => signer.sign(any(['rain', 'sun'])), 'got an array of 2. Give them one by one: several calls may be under way at once'],
      [() => signer.sign('rain', any(null)), 'wanted options as an object, got null'],
      [() => signer.sign('rain', { language: any(3) }), 'wanted a language as text, got 3'],
      [() => signer.prompt(any(undefined)), 'wanted a prompt as text, got undefined'],
      [async () => signer.unknownWords('rain', any('ASL')), "wanted options as an object, got 'ASL'"],
      [async () => signer.tokensOf('rain', { language: 'KSL' }), "got 'KSL'"],
    ] as const)
      await expect(call()).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(message) })
    gpu.check()
  })

  it('reads prompts where the file holds a model that does', async () => {
    const gpu = await lentGpu()
    await using signer = await Signer.open(prompting, { gpu, language: 'ASL' })
    expect(signer.readsPrompts).toBe(true)
    // It has learned nothing: what it reads is some gloss of its vocabulary, or nothing at all.
    const signed = await signer.prompt('rain sun').catch((error: Error) => error)
    if (signed instanceof Error) expect(signed.message).toMatch(/wanted glosses to sign|wanted a sentence/)
    else expect(signed.reading.language).toBe('ASL')
    await using without = await Signer.open(one, { gpu, name: 'tiny.signllm' })
    await expect(without.prompt('rain')).rejects.toThrow('tiny.signllm: wanted a model that reads prompts, got one of sentences alone')
  })

  it('is read from an address, and aborted while it is', async () => {
    const gpu = await lentGpu()
    const server = createServer((request, response) => {
      if (request.url === '/never.signllm') return
      response.end(one)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const told: number[] = []
    const onProgress = ({ done }: Progress) => told.push(done)
    const signer = await Signer.open(`http://127.0.0.1:${port}/tiny.signllm`, { gpu, onProgress })
    expect(told.at(-1)).toBe(one.length)
    const reason = new Error('no longer wanted')
    await expect(signer.sign('rain', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await signer.destroy()
    const signal = AbortSignal.timeout(50)
    await expect(Signer.open(`http://127.0.0.1:${port}/never.signllm`, { gpu, signal })).rejects.toBe(await reasonOf(signal))
    server.closeAllConnections()
    server.close()
  })

  it('refuses what is no model of motion, and what is damaged, before any adapter is opened', async () => {
    const gpu = await lentGpu()
    await using gloss = tinyGlossModel(gpu)
    const bytes = await formatModelFile(await glossContent(gloss), { card }, 'x')
    const adapter = 'no such adapter'
    await expect(Signer.open(bytes, { adapter })).rejects.toThrow('wanted a text-to-pose model, got a text-to-gloss model')
    await expect(Signer.open(one.slice(0, -1), { adapter })).rejects.toThrow('cut short')
    await expect(Signer.open('/nowhere/rain.signllm', { adapter })).rejects.toMatchObject({ code: 'ERR_CHECKPOINT' })
    await expect(Signer.open(one, { adapter })).rejects.toMatchObject({ code: 'ERR_NO_ADAPTER' })
  })

  it('refuses what code without types hands over for a model or an option', async () => {
    const any = (value: unknown) => value as never
    const gpu = await lentGpu()
    for (const [model, options, message] of [
      [undefined, {}, 'model: wanted a path, an address, bytes or a Blob, got undefined. Say where the model is'],
      ['', {}, 'got an empty name'],
      [Promise.resolve(one), {}, 'got a Promise'],
      [Float64Array.of(1), {}, 'got a Float64Array'],
      [one, null, 'Signer.open: wanted options as an object, got null'],
      [one, { language: ['ASL'] }, 'wanted a language as text, got an array of 1'],
      [one, { gpu: {} }, 'wanted a Gpu that openGpu opened or Gpu.from made, got an object'],
      [one, { gpu, device: gpu.device }, 'wanted a Gpu or a device, got both'],
      [one, { gpu, maxBytes: -1 }, 'wanted maxBytes as a number above 0, got -1'],
    ] as const)
      await expect(Signer.open(any(model), any(options)), message).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringContaining(message),
      })
  })

  it('ends with a lost device, in words, and its host goes on', async () => {
    const signer = await Signer.open(one)
    const pieces = signer.stream('rain sun', { policy: 'oracle', lengths: [40] })
    await pieces.next()
    signer.gpu.device.destroy()
    await expect(collected(pieces)).rejects.toMatchObject({ code: 'ERR_DEVICE_LOST' })
    await expect(signer.sign('rain')).rejects.toMatchObject({ code: 'ERR_DEVICE_LOST' })
    await signer.destroy()
    await using again = await Signer.open(one)
    expect((await again.sign('rain')).frames).toBeGreaterThan(0)
    expect(tinyGroup('ASL').fps).toBe((await again.sign('rain')).fps)
  })
})

const reasonOf = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve(signal.reason) : new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))
