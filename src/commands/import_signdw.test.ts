// A SignDW Transformer's state dict is imported with its own words and units, and signs as the published code has it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { floats, tensorsOf } from '../../kernels-test/parity/fixture.js'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor, TensorFile } from '../formats/safetensors/types.js'
import { Generator } from '../infer/generator.js'
import { importStateDict } from './import.js'

let folder: string
let parity: TensorFile
let vocabulary: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-signdw-'))
  parity = await readSafetensors('kernels-test/parity/signdw.safetensors')
  vocabulary = join(folder, 'itos.txt')
  await writeFile(vocabulary, `${JSON.parse(parity.metadata.vocab!).join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const sizes = { lang: 'ASE', overwrite: true, heads: 4, maxFrames: 12, maxTokens: 11 }

/** A state dict of the parity file's weights under `model_state`, and what else is put there. */
async function stateDict(name: string, more: Readonly<Record<string, Tensor>> = {}): Promise<string> {
  const weights = [...tensorsOf(parity, 'w.')].map(([of, tensor]) => [`model_state.${of}`, { dtype: 'F32', ...tensor } as Tensor] as const)
  const path = join(folder, name)
  await writeFile(path, formatSafetensors(new Map([...weights, ...Object.entries(more)]), {}))
  return path
}

const statistic = (name: string, change: (value: number) => number = (value) => value): Tensor => ({
  dtype: 'F32',
  shape: parity.tensors.get(name)!.shape,
  data: Float32Array.from(floats(parity, name), change),
})

describe('signllm import of a SignDW Transformer', () => {
  it('signs as the published code does, in the units of its data', async () => {
    const path = await stateDict('model.safetensors', { pose_mean: statistic('norm.mean'), pose_std: statistic('norm.std') })
    const out = join(folder, 'signdw.safetensors')
    const summary = await importStateDict(path, { ...sizes, out, vocabulary })
    expect(summary).toMatchObject({ task: 'text-to-pose', language: 'ASE', vocabulary: 22, width: 20, encoderLayers: 1, decoderLayers: 3 })
    const checkpoint = await readPoseCheckpoint(out)
    expect(checkpoint.groups[0]).toMatchObject({
      fps: 24,
      config: { openingToken: true, counterEnd: 'clip', cutSentences: false, minFrames: 8 },
    })
    expect(checkpoint.groups[0]!.vocabulary.policy).toBe('words-and-marks')
    await using model = restoreModel(await lentGpu(), checkpoint)
    await using generator = new Generator(await lentGpu(), model.group('ASE'))
    const texts = JSON.parse(parity.metadata.texts!).slice(1, 2)
    const [motion] = await generator.generate(texts, { policy: 'oracle', lengths: [12] })
    const [mean, std, want] = ['norm.mean', 'norm.std', 'infer.pred'].map((name) => floats(parity, name)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const numbers = mean.length
    const [, kept] = parity.tensors.get('infer.pred')!.shape as [number, number, number]
    for (let t = 0; t < kept; t++)
      for (let c = 0; c < numbers; c++) {
        const frame = want[(kept + t) * (numbers + 1) + c]! * std[c]! + mean[c]!
        expect(Math.abs(motion!.joints[t * numbers + c]! - frame), `frame ${t}, number ${c}`).toBeLessThan(2e-5)
      }
  })

  it('wants its words, and no options of other models', async () => {
    const path = await stateDict('plain.safetensors')
    const out = join(folder, 'none.safetensors')
    await expect(importStateDict(path, { ...sizes, out })).rejects.toThrow('wanted the words of a SignDW Transformer, got no vocabulary')
    await expect(importStateDict(path, { ...sizes, out, vocabulary, sides: 'exchanged' })).rejects.toThrow(
      'wanted options that say something of a SignDW Transformer, got --sides',
    )
    const few = join(folder, 'few.txt')
    await writeFile(few, (await readFile(vocabulary, 'utf8')).split('\n').slice(0, 6).join('\n'))
    await expect(importStateDict(path, { ...sizes, out, vocabulary: few })).rejects.toThrow('rows of tokens')
  })

  it('names what such a model does not have, and statistics that are no units', async () => {
    const out = join(folder, 'none.safetensors')
    const odd = await stateDict('odd.safetensors', { 'encoder.norm.weight': statistic('norm.mean') })
    await expect(importStateDict(odd, { ...sizes, out, vocabulary })).rejects.toThrow(
      "wanted a SignDW Transformer's state dict, got a tensor it does not have: 'encoder.norm.weight'",
    )
    const alone = await stateDict('alone.safetensors', { pose_mean: statistic('norm.mean') })
    await expect(importStateDict(alone, { ...sizes, out, vocabulary })).rejects.toThrow('as many above 0 of pose_std, got 30 and 0')
    const still = await stateDict('still.safetensors', { pose_mean: statistic('norm.mean'), pose_std: statistic('norm.std', () => 0) })
    await expect(importStateDict(still, { ...sizes, out, vocabulary })).rejects.toThrow('Export both, or neither')
  })
})
