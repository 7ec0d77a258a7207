// Checkpoints of both kinds of model: what is damaged, old or not finite, and what may not be saved.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import type { Gpu } from '../device/gpu.js'
import { elements } from '../device/memory.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import { largest, type ModelConfig, presets } from '../model/config.js'
import { rawFrames } from '../model/frame_scaling.js'
import { type GroupDescription, SignModel } from '../model/sign_model.js'
import { GlossModel } from '../model/text_to_gloss.js'
import { COORDS } from '../motion/skeleton.js'
import { openGpu } from '../platform/node/open.js'
import { Vocabulary } from '../text/vocabulary.js'
import { readGlossCheckpoint, readPoseCheckpoint, saveGlossCheckpoint, savePoseCheckpoint } from './file.js'
import { restoreGlossModel, restoreModel } from './restore.js'

const sizes = { width: 8, heads: 1, hidden: 8, encoderLayers: 1, decoderLayers: 1, maxTokens: 8 }
const config: ModelConfig = { ...presets.tiny, ...sizes, maxFrames: 8 }
const vocabulary = Vocabulary.build(['rain sun'], 'words')
const group: GroupDescription = { language: 'ASL', config, vocabulary, startFrame: new Float32Array(COORDS), scaling: rawFrames(), fps: 25 }
const glossConfig = { ...sizes, dropout: config.dropout, activation: config.activation }
const glossDescription = { config: glossConfig, source: vocabulary, gloss: vocabulary, languages: ['ASL'], reads: 'text' as const }

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-checkpoint-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** What the two kinds of checkpoint share, each saved with state, so that moments are in it. */
const kinds = {
  'text-to-pose': {
    weight: 'weights/ASL/frames/weight',
    async save(path: string) {
      const model = new SignModel(gpu, { training: true })
      model.addLanguage(group)
      await savePoseCheckpoint(path, model, { step: 7 }).finally(() => model.destroy())
    },
    read: readPoseCheckpoint,
  },
  'text-to-gloss': {
    weight: 'weights/gloss/weight',
    async save(path: string) {
      const model = new GlossModel(gpu, glossDescription, { training: true })
      await saveGlossCheckpoint(path, model, { step: 7 }).finally(() => model.destroy())
    },
    read: readGlossCheckpoint,
  },
}

/** Writes a checkpoint again with some tensors in the place of its own. */
async function rewritten(path: string, changed: Record<string, Tensor>, to: string): Promise<string> {
  const { tensors, metadata } = await readSafetensors(path)
  await writeFile(join(folder, to), formatSafetensors(new Map([...tensors, ...Object.entries(changed)]), metadata))
  return join(folder, to)
}

