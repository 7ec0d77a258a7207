import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { logitsOfSentences } from '../../kernels-test/language_models.js'
import { toHalves } from '../base/half.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import type { LanguageModel } from '../model/language_model.js'
import { type LoadXglmOptions, loadXglm } from './xglm_files.js'
import { xglmTensorsOf } from './xglm_files.testing.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-xglm-'))
afterAll(() => rm(folder, { recursive: true }))

const published = {
  d_model: 16,
  ffn_dim: 24,
  num_layers: 2,
  attention_heads: 2,
  vocab_size: 21,
  max_position_embeddings: 12,
  activation_function: 'gelu',
  dropout: 0.1,
  model_type: 'xglm',
}
const sentences = [Uint32Array.of(2, 5, 20, 7), Uint32Array.of(2, 8, 1, 1)]

const asDtype = (tensor: Tensor, dtype: 'F16' | 'BF16'): Tensor => {
  const bits = new Uint32Array((tensor.data as Float32Array).slice().buffer)
  const data = dtype === 'BF16' ? Uint16Array.from(bits, (word) => word >>> 16) : toHalves(tensor.data as Float32Array)
  return { dtype, shape: tensor.shape, data }
}

let made = 0
/** A folder with a model's files: one, or an index and two. */
async function written(tensors: Map<string, Tensor>, { shards = 1, config = published as object | null } = {}): Promise<string> {
  const path = join(folder, `model${made++}`)
  await mkdir(path)
  if (config) await writeFile(join(path, 'config.json'), JSON.stringify(config))
  if (shards === 1) {
    await writeFile(join(path, 'model.safetensors'), formatSafetensors(tensors))
    return path
  }
  const weight_map: Record<string, string> = {}
  for (let s = 0; s < shards; s++) {
    const file = `model-${s + 1}-of-${shards}.safetensors`
    const own = new Map([...tensors].filter((_, i) => i % shards === s))
    for (const name of own.keys()) weight_map[name] = file
    await writeFile(join(path, file), formatSafetensors(own))
  }
  await writeFile(join(path, 'model.safetensors.index.json'), JSON.stringify({ weight_map }))
  return path
}

async function saidBy(path: string, options?: LoadXglmOptions): Promise<Float32Array> {
  const model: LanguageModel = await loadXglm(await lentGpu(), path, options)
  const logits = await logitsOfSentences(model, sentences)
  model.destroy()
  return logits
}

const complaint = async (path: string) => {
  const error: unknown = await loadXglm(await lentGpu(), path).catch((reason: unknown) => reason)
  return { code: (error as { code?: string }).code, message: String((error as Error).message) }
}

