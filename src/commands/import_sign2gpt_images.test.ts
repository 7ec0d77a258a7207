// Checkpoints of the released Sign2GPT that see pictures, imported: their image encoder with its adapters, and pictures seen as the same numbers see them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { pseudoGlossDescription, restorePseudoGloss } from '../checkpoint/pseudo_gloss.js'
import { signToTextDescription } from '../checkpoint/sign_to_text.js'
import { xglmTensorsOf } from '../checkpoint/xglm_files.testing.js'
import { PseudoGlossReader } from '../infer/pseudo_gloss_reader.js'
import { PseudoGlossModel } from '../model/pseudo_gloss.js'
import { Released } from '../model/sign2gpt_state_dict.testing.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { tokenizerJson } from '../text/pieces/pieces.testing.js'
import { PictureFeatures } from '../video/picture_features.js'
import { type ImportOptions, importStateDict } from './import.js'
import { writeReleased } from './import_sign2gpt.testing.js'

const images = { width: 24, hidden: 32, layers: 2, patch: 7, grid: 5, rank: 4 }
const signs = { width: 16, heads: 2, hidden: 24, stages: [1, 1], numbers: images.width, images }
const released = Released.firstStage(signs, { vector: 6, classes: 2 })
const sizes = { imageHeads: 2, imageSize: 28 }

let folder: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-sign2gpt-images-'))
  await writeFile(file('classes.txt'), 'rain\nsun\n')
  await writeFile(file('tokenizer.json'), JSON.stringify(tokenizerJson()))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function importing(
  tensors: ReadonlyMap<string, HostTensor>,
  options: Partial<ImportOptions> = { classes: file('classes.txt'), ...sizes },
  changed: Readonly<Record<string, HostTensor | undefined>> = {},
) {
  const path = await writeReleased(file('images.safetensors'), tensors, changed)
  const asked: ImportOptions = { lang: 'GSL', out: file('imported.safetensors'), ...options }
  const { out } = await importStateDict(path, { overwrite: true, ...asked })
  return readCheckpoint(out)
}

/** A picture whose every pixel is another colour. */
const picture = (shade: number) => ({
  ...{ width: 20, height: 30 },
  rgba: Uint8Array.from({ length: 4 * 20 * 30 }, (_, i) => (37 * i + 11 * shade + ((i * i) % 91)) % 256),
})

describe('a checkpoint with an image encoder', () => {
  it('becomes a model of video that sees what the same numbers see, and finds the same', async () => {
    const gpu = await lentGpu()
    const saved = await importing(released.theirs)
    const description = pseudoGlossDescription(saved)
    const { rank, ...shapes } = images
    expect(description.config).toMatchObject({ input: 'video', numbers: 24, padding: 'rows', width: 16 })
    expect(description.config.images).toEqual({
      ...shapes,
      ...{ heads: 2, imageSize: [28, 28], positions: 'dinov2', trained: 'adapters', layerScale: 1 },
      adapters: { layers: 1, rank, alpha: 4, dropout: 0.1 },
    })
    await using imported = restorePseudoGloss(gpu, saved)
    await using direct = new PseudoGlossModel(gpu, description, { tensors: released.ours })
    const found = []
    for (const model of [imported, direct]) {
      await using seeing = new PictureFeatures(gpu, model.weights, model.config.images!)
      await using reader = new PseudoGlossReader(gpu, model)
      const values = await seeing.read(Array.from({ length: 7 }, (_, i) => picture(i)))
      found.push({ values, glosses: await reader.find([{ values, frames: 7 }]) })
    }
    expect(found[0]).toEqual(found[1])
    expect(new Set(found[0]!.values).size).toBeGreaterThan(100)
  })

  it('may be one that was kept as it was published, or of the second stage', async () => {
    const plain = new Map([...released.theirs].filter(([name]) => !name.includes('lora')))
    const kept = pseudoGlossDescription(await importing(plain)).config.images
    expect(kept).toMatchObject({ trained: 'none', layers: 2 })
    expect(kept).not.toHaveProperty('adapters')
    const language = { width: 16, heads: 2, hidden: 24, layers: 1, vocabulary: 12, rank: 4 }
    const xglm = xglmTensorsOf({ d_model: 16, ffn_dim: 24, num_layers: 1, vocab_size: 12 }) as ReadonlyMap<string, HostTensor>
    const second = Released.secondStage(signs, language, xglm)
    const saved = await importing(second.theirs, { tokens: file('tokenizer.json'), ...sizes })
    expect(signToTextDescription(saved).config.signs).toMatchObject({ input: 'video', images: { width: 24 } })
    for (const [name, { data }] of second.ours) expect(saved.tensors.get(`weights/${name}`)!.data, name).toEqual(data)
  })

  const block = 'sign_model.spatial_model.spatial_model.blocks.'
  const zeros = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })
  it.each([
    ['without heads', {}, { imageHeads: undefined }, 'wanted to know the heads of an image encoder of width 24, no multiple of 64'],
    ['with images that patches do not fill', {}, { imageSize: 30 }, 'wanted an image that patches of 7 fill, got 30 × 30'],
    [
      'without a tensor of a block',
      { [`${block}1.ls2.gamma`]: undefined },
      {},
      "wanted tensor 'image/layer.1/feed_forward/scale', got none",
    ],
    [
      'without one of an adapter',
      { [`${block}1.mlp.lora_w2_l2.weight`]: undefined },
      {},
      "wanted tensor 'image/layer.1/feed_forward/narrow/lora/b', got none",
    ],
    ['with a tensor too many', { [`${block}0.attn.gate`]: zeros(2) }, {}, `got tensors it does not have: '${block}0.attn.gate'`],
    [
      'with a frame head of other features',
      { 'sign_model.spatial_model.lin.weight': zeros(16, 20) },
      {},
      "wanted 'frames/weight' as [16, 24], got [16, 20]",
    ],
    ['with α of 0', {}, { imageAlpha: 0 }, 'wanted α above 0, got 0. Say the one that it was trained with: --image-alpha'],
  ] as const)('is refused %s', async (_, changed, told, problem) => {
    await expect(importing(released.theirs, { classes: file('classes.txt'), ...sizes, ...told }, changed)).rejects.toThrow(problem)
  })
})