describe.each(Object.entries(kinds))('a %s checkpoint', (kind, { weight, save, read }) => {
  let path: string
  beforeAll(async () => {
    path = join(folder, `${kind}.safetensors`)
    await save(path)
  })

  it('loads without a note, and the same model gives the same bytes', async () => {
    expect(await read(path)).toMatchObject({ notes: [], state: { step: 7 } })
    await save(`${path}2`)
    expect((await readFile(`${path}2`)).equals(await readFile(path))).toBe(true)
  })

  it('notices a flipped bit in its length, its header, every tensor and its last byte', async () => {
    const bytes = await readFile(path)
    const headerEnd = 8 + Number(bytes.readBigUInt64LE(0))
    const { tensors } = await readSafetensors(path)
    const random = Random.for(11, kind)
    const within = (from: number, to: number) => from + Math.floor(random.uniform() * (to - from))
    const positions = [...Array(8).keys(), bytes.length - 1, ...Array.from({ length: 40 }, () => within(8, headerEnd))]
    let at = headerEnd
    // All are float32, so they lie in the header's order.
    for (const { data } of tensors.values()) {
      positions.push(within(at, at + data.byteLength), within(at, at + data.byteLength))
      at += data.byteLength
    }
    expect(at).toBe(bytes.length)
    expect([...tensors.keys()].some((name) => name.includes('second'))).toBe(true)
    const damaged = join(folder, 'damaged.safetensors')
    for (const position of positions) {
      const flipped = Buffer.from(bytes)
      flipped[position]! ^= 1 << within(0, 8)
      await writeFile(damaged, flipped)
      await expect(read(damaged), `byte ${position} of ${bytes.length}`).rejects.toMatchObject({
        code: 'ERR_CHECKPOINT',
        message: expect.stringContaining('damaged.safetensors'),
      })
    }
  })

  it('of an older version, which had no checksums, loads with a note', async () => {
    const bytes = await readFile(path)
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString())
    delete header.__metadata__['crc32.tensors']
    delete header.__metadata__['crc32.header']
    const json = Buffer.from(JSON.stringify(header))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(json.length))
    const old = join(folder, `old-${kind}.safetensors`)
    await writeFile(old, Buffer.concat([length, json, bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)))]))
    const { notes, state } = await read(old)
    expect(notes).toEqual([`${old} was written by an older version, without checksums: damage to it would not be detected`])
    expect(state).toEqual({ step: 7 })
  })

  it.each(['decoderLayers', 'width', 'hidden', 'maxTokens'] as const)(
    'whose header wants a %s beyond any sense is refused',
    async (size) => {
      const { tensors, metadata } = await readSafetensors(path)
      const changed = Object.fromEntries(
        Object.entries(metadata).map(([key, text]) => [key, text.replace(new RegExp(`"${size}":\\d+`), `"${size}":1000000000`)]),
      )
      expect(changed).not.toEqual(metadata)
      const vast = join(folder, `vast-${kind}.safetensors`)
      await writeFile(vast, formatSafetensors(tensors, changed))
      const message = expect.stringMatching(new RegExp(`vast-.*<=${largest[size]}.*${size}`, 's'))
      await expect(read(vast)).rejects.toMatchObject({ code: 'ERR_CHECKPOINT', message })
      expect(() => new SignModel(gpu).addLanguage({ ...group, config: { ...config, [size]: 1e9 } })).toThrow(
        `model: wanted ${size} to be at most ${largest[size]}, got 1000000000`,
      )
    },
  )

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('with %s in a weight or a moment is refused, tensor and index named', async (bad) => {
    const { tensors } = await readSafetensors(path)
    for (const name of [weight, weight.replace('weights', 'second')]) {
      const tensor = tensors.get(name)!
      const data = (tensor.data as Float32Array).slice()
      data[tensor.shape[1]! + 2] = bad
      const broken = await rewritten(path, { [name]: { dtype: 'F32', shape: tensor.shape, data } }, 'broken.safetensors')
      await expect(read(broken)).rejects.toMatchObject({
        code: 'ERR_CHECKPOINT',
        message: expect.stringContaining(`broken.safetensors: tensor "${name}": wanted finite float32 numbers, got ${bad} at [1, 2]`),
      })
    }
  })
})