describe('a published language model', () => {
  it('says the same from one file and from several, whatever type of float they hold, stored as f32 and f16', async () => {
    const tensors = xglmTensorsOf(published)
    const path = await written(tensors)
    const one = await saidBy(path, { stored: 'f32' })
    expect(one.every(Number.isFinite)).toBe(true)
    expect(await saidBy(await written(tensors, { shards: 2 }), { stored: 'f32' })).toEqual(one)
    expect(await saidBy(join(await written(tensors, { shards: 3 }), 'model.safetensors.index.json'), { stored: 'f32' })).toEqual(one)
    expect(await saidBy(join(path, 'model.safetensors'))).toEqual(one)
    for (const dtype of ['F16', 'BF16'] as const) {
      const narrow = new Map([...tensors].map(([name, tensor]) => [name, asDtype(tensor, dtype)]))
      expect(await saidBy(await written(narrow), { stored: 'f32' })).toEqual(one)
    }
  })

  it('says the same with its table in shards', async () => {
    const path = await written(xglmTensorsOf(published))
    const { config } = await loadXglm(await lentGpu(), path).then((model) => {
      model.destroy()
      return model
    })
    const whole = await saidBy(path, { stored: 'f32' })
    const cut = await saidBy(path, { stored: 'f32', config: { ...config, shardRows: 8 } })
    expect(Math.max(...whole.map((v, i) => Math.abs(v - cut[i]!)))).toBeLessThan(1e-6)
  })

  it('may have an output of its own name that is the table, and a table of positions; another output is refused', async () => {
    const tensors = xglmTensorsOf(published)
    const table = tensors.get('model.embed_tokens.weight')!
    const more = new Map([...tensors, ['lm_head.weight', table], ['model.embed_positions.weights', asDtype(table, 'F16')]])
    expect(await saidBy(await written(more))).toEqual(await saidBy(await written(tensors)))
    const other: Tensor = { ...table, data: (table.data as Float32Array).map((v) => -v) } as Tensor
    expect(await complaint(await written(new Map([...tensors, ['lm_head.weight', other]])))).toEqual({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining("wanted 'lm_head.weight' to be 'embed_tokens.weight' itself, got another"),
    })
  })

  it.each<[string, (tensors: Map<string, Tensor>) => void, string]>([
    ['a missing tensor', (t) => t.delete('model.layers.1.fc2.bias'), 'got none for language/layer.1/feed_forward/narrow/bias'],
    ['a missing table', (t) => t.delete('model.embed_tokens.weight'), 'got none for embed_tokens.weight'],
    [
      'one too many',
      (t) => t.set('model.classifier.weight', t.get('model.layer_norm.bias')!),
      "it does not have, 'model.classifier.weight'",
    ],
    [
      'a layer too many',
      (t) => t.set('model.layers.2.fc1.bias', t.get('model.layers.1.fc1.bias')!),
      "wanted 2 layers, got 'model.layers.2.fc1.bias'",
    ],
    [
      'one of another shape',
      (t) => t.set('model.layers.0.fc1.bias', t.get('model.layer_norm.bias')!),
      "wanted 'model.layers.0.fc1.bias' as [24], got [16]",
    ],
    ['one twice', (t) => t.set('layer_norm.bias', t.get('model.layer_norm.bias')!), "got 'model.layer_norm.bias' and 'layer_norm.bias'"],
    [
      'a number that is none',
      (t) => {
        ;(t.get('model.layer_norm.weight')!.data as Float32Array)[3] = Number.NaN
      },
      'tensor "model.layer_norm.weight"',
    ],
    [
      'whole numbers',
      (t) => t.set('model.layer_norm.weight', { dtype: 'I32', shape: [16], data: new Int32Array(16) }),
      'tensor "model.layer_norm.weight": wanted weights as',
    ],
  ])('is refused for %s, with the file and the tensor', async (_, change, told) => {
    const tensors = xglmTensorsOf(published)
    change(tensors)
    const path = await written(tensors)
    const { code, message } = await complaint(path)
    expect(code).toBe('ERR_CHECKPOINT')
    expect(message).toContain(join(path, 'model.safetensors'))
    expect(message).toContain(told)
  })

  it('is refused where a file is cut short, lost, or not there at all', async () => {
    const tensors = xglmTensorsOf(published)
    const cut = await written(tensors, { shards: 2 })
    const shard = join(cut, 'model-2-of-2.safetensors')
    await writeFile(shard, (await readFile(shard)).subarray(0, -5))
    expect(await complaint(cut)).toEqual({ code: 'ERR_CHECKPOINT', message: expect.stringContaining(shard) })
    await rm(shard)
    expect(await complaint(cut)).toEqual({ code: 'ERR_CHECKPOINT', message: expect.stringContaining(shard) })
    expect((await complaint(join(folder, 'none'))).message).toContain('wanted to read a model')
    const empty = join(folder, 'empty')
    await mkdir(empty)
    expect((await complaint(empty)).message).toContain('wanted model.safetensors or model.safetensors.index.json in it, got neither')
  })

  it('is refused with a configuration that is of another model, or none', async () => {
    const tensors = xglmTensorsOf(published)
    for (const [config, told] of [
      [null, 'wanted the configuration of a language model, got ENOENT'],
      [{ ...published, attention_heads: 3 }, 'wanted width/heads to be a multiple of 4, got 16/3'],
      [{ ...published, tie_word_embeddings: false }, '`tie_word_embeddings`'],
      [{ hidden_size: 16 }, '`d_model`'],
    ] as const) {
      const { code, message } = await complaint(await written(tensors, { config }))
      expect(code).toBe('ERR_CONFIG')
      expect(message).toContain(told)
    }
  })
})
