// Checkpoints written before there was one format for every task (kernels-test/checkpoints, of runs of a few steps): read, they are the models they were, and
// saved again they are those still.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint, readGlossCheckpoint, readPoseCheckpoint, saveGlossCheckpoint, savePoseCheckpoint } from '../src/checkpoint/file.js'
import { restoreGlossModel, restoreModel } from '../src/checkpoint/restore.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { presets } from '../src/model/config.js'
import { SignModel } from '../src/model/sign_model.js'
import { GlossModel } from '../src/model/text_to_gloss.js'
import type { HostTensors } from '../src/nn/host_tensor.js'
import type { ParameterSet } from '../src/nn/parameter_set.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-old-checkpoints-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const fixture = (name: string) => fileURLToPath(new URL(`checkpoints/${name}.safetensors`, import.meta.url))

/** What an old file holds, read by nothing but the parser of safetensors: its descriptions, its state and its tensors under a prefix. */
async function rawFile(path: string) {
  const { tensors, metadata } = await readSafetensors(path)
  const json = (name: string) => JSON.parse(metadata[name]!)
  const under = (prefix: string): HostTensors =>
    new Map(
      [...tensors].flatMap(([name, { shape, data }]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), { shape, data: data as Float32Array }] as const] : [],
      ),
    )
  return { json, under, size: tensors.size }
}

/** Weights and both moments are the file's, to the bit. */
async function expectArenas(weights: ParameterSet, under: (prefix: string) => HostTensors, group: string): Promise<void> {
  for (const [part, arena] of Object.entries({ weights: weights.values, first: weights.first!, second: weights.second! })) {
    const saved = await weights.save(arena)
    const stored = under(`${part}/${group}`)
    expect([...saved.keys()].sort()).toEqual([...stored.keys()].sort())
    for (const [name, { data }] of stored) expect(saved.get(name)!.data, `${part} ${name}`).toEqual(data)
  }
}

const signed = async (model: SignModel) => {
  const [group] = model.groups
  const words = group!.vocabulary.tokens.slice(4)
  await using generator = new Generator(model.gpu, group!)
  const whole = await generator.generate(words)
  return [...whole, ...(await generator.generate([words.slice(0, 2).join(' '), words[2]!], { policy: 'oracle', lengths: [7, 19] }))]
}

const glossed = async (model: GlossModel) => {
  const words = model.source.tokens.slice(4)
  await using decoder = new GlossDecoder(model.gpu, model)
  return [await decoder.decode(words), await decoder.decode(words, { beams: 3 }), await decoder.decode([words.join(' ')], { beams: 2 })]
}

describe.each(['pose-f32', 'pose-f16'])('the text-to-pose checkpoint %s', (name) => {
  it('is the model it was, moments and state of the trainer too', async () => {
    const gpu = await lentGpu()
    const { json, under } = await rawFile(fixture(name))
    const [saved] = json('groups')
    const checkpoint = await readPoseCheckpoint(fixture(name))
    expect(checkpoint).toMatchObject({ task: 'text-to-pose', notes: [], exchanged: [], state: json('state') })
    await using restored = restoreModel(gpu, checkpoint, { training: true })
    await expectArenas(restored.groups[0]!.weights, under, `${saved.language}/`)

    await using byHand = new SignModel(gpu)
    const { language, config, vocabulary, startFrame, scaling, fps } = saved
    const description = {
      language,
      config: { ...presets.tiny, ...config },
      vocabulary: Vocabulary.fromJSON(vocabulary, 'fixture'),
      startFrame: Float32Array.from(startFrame),
      scaling: { centre: Float32Array.from(scaling.centre), scale: Float32Array.from(scaling.scale) },
      fps,
    }
    byHand.addLanguage(description, { tensors: under(`weights/${language}/`) })
    const motions = await signed(byHand)
    expect(motions[0]!.frames).toBeGreaterThan(5)
    expect(await signed(restored)).toEqual(motions)

    const path = join(folder, `${name}.safetensors`)
    await savePoseCheckpoint(path, restored, checkpoint.state)
    const again = await readPoseCheckpoint(path)
    expect({ ...again, tensors: undefined }).toEqual({ ...checkpoint, path, tensors: undefined })
    await using resaved = restoreModel(gpu, again, { training: true })
    await expectArenas(resaved.groups[0]!.weights, under, `${language}/`)
    expect(await signed(resaved)).toEqual(motions)
  })
})