describe('saving', () => {
  /** Puts a number where no test of ours would: straight into the memory of the GPU. */
  const spoil = (model: SignModel | GlossModel, bad: number) => {
    const weights = model instanceof SignModel ? model.group('ASL').weights : model.weights
    const [spec] = weights.specs
    weights.values.write(spec!, new Float32Array(elements(spec!.shape)).fill(bad))
  }

  it('refuses weights that are not finite, and leaves what was saved before', async () => {
    const path = join(folder, 'good.safetensors')
    const [model, gloss] = [new SignModel(gpu), new GlossModel(gpu, glossDescription, { training: false })]
    model.addLanguage(group)
    await savePoseCheckpoint(path, model)
    const before = await readFile(path)
    const files = (await readdir(folder)).length
    spoil(model, Number.NaN)
    spoil(gloss, Number.NEGATIVE_INFINITY)
    await expect(savePoseCheckpoint(path, model)).rejects.toMatchObject({
      code: 'ERR_DIVERGED',
      message: expect.stringContaining('wanted finite numbers to save, got NaN at [0, 0] in weights/ASL/tokens/table'),
    })
    await expect(saveGlossCheckpoint(path, gloss)).rejects.toThrow('got -Infinity at [0, 0] in weights/tokens/table')
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await readdir(folder)).toHaveLength(files)
    model.destroy()
    gloss.destroy()
  })

  it.each([
    ['startFrame', { startFrame: new Float32Array(COORDS).fill(Number.NaN) }],
    ['scale', { scaling: { ...rawFrames(), scale: new Float32Array(COORDS + 1).fill(Number.POSITIVE_INFINITY) } }],
    ['fps', { fps: Number.NaN }],
    ['bone lengths', { bones: { lengths: new Float32Array(49).fill(Number.NaN), spread: 0 } }],
    ['bone spread', { bones: { lengths: new Float32Array(49), spread: Number.POSITIVE_INFINITY } }],
  ])('refuses a %s that is not finite, which JSON could not hold', async (what, change) => {
    const model = new SignModel(gpu)
    model.addLanguage({ ...group, ...change })
    await expect(savePoseCheckpoint(join(folder, 'no.safetensors'), model)).rejects.toThrow(`in ${what} of ASL`)
    model.destroy()
  })
})

describe('a model', () => {
  it('keeps what it knows of its bones, and that it knows nothing of them', async () => {
    const path = join(folder, 'bones.safetensors')
    const bones = { lengths: Float32Array.from({ length: 49 }, (_, i) => i / 70), spread: 0.0125 }
    await using model = new SignModel(gpu)
    model.addLanguage({ ...group, bones })
    model.addLanguage({ ...group, language: 'GSL' })
    await savePoseCheckpoint(path, model)
    const bytes = await readFile(path)
    const read = await readPoseCheckpoint(path)
    expect(read.groups.map((saved) => saved.bones)).toEqual([bones, undefined])
    await using restored = restoreModel(gpu, read)
    expect(restored.groups.map((saved) => saved.bones)).toEqual([bones, undefined])
    const clone = await restored.cloneLanguage({ ...read.groups[0]!, language: 'LSA' }, 'GSL')
    expect(clone.bones).toEqual(bones)
    await savePoseCheckpoint(path, model)
    expect((await readFile(path)).equals(bytes)).toBe(true)
  })

  it('takes no weights that are not finite from a caller either', () => {
    const model = new SignModel(gpu)
    const fresh = model.addLanguage(group).weights.specs.map(({ name, shape }) => {
      return [
        name,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(name === 'pose/weight' ? Number.NaN : 0) },
      ] as const
    })
    expect(() => model.addLanguage({ ...group, language: 'GSL' }, { tensors: new Map(fresh) })).toThrow(
      "GSL: wanted finite numbers in 'pose/weight', got NaN at [0, 0]",
    )
    expect(model.languages).toEqual(['ASL'])
    model.destroy()
  })

  it('is restored from weights that a tool has stored as halves', async () => {
    const path = join(folder, 'whole.safetensors')
    const model = new SignModel(gpu)
    model.addLanguage(group)
    await savePoseCheckpoint(path, model)
    const half: Tensor = { dtype: 'F16', shape: [COORDS + 1, 8], data: new Uint16Array((COORDS + 1) * 8).fill(0x3c00) }
    const halved = restoreModel(
      gpu,
      await readPoseCheckpoint(await rewritten(path, { 'weights/ASL/pose/weight': half }, 'halved.safetensors')),
    )
    const { data } = (await halved.group('ASL').weights.save()).get('pose/weight')!
    expect(data.every((value) => value === 1)).toBe(true)
    halved.destroy()
    model.destroy()
  })

  it('of glosses is restored with its moments', async () => {
    const path = join(folder, 'text-to-gloss.safetensors')
    const model = restoreGlossModel(gpu, await readGlossCheckpoint(path), { training: true })
    expect((await model.weights.save(model.weights.second!)).get('gloss/weight')!.data.every((value) => value === 0)).toBe(true)
    model.destroy()
  })
})
