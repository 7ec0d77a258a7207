// A model file is what was exported, whatever it is read from; anything else is refused by name.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignError } from '../base/errors.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import { parseSafetensors } from '../formats/safetensors/parse.js'
import { Vocabulary } from '../text/vocabulary.js'
import { type ModelCard, namedLanguages } from './card.js'
import type { CheckpointContent } from './checkpoint.js'
import { readCheckpoint, readGlossCheckpoint } from './file.js'
import { formatModelFile, languageTags, PROMPTS } from './model_file.js'
import { type CheckpointBytes, parseCheckpoint } from './parse.js'

const card: ModelCard = {
  name: 'rain',
  licence: 'CC-BY-4.0',
  languages: namedLanguages(['ASL', 'DSGS', 'QQQ']),
  provenance: { writtenBy: 'signllm 0.1.0', run: 'rain', seed: 27, steps: 800, runFile: '0f'.repeat(32) },
  needs: [],
}
const content: CheckpointContent = {
  task: 'copy',
  model: { letters: 12 },
  vocabularies: { letters: Vocabulary.build(['a b'], 'whitespace') },
  normalisation: { a: 2 },
  state: { step: 3 },
  tensors: new Map([
    ['weights/out', { shape: [2, 2], data: Float32Array.of(1, -2, 0.1, 3) }],
    ['weights/bias', { shape: [2], data: Float32Array.of(0.1, 7e4) }],
    ['first/out', { shape: [2, 2], data: new Float32Array(4) }],
  ]),
}
const made = (options: Partial<Parameters<typeof formatModelFile>[1]> = {}) => formatModelFile(content, { card, ...options }, 'x')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-model-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a model file', () => {
  it('holds what its users need, with a card, and nothing of the training', async () => {
    const bytes = await made()
    const back = await parseCheckpoint(bytes, 'x')
    const { state: _, tensors, ...kept } = content
    const weights = new Map([...tensors].slice(0, 2))
    expect(back).toEqual({ ...kept, tensors: weights, card, path: 'x', notes: [], stored: ['F32'] })
    expect(await formatModelFile(back, { card }, 'x')).toEqual(bytes)
    expect(card.languages.map(({ name }) => name)).toEqual(['American Sign Language', 'Swiss German Sign Language', undefined])
  })

  it('is read from a path, an address of a file, bytes, and a Blob', async () => {
    const bytes = (await made()) as Uint8Array<ArrayBuffer>
    const path = join(folder, 'model.signllm')
    await writeFile(path, bytes)
    const wanted = await parseCheckpoint(bytes, 'x')
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href, bytes, bytes.buffer, new Blob([bytes])]) {
      const told: unknown[] = []
      expect(await readCheckpoint(source, { name: 'x', onProgress: (progress) => told.push(progress) })).toEqual(wanted)
      expect(told.at(-1)).toMatchObject({ done: bytes.length, all: bytes.length })
    }
    const reason = new Error('no longer wanted')
    for (const source of [path, bytes]) await expect(readCheckpoint(source, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('has its matrices in half the space where that is wanted, and its vectors as they are', async () => {
    const { tensors, stored } = await parseCheckpoint(await made({ half: true }), 'x')
    expect(stored?.toSorted()).toEqual(['F16', 'F32'])
    expect([...tensors.get('weights/out')!.data]).toEqual([1, -2, 0.0999755859375, 3])
    expect(tensors.get('weights/bias')!.data).toEqual(Float32Array.of(0.1, 7e4))
    const beyond = { ...content, tensors: new Map([['weights/out', { shape: [1, 2], data: Float32Array.of(1, 7e4) }]]) }
    await expect(formatModelFile(beyond, { card, half: true }, 'x')).rejects.toThrow(
      'x: wanted numbers of at most 65504 for f16, got 70000 in weights/out. Export it without --half.',
    )
  })

  it('holds other models, which are found by what they are for', async () => {
    const gloss: CheckpointContent = {
      task: 'text-to-gloss',
      model: {
        config: { width: 4, heads: 1, hidden: 4, encoderLayers: 1, decoderLayers: 1, dropout: 0, activation: 'relu', maxTokens: 4 },
        languages: ['ASL'],
        reads: 'prompt',
      },
      vocabularies: { source: Vocabulary.build(['a'], 'words'), gloss: Vocabulary.build(['<ASL_A>'], 'whitespace') },
      tensors: new Map([['weights/out', { shape: [1], data: Float32Array.of(5) }]]),
    }
    const bytes = await made({ others: { [PROMPTS]: gloss } })
    const back = await parseCheckpoint(bytes, 'm')
    expect([...back.tensors.keys()]).toEqual(['weights/out', 'weights/bias'])
    expect(back.others?.prompts).toMatchObject({ task: 'text-to-gloss', path: 'm (prompts)', tensors: gloss.tensors })
    const read = await readGlossCheckpoint(bytes)
    expect([...read.tensors('weights').keys()]).toEqual(['out'])
    await expect(readGlossCheckpoint(await made(), 'm')).rejects.toThrow('m: wanted a text-to-gloss model, got a copy model')
  })

  it('tells languages that share their weights by their glosses', () => {
    const vocabularies = { ALL: Vocabulary.build(['<GSL_A> <ASL_B> <ASL_C>'], 'whitespace'), X: Vocabulary.build(['a'], 'words') }
    expect(languageTags({ model: { groups: [{ language: 'ALL' }, { language: 'X' }] }, vocabularies })).toEqual(['ASL', 'GSL', 'X'])
    expect(languageTags({ model: { languages: ['KSL'] }, vocabularies: {} })).toEqual(['KSL'])
  })
})

