// A checkpoint of the names and shapes that the released GFSLT-VLP code gives its second stage, of other sizes, imported and translated by; and what is said of
// those that are not whole, or not what they are taken for.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { restoreSignTranslation, signTranslationDescription } from '../checkpoint/sign_translation.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import { SignTranslator } from '../infer/sign_translator.js'
import { controls, modelFile } from '../text/pieces/pieces.testing.js'
import { PictureFeatures } from '../video/picture_features.js'
import { type ImportOptions, importStateDict } from './import.js'

const sizes = { widths: [4, 8, 8, 12], features: 20, width: 16, hidden: 24, layers: [2, 1], places: 90 } as const
const pieces = ['▁rain', '▁sun', '▁snow', '▁and']
/** Control pieces but for the unknown one, the pieces, mBART's languages and the mask. */
const vocabulary = 4 + pieces.length + 25 + 1

type Numbers = { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }
type StateDict = Map<string, Numbers>

function released(): StateDict {
  let at = 0
  const numbers = (...shape: number[]): Numbers => {
    const data = Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, () => Math.sin(++at * 0.7) / 4)
    return { dtype: 'F32', shape, data }
  }
  const linear = (name: string, outputs: number, ...inputs: number[]): [string, Numbers][] => [
    [`${name}.weight`, numbers(outputs, ...inputs)],
    [`${name}.bias`, numbers(outputs)],
  ]
  const norm = (name: string, width: number): [string, Numbers][] => linear(name, width)
  const batchNorm = (name: string, width: number): [string, Numbers][] => [
    ...norm(name, width),
    [`${name}.running_mean`, numbers(width)],
    [`${name}.running_var`, { dtype: 'F32', shape: [width], data: new Float32Array(width).fill(0.5) }],
    [`${name}.num_batches_tracked`, { dtype: 'F32', shape: [1], data: Float32Array.of(7) }],
  ]
  const { widths, features, width, hidden, layers, places } = sizes
  const resnet = 'backbone.conv_2d.resnet'
  const blocks = widths.flatMap((outputs, stage) =>
    [0, 1].flatMap((block): [string, Numbers][] => {
      const name = `${resnet}.layer${stage + 1}.${block}`
      const inputs = block === 0 ? (widths[stage - 1] ?? widths[0]) : outputs
      return [
        [`${name}.conv1.weight`, numbers(outputs, inputs, 3, 3)],
        ...batchNorm(`${name}.bn1`, outputs),
        [`${name}.conv2.weight`, numbers(outputs, outputs, 3, 3)],
        ...batchNorm(`${name}.bn2`, outputs),
        ...(block === 0 && stage > 0
          ? ([[`${name}.downsample.0.weight`, numbers(outputs, inputs, 1, 1)], ...batchNorm(`${name}.downsample.1`, outputs)] as [
              string,
              Numbers,
            ][])
          : []),
      ]
    }),
  )
  const attention = (name: string) => ['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((part) => linear(`${name}.${part}`, width, width))
  const words = numbers(vocabulary, width)
  const side = (name: 'encoder' | 'decoder', count: number): [string, Numbers][] => [
    [`mbart.model.${name}.embed_tokens.weight`, words],
    [`mbart.model.${name}.embed_positions.weight`, numbers(places + 2, width)],
    ...norm(`mbart.model.${name}.layernorm_embedding`, width),
    ...norm(`mbart.model.${name}.layer_norm`, width),
    ...Array.from({ length: count }, (_, i) => `mbart.model.${name}.layers.${i}`).flatMap((layer) => [
      ...attention(`${layer}.self_attn`),
      ...norm(`${layer}.self_attn_layer_norm`, width),
      ...(name === 'decoder' ? [...attention(`${layer}.encoder_attn`), ...norm(`${layer}.encoder_attn_layer_norm`, width)] : []),
      ...linear(`${layer}.fc1`, hidden, width),
      ...linear(`${layer}.fc2`, width, hidden),
      ...norm(`${layer}.final_layer_norm`, width),
    ]),
  ]
  return new Map([
    [`${resnet}.conv1.weight`, numbers(widths[0], 3, 7, 7)],
    ...batchNorm(`${resnet}.bn1`, widths[0]),
    ...blocks,
    ...linear('backbone.conv_1d.temporal_conv.0', features, widths[3], 5),
    ...batchNorm('backbone.conv_1d.temporal_conv.1', features),
    ...linear('backbone.conv_1d.temporal_conv.4', features, features, 5),
    ...batchNorm('backbone.conv_1d.temporal_conv.5', features),
    ...linear('sign_emb.src_emb', width, features),
    ...batchNorm('sign_emb.bn_ac.0', width),
    ['mbart.model.shared.weight', words],
    ['mbart.final_logits_bias', { dtype: 'F32', shape: [1, vocabulary], data: new Float32Array(vocabulary) }],
    ['mbart.lm_head.weight', numbers(vocabulary, width)],
    ...side('encoder', layers[0]),
    ...side('decoder', layers[1]),
  ])
}