describe.each(['gloss-f32', 'gloss-f16'])('the text-to-gloss checkpoint %s', (name) => {
  it('is the model it was, moments and state of the trainer too', async () => {
    const gpu = await lentGpu()
    const { json, under } = await rawFile(fixture(name))
    const { source, gloss, ...saved } = json('model')
    const checkpoint = await readGlossCheckpoint(fixture(name))
    expect(checkpoint).toMatchObject({ task: 'text-to-gloss', notes: [], state: json('state'), description: saved })
    await using restored = restoreGlossModel(gpu, checkpoint, { training: true })
    await expectArenas(restored.weights, under, '')

    const description = { ...saved, source: Vocabulary.fromJSON(source, 'fixture'), gloss: Vocabulary.fromJSON(gloss, 'fixture') }
    await using byHand = new GlossModel(gpu, description, { training: false, tensors: under('weights/') })
    const glosses = await glossed(byHand)
    // After a few steps the tokens say little of the weights; each prompt's log-probability depends on all of them.
    const scores = glosses.flat().flatMap(({ score }) => (score === undefined ? [] : [score]))
    expect(scores).toHaveLength(description.source.tokens.length - 4 + 1)
    expect(new Set(scores).size).toBe(scores.length)
    expect(await glossed(restored)).toEqual(glosses)

    const path = join(folder, `${name}.safetensors`)
    await saveGlossCheckpoint(path, restored, checkpoint.state)
    const again = await readGlossCheckpoint(path)
    expect({ ...again, tensors: undefined }).toEqual({ ...checkpoint, path, tensors: undefined })
    await using resaved = restoreGlossModel(gpu, again, { training: true })
    await expectArenas(resaved.weights, under, '')
    expect(await glossed(resaved)).toEqual(glosses)
  })
})

describe('a checkpoint', () => {
  it('is the same from a path, from bytes and from a Blob, and names its task', async () => {
    for (const [name, task] of [
      ['pose-f32', 'text-to-pose'],
      ['gloss-f16', 'text-to-gloss'],
    ] as const) {
      const path = fixture(name)
      const bytes = new Uint8Array(await readFile(path))
      const fromPath = await readCheckpoint(path)
      expect(fromPath.task).toBe(task)
      const unaligned = new Uint8Array(bytes.length + 1)
      unaligned.set(bytes, 1)
      for (const source of [bytes, bytes.buffer, unaligned.subarray(1), new Blob([bytes]), new File([bytes], 'named.safetensors')])
        expect(await readCheckpoint(source, path)).toEqual(fromPath)
    }
  })

  it('makes its model also where it was read as one of any task, and says whose it is where it is of another', async () => {
    const gpu = await lentGpu()
    const [pose, gloss] = [await readCheckpoint(fixture('pose-f32')), await readCheckpoint(fixture('gloss-f32'))]
    await using signs = restoreModel(gpu, pose, { training: true })
    await using same = restoreModel(gpu, await readPoseCheckpoint(fixture('pose-f32')))
    expect(await signed(signs)).toEqual(await signed(same))
    expect(signs.groups[0]!.weights.first).toBeDefined()
    await using reads = restoreGlossModel(gpu, gloss)
    await using alike = restoreGlossModel(gpu, await readGlossCheckpoint(fixture('gloss-f32')))
    expect(await glossed(reads)).toEqual(await glossed(alike))
    expect(() => restoreModel(gpu, gloss)).toThrow('got one of another task')
    expect(() => restoreGlossModel(gpu, pose)).toThrow('got one of another task')
  })

  it('from bytes is called by the name of its file or what it was told, and keeps nothing of them', async () => {
    const bytes = new Uint8Array(await readFile(fixture('gloss-f32')))
    expect((await readCheckpoint(bytes)).path).toBe('checkpoint')
    expect((await readCheckpoint(new File([bytes], 'mine.safetensors'))).path).toBe('mine.safetensors')
    const read = await readCheckpoint(bytes, 'told')
    bytes.fill(0)
    expect({ ...read, path: '', notes: [] }).toEqual({ ...(await readCheckpoint(fixture('gloss-f32'))), path: '', notes: [] })
    await expect(readCheckpoint(bytes, 'told')).rejects.toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringMatching(/^told/) })
    await expect(readCheckpoint(new Blob([bytes.subarray(0, 5)]))).rejects.toThrow('checkpoint: wanted at least 8 bytes')
  })
})