describe('a model file that is not what was exported', () => {
  async function complaint(source: CheckpointBytes): Promise<string> {
    try {
      await parseCheckpoint(source, 'rain.signllm')
    } catch (error) {
      expect(error).toBeInstanceOf(SignError)
      expect((error as SignError).code).toBe('ERR_CHECKPOINT')
      return (error as SignError).message
    }
    throw new Error('read without complaint')
  }

  it('is refused by name where any one byte is another', async () => {
    const good = await made({ half: true })
    for (let at = 0; at < good.length; at++)
      for (const flip of [1, 0x80, 0xff]) {
        const bytes = good.slice()
        bytes[at]! ^= flip
        expect(await complaint(bytes), `byte ${at}`).toMatch(/^rain\.signllm.*: wanted /)
      }
  })

  it('is refused by name where it ends too early, anywhere, or too late', async () => {
    const good = (await made()) as Uint8Array<ArrayBuffer>
    for (let length = 0; length < good.length; length++)
      for (const source of [good.slice(0, length), new Blob([good.slice(0, length)])])
        expect(await complaint(source)).toMatch(/^rain\.signllm.*: wanted /)
    expect(await complaint(Uint8Array.of(...good, 0))).toMatch(/wanted/)
  })

  it('is refused without a large allocation where its header lies', async () => {
    const lies = [
      // 2^63 and almost 100 MB of header, in a file of 16 bytes.
      new Uint8Array(new BigUint64Array([2n ** 63n, 0n]).buffer),
      new Uint8Array(new BigUint64Array([99_000_000n, 0n]).buffer),
      ...['[4000000000,4]', '[1000000000000000,1]', '[9007199254740991,9007199254740991]'].map((shape) => {
        const json = `{"w":{"dtype":"F32","shape":${shape},"data_offsets":[0,16000000000]}}`
        const bytes = new Uint8Array(8 + json.length + 8)
        new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
        bytes.set(new TextEncoder().encode(json), 8)
        return bytes
      }),
    ]
    const before = process.memoryUsage().arrayBuffers
    for (const bytes of lies) for (const source of [bytes, new Blob([bytes as Uint8Array<ArrayBuffer>])]) await complaint(source)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
  })

  it('is refused where weights are others with checksums that fit', async () => {
    const good = await made()
    const { metadata } = parseSafetensors(good, 'x')
    const digests = JSON.parse(metadata.digests!) as Record<string, string>
    const other = new Map([...content.tensors].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => value + 1) }]))
    const forged = parseSafetensors(await formatModelFile({ ...content, tensors: other }, { card }, 'x'), 'x')
    const bytes = formatSafetensors(forged.tensors, { ...forged.metadata, digests: JSON.stringify(digests) })
    expect(await complaint(bytes)).toMatch(
      /^rain\.signllm: tensor "weights\/out": wanted bytes with SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}/,
    )
    const less = formatSafetensors(forged.tensors, { ...forged.metadata, digests: '{}' })
    expect(await complaint(less)).toContain('wanted bytes with SHA-256 none')
    const odd = formatSafetensors(forged.tensors, { ...forged.metadata, card: '{"name":1}' })
    expect(await complaint(odd)).toContain('wanted the card of a model')
  })
})
