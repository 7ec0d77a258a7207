// The names and shapes of the published models as whole checkpoints of Sign2GPT hold them: each of one part, and their sizes those of the paper.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adapterNameOf } from '../src/model/adapter_state_dict.js'
import { nameFromDinov2 } from '../src/model/dinov2_state_dict.js'
import { languagePresets } from '../src/model/language_model.js'
import { type Sign2gptPart, sign2gptParts } from '../src/model/sign2gpt_state_dict.js'
import { xglmSizes } from '../src/model/xglm_state_dict.js'
import { adapterSpecs } from '../src/nn/adapted_decoder.js'
import { imageEncoderSpecs } from '../src/nn/image_encoder_specs.js'
import { dinov2Small } from '../src/nn/vision_transformer_config.js'

type Shapes = Readonly<Record<string, readonly number[]>>

const folder = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures')
const [xglmPath, dinov2Path] = [join(folder, 'xglm_names.json'), join(folder, 'dinov2_names.json')]
const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'))

const under = (prefix: string, names: Iterable<string>): string[] => [...names].map((name) => `${prefix}${name}`)
const partsOf = (names: Iterable<string>): Set<Sign2gptPart> => new Set(sign2gptParts(names, 'x').values())

describe.skipIf(!existsSync(xglmPath))(xglmPath, () => {
  it.each([
    ['facebook/xglm-564M', 'xglm-564m'],
    ['facebook/xglm-1.7B', 'xglm-1.7b'],
  ] as const)('has %s, whose tensors are the language model’s and tell its sizes', async (published, preset) => {
    const { tensors, may_also_occur: more } = (await read(xglmPath)).models[published] as {
      tensors: Shapes
      may_also_occur: object
    }
    expect(partsOf(under('lang_model.', [...Object.keys(tensors), ...Object.keys(more)]))).toEqual(new Set(['language']))
    const { width, hidden, layers, vocabulary } = languagePresets[preset]
    expect(xglmSizes(new Map(Object.entries(tensors)), 'x')).toEqual({ width, hidden, layers, vocabulary })
  })

  it('has adapters, which are those of every parameter of ours', async () => {
    const { prefix_in_checkpoint: prefix, tensors, plus_fc: fc } = (await read(xglmPath))['sign2gpt_adaptors_for_xglm-1.7B']
    const names = [...under(prefix, Object.keys(tensors)), ...Object.keys(fc)]
    expect(partsOf(names)).toEqual(new Set(['adapters']))
    const { width, heads, layers } = languagePresets['xglm-1.7b']
    const ours = adapterSpecs({ width, heads, decoderLayers: layers, signWidth: 512, rank: 4 }).map(({ name }) => name)
    expect(names.map(adapterNameOf).sort()).toEqual(ours.sort())
  })
})

describe.skipIf(!existsSync(dinov2Path))(dinov2Path, () => {
  it('has an image encoder with adapters, which are every parameter of ours', async () => {
    const told = await read(dinov2Path)
    const { prefix_in_checkpoint: prefix, tensors } = told.sign2gpt_lora as { prefix_in_checkpoint: string; tensors: Shapes }
    const names = under(prefix, [...Object.keys(told['facebook/dinov2-small'].official_names), ...Object.keys(tensors)])
    for (const stage of ['', 'sign_model.']) {
      expect(partsOf(under(stage, names))).toEqual(new Set(['image']))
      const ours = imageEncoderSpecs(dinov2Small).map(({ name }) => name)
      expect(under(stage, names).map(nameFromDinov2).sort()).toEqual(ours.sort())
    }
  })
})