let folder: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-gfslt-'))
  await writeFile(file('pieces.model'), modelFile([...controls, ...pieces.map((piece, i) => [piece, -i] as const)]))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function importing(tensors: StateDict, options: Partial<ImportOptions> = {}) {
  await writeFile(file('stage2.safetensors'), formatSafetensors(tensors))
  const usual = {
    lang: 'DGS',
    out: file('out.safetensors'),
    overwrite: true,
    tokens: file('pieces.model'),
    textLanguage: 'de_DE',
    heads: 2,
  }
  const summary = await importStateDict(file('stage2.safetensors'), { ...usual, imageSize: 32, ...options })
  return { summary, saved: await readCheckpoint(file('out.safetensors')) }
}

describe('a GFSLT-VLP checkpoint', () => {
  it('becomes a model of videos, which translates', async () => {
    const tensors = released()
    const { summary, saved } = await importing(tensors)
    expect(summary).toMatchObject({ task: 'sign-translation', language: 'DGS', vocabulary, width: 16, heads: 2, tied: false })
    const { config, fps } = signTranslationDescription(saved)
    expect(fps).toBe(25)
    expect(config).toEqual({
      signs: {
        ...{ input: 'video', numbers: 12, maxFrames: 300, features: 12, width: 20, padding: 'ones' },
        images: { widths: [4, 8, 8, 12], imageSize: [32, 32], trained: 'all' },
      },
      transformer: {
        ...{ width: 16, heads: 2, hidden: 24, encoderLayers: 2, decoderLayers: 1, places: 90 },
        ...{ dropout: 0.1, attentionDropout: 0, activation: 'relu' },
      },
      ...{ tied: false, maxTokens: 90 },
    })
    const same = (ours: string, theirs: string) =>
      expect(saved.tensors.get(`weights/${ours}`)!.data, ours).toEqual(tensors.get(theirs)!.data)
    same('image/stage.2/block.0/past/norm/beta', 'backbone.conv_2d.resnet.layer3.0.downsample.1.bias')
    same('tokens/weight', 'sign_emb.src_emb.weight')
    same('words/table', 'mbart.model.shared.weight')
    same('words/out/weight', 'mbart.lm_head.weight')
    same('decoder.0/cross/key/weight', 'mbart.model.decoder.layers.0.encoder_attn.k_proj.weight')
    const running = saved.tensors.get('weights/time.1/norm/running')!
    expect([...running.data.subarray(20)]).toEqual(new Array(20).fill(0.5))

    await using model = restoreSignTranslation(await lentGpu(), saved)
    await using seeing = new PictureFeatures(await lentGpu(), model.weights, config.signs.images!)
    const pictures = Array.from({ length: 6 }, (_, t) => ({
      ...{ width: 20, height: 16 },
      rgba: Uint8Array.from({ length: 1280 }, (_, i) => (i * 7 + 31 * t) % 256),
    }))
    const values = await seeing.read(pictures)
    expect(new Set(values).size).toBeGreaterThan(20)
    await using translator = new SignTranslator(await lentGpu(), model)
    const [sentence] = await translator.translate([{ values, frames: 6 }], { beams: 2 })
    expect(Number.isFinite(sentence!.score)).toBe(true)
  })

  it('scores words by their vectors where both tables are one, and is taken out of what wrapped it', async () => {
    const tensors = released()
    const wrapped = new Map([...tensors].map(([name, tensor]) => [`model.module.${name}`, tensor]))
    wrapped.set('model.module.mbart.lm_head.weight', tensors.get('mbart.model.shared.weight')!)
    const { saved } = await importing(wrapped, { padding: 'cut', maxFrames: 40, maxTokens: 12, fps: 12.5 })
    const { config, fps } = signTranslationDescription(saved)
    expect([config.tied, config.maxTokens, config.signs.padding, config.signs.maxFrames, fps]).toEqual([true, 12, 'cut', 40, 12.5])
    expect(saved.tensors.has('weights/words/out/weight')).toBe(false)
  })

  const without = (lost: string) => new Map([...released()].filter(([name]) => name !== lost))
  const changed = (name: string, tensor: Numbers) => new Map([...released(), [name, tensor]])
  const zeros = (...shape: number[]): Numbers => ({
    dtype: 'F32',
    shape,
    data: new Float32Array(shape.reduce((product, extent) => product * extent, 1)),
  })
  it.each<[string, () => StateDict, Partial<ImportOptions>, string]>([
    ['without a layer', () => without('mbart.model.decoder.layers.0.fc2.bias'), {}, "wanted tensor 'decoder.0/feed_forward/narrow/bias'"],
    [
      'without what sees',
      () => new Map([...released()].filter(([name]) => !name.includes('conv_2d'))),
      {},
      'wanted an array of 2 dimensions for image/stage.0/block.0/first/weight, got none',
    ],
    ['without a running variance', () => without('sign_emb.bn_ac.0.running_var'), {}, "wanted 'sign_emb.bn_ac.0.running_var' beside"],
    ['with tensors of another model', () => changed('model_images.cls_token', zeros(1)), {}, 'does not have: model_images.cls_token'],
    [
      'with two tables of words',
      () => changed('mbart.model.encoder.embed_tokens.weight', zeros(vocabulary, 16)),
      {},
      "and another 'mbart.model.encoder.embed_tokens.weight' for one tensor",
    ],
    [
      'with places of two lengths',
      () => changed('mbart.model.decoder.embed_positions.weight', zeros(20, 16)),
      {},
      'as [92, 16], got [20, 16]',
    ],
    ['without a tokenizer', released, { tokens: undefined }, 'Name its tokenizer file: --tokens'],
    ['without the language of its text', released, { textLanguage: undefined }, 'wanted a language of mBART'],
    ['with rows of padding', released, { padding: 'rows' }, 'wanted padding cut or ones, got rows'],
    ['with heads that do not fit', released, { heads: 3 }, 'heads'],
    ['with longer texts than places', released, { maxTokens: 91 }, 'wanted at least 91 places'],
    [
      'with options of Sign2GPT',
      released,
      { imageHeads: 2 },
      'wanted options that say something of a GFSLT-VLP checkpoint, got --image-heads',
    ],
  ])('is refused %s', async (_, tensors, options, words) => {
    await expect(importing(tensors(), options)).rejects.toThrow(words)
  })

  it('is refused with a tokenizer of other pieces', async () => {
    await writeFile(file('other.model'), modelFile([...controls, ['▁rain', 0]]))
    await expect(importing(released(), { tokens: file('other.model') })).rejects.toThrow(
      `wanted a tokenizer of ${vocabulary} pieces, as it has vectors of words, got one of ${vocabulary - 3}`,
    )
  })
})
