// The frozen language model of Sign2GPT against Hugging Face's XGLM: logits of every token, in one pass and token by token from caches, in one
// shard and in several, stored as f32 and f16. The fixture is read where it is present.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { LanguageModelConfig } from '../src/model/language_model.js'
import { isXglmName, xglmTensors } from '../src/model/xglm_state_dict.js'
import type { HostTensors } from '../src/nn/host_tensor.js'
import { logitsByStep, logitsOfSentences, modelOf } from './language_models.js'
import { floats, tensorsOf, whole } from './parity/fixture.js'

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'sign2gpt_decoder.safetensors')

async function told() {
  const file = await readSafetensors(path)
  const json = JSON.parse(file.metadata.config!)
  const ids = file.tensors.get('token_ids')!
  const [batch, length] = ids.shape as [number, number]
  const config: LanguageModelConfig = {
    width: json.d_model,
    heads: json.heads,
    hidden: json.ffn,
    layers: json.layers,
    vocabulary: json.vocab,
    maxTokens: length,
    dropout: 0,
    activationDropout: 0,
    activation: 'gelu-erf',
    padding: json.pad,
    start: json.eos,
    end: json.eos,
  }
  const theirs = new Map([...tensorsOf(file, 'weight.')].filter(([name]) => isXglmName(name)))
  const given = whole(file, 'token_ids')
  // The last token is only ever a target.
  const sentences = Array.from({ length: batch }, (_, b) => Uint32Array.from(given.slice(b * length, (b + 1) * length - 1)))
  return { config, theirs, sentences, logits: floats(file, 'frozen.logits') }
}

/** The greatest difference at tokens that are no padding, over the greatest size. */
function worst(
  got: Float32Array,
  want: Float64Array,
  sentences: readonly Uint32Array[],
  { vocabulary, padding }: LanguageModelConfig,
): number {
  const rows = sentences.flatMap((ids) => [...ids].map((id) => id !== padding))
  const counts = (i: number) => rows[Math.floor(i / vocabulary)]!
  const size = want.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
  return got.reduce((most, v, i) => (counts(i) ? Math.max(most, Math.abs(v - want[i]!)) : most), 0) / size
}

describe.skipIf(!existsSync(path))('the language model of the fixture', () => {
  const cases: [string, Partial<LanguageModelConfig>][] = [
    ['in one shard', {}],
    ['in shards of 12', { shardRows: 12 }],
  ]
  it.each(cases)('gives the published logits, %s, in one pass and token by token', async (_, change) => {
    const { config, theirs, sentences, logits } = await told()
    const sizes = { ...config, ...change }
    const model = await modelOf(sizes, { tensors: xglmTensors(theirs as HostTensors, sizes, path), frozen: true })
    expect(worst(await logitsOfSentences(model, sentences), logits, sentences, config)).toBeLessThan(2e-5)
    expect(worst(await logitsByStep(model, sentences), logits, sentences, config)).toBeLessThan(2e-5)
    model.destroy()
  })

  it('gives nearly the same with its matrices stored as f16', async () => {
    const { config, theirs, sentences, logits } = await told()
    const tensors = xglmTensors(theirs as HostTensors, config, path)
    const model = await modelOf(config, { tensors, frozen: true, stored: 'f16' })
    const off = worst(await logitsOfSentences(model, sentences), logits, sentences, config)
    expect(off).toBeLessThan(4e-3)
    expect(off).toBeGreaterThan(0)
    model.destroy()
  })
})
