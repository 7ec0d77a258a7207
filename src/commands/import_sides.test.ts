// An imported model takes and gives frames as it was trained to, or is brought to our sides where that is asked for.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import { presets } from '../model/config.js'
import { parameterSpecs } from '../model/parameters.js'
import { nameFromStateDict } from '../model/state_dict.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { importStateDict } from './import.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
})
afterAll(() => rm(folder, { recursive: true }))

const both = (names: readonly string[]): string[] => names.flatMap((name) => [`${name}.weight`, `${name}.bias`])
const attention = (name: string): string[] => ['q', 'k', 'v', 'output'].map((part) => `${name}.${part}_layer`)
const block = (name: string): string[] => ['layer_norm', 'pwff_layer.0', 'pwff_layer.3'].map((part) => `${name}.feed_forward.${part}`)
const theirs: readonly string[] = [
  'src_embed.lut.weight',
  'decoder.output_layer.weight',
  ...both(['trg_embed', 'encoder.layer_norm', 'decoder.layer_norm', 'encoder.layers.0.layer_norm']),
  ...both([...attention('encoder.layers.0.src_src_att'), ...block('encoder.layers.0')]),
  ...both(['decoder.layers.0.x_layer_norm', 'decoder.layers.0.dec_layer_norm', ...block('decoder.layers.0')]),
  ...both([...attention('decoder.layers.0.trg_trg_att'), ...attention('decoder.layers.0.src_trg_att')]),
]

it('keeps the sides and the rate it is told of', async () => {
  const config = { ...presets['pt-base'], width: 16, hidden: 32, encoderLayers: 1, decoderLayers: 1 }
  const shapes = new Map(parameterSpecs(config, 5).map(({ name, shape }) => [name, shape]))
  const random = new Random(1)
  const tensors = new Map<string, Tensor>(
    theirs.map((name) => {
      const shape = shapes.get(nameFromStateDict(name)!)!
      return [name, { dtype: 'F32', shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()) }]
    }),
  )
  const [file, vocabulary] = [join(folder, 'state.safetensors'), join(folder, 'vocabulary.txt')]
  await writeFile(file, formatSafetensors(tensors, {}))
  await writeFile(vocabulary, '<unk>\n<pad>\n<s>\n</s>\nrain\n')
  const imported = async (sides: 'facing' | 'exchanged') => {
    const out = join(folder, `${sides}.safetensors`)
    await importStateDict(file, { out, lang: 'GSL', vocabulary, heads: 4, fps: 50, sides })
    const checkpoint = await readPoseCheckpoint(out)
    return { fps: checkpoint.groups[0]!.fps, weights: checkpoint.tensors('weights', 'GSL') }
  }
  const [facing, exchanged] = [await imported('facing'), await imported('exchanged')]
  expect([facing.fps, exchanged.fps]).toEqual([50, 50])

  const [into, out] = [tensors.get('trg_embed.weight')!.data, tensors.get('decoder.output_layer.weight')!.data]
  const wrists = [joint.leftWrist, joint.rightWrist] as const
  for (const [model, [left, right]] of [
    [facing, wrists],
    [exchanged, [wrists[1], wrists[0]]],
  ] as const) {
    const [frames, pose] = [model.weights.get('frames/weight')!.data, model.weights.get('pose/weight')!.data]
    for (const [ours, from] of [
      [joint.leftWrist, left],
      [joint.rightWrist, right],
      [joint.neck, joint.neck],
      [COORDS / 3, COORDS / 3],
    ] as const) {
      expect(frames[3 * (COORDS + 1) + 3 * ours]).toBe(into[3 * (COORDS + 1) + 3 * from])
      expect(pose[3 * ours * 16 + 5]).toBe(out[3 * from * 16 + 5])
    }
  }
})
