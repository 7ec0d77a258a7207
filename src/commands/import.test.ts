// What people really have: state dicts with 400 MB of position tables, of several GPUs, in halves, in several files, or no safetensors at all.

import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import { stateDict } from '../model/state_dict.testing.js'
import { importStateDict } from './import.js'

const sizes = { words: 7, width: 16, hidden: 24, layers: 2 }
const dict: ReadonlyMap<string, Tensor> = stateDict(sizes)

let folder: string
let vocabulary: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-import-'))
  vocabulary = file('words.txt')
  await writeFile(vocabulary, 'rain\nsun\nsnow\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Imports and reads what was written: weights by our names. */
async function imported(path: string) {
  const out = `${path}.imported`
  const summary = await importStateDict(path, { out, lang: 'GSL', vocabulary, heads: 2, overwrite: true })
  await expect(importStateDict(path, { out, lang: 'GSL', vocabulary, heads: 2 })).rejects.toThrow('Pass --overwrite to replace it')
  return { summary, weights: (await readPoseCheckpoint(out)).tensors('weights', 'GSL') }
}

const write = async (name: string, tensors: ReadonlyMap<string, Tensor>, metadata: Record<string, string> = {}) => {
  await writeFile(file(name), formatSafetensors(tensors, metadata))
  return file(name)
}

/** A file as other tools write it, of which the position tables are holes: as long as they really are, but nowhere on the disk. */
async function withPositionTables(name: string, rename: (name: string) => string): Promise<{ path: string; holes: number }> {
  const table = { dtype: 'F32', shape: [1, 200_000, 512] } as const
  const holes = 4 * 200_000 * 512
  const entries: Record<string, object> = { __metadata__: { format: 'pt' } }
  const pieces: { at: number; data: Uint8Array }[] = []
  let at = 0
  const hole = (of: string) => {
    entries[rename(of)] = { ...table, data_offsets: [at, at + holes] }
    at += holes
  }
  hole('encoder.pe.pe')
  for (const [of, { shape, data }] of dict) {
    entries[rename(of)] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    pieces.push({ at, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) })
    at += data.byteLength
    if (of === 'src_embed.lut.weight') hole('decoder.pe.pe')
  }
  const json = Buffer.from(JSON.stringify(entries))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  const path = file(name)
  const handle = await open(path, 'w')
  await handle.write(Buffer.concat([length, json]), 0, undefined, 0)
  for (const piece of pieces) await handle.write(piece.data, 0, undefined, 8 + json.length + piece.at)
  await handle.close()
  await truncate(path, 8 + json.length + at)
  return { path, holes: 2 * holes }
}

describe('import', () => {
  it.each([
    ['as the code gives it', (name: string) => name],
    ['as several GPUs give it', (name: string) => `module.${name}`],
  ])('takes a whole state dict %s, and reads not a byte of its position tables', async (_what, rename) => {
    const { path } = await withPositionTables('whole.safetensors', rename)
    const probe = await open(path)
    const read = vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'read')
    await probe.close()
    try {
      const { summary, weights } = await imported(path)
      expect(summary).toMatchObject({ width: 16, hidden: 24, encoderLayers: 2, decoderLayers: 2, vocabulary: 7, heads: 2 })
      expect(weights.get('tokens/table')!.data).toEqual(dict.get('src_embed.lut.weight')!.data)
      expect(weights.get('decoder.1/cross/value/bias')!.data).toEqual(dict.get('decoder.layers.1.src_trg_att.v_layer.bias')!.data)
      const asked = read.mock.calls.reduce((sum, call) => sum + (call as unknown as [Uint8Array])[0].byteLength, 0)
      expect(asked).toBeGreaterThan(50_000) // the weights of this model
      expect(asked).toBeLessThan(1_000_000)
    } finally {
      read.mockRestore()
    }
  })

  it.each(['F16', 'BF16', 'F64'] as const)('takes weights in %s', async (dtype) => {
    const bits = { F16: 0xb800, BF16: 0xbf00, F64: -0.5 }[dtype] // -1/2
    const tensors = [...dict].map(([name, { shape, data }]) => {
      const values = dtype === 'F64' ? new Float64Array(data.length).fill(bits) : new Uint16Array(data.length).fill(bits)
      return [name, { dtype, shape, data: values } as Tensor] as const
    })
    const { weights } = await imported(await write(`${dtype}.safetensors`, new Map(tensors)))
    expect([...weights.values()].every(({ data }) => data.every((value) => value === -0.5))).toBe(true)
  })

  it.each([
    ['F32', Float32Array.of(0, Number.NaN), 'NaN'],
    ['F16', Uint16Array.of(0, 0xfc00), '-Infinity'],
    ['BF16', Uint16Array.of(0, 0x7fc0), 'NaN'],
    ['F64', Float64Array.of(0, 1e300), '1e+300'],
  ] as const)('refuses a number in %s that is none or that float32 cannot hold', async (dtype, pair, got) => {
    const name = 'module.encoder.layers.1.feed_forward.pwff_layer.0.bias'
    const values = pair.slice(0, 0).constructor as new (length: number) => typeof pair
    const data = new values(24)
    data[17] = pair[1]!
    const tensors = new Map([...dict].map(([of, tensor]) => [`module.${of}`, tensor]))
    tensors.set(name, { dtype, shape: [24], data } as Tensor)
    await expect(imported(await write('nan.safetensors', tensors))).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining(`nan.safetensors: tensor "${name}": wanted finite float32 numbers, got ${got} at [17].`),
    })
  })

  it('refuses whole numbers, as of a quantised model', async () => {
    const tensors = new Map(dict)
    tensors.set('trg_embed.bias', { dtype: 'I8', shape: [16], data: new Int8Array(16) })
    await expect(imported(await write('whole-numbers.safetensors', tensors))).rejects.toThrow(
      'tensor "trg_embed.bias": wanted weights as F16, BF16, F32, F64, got I8',
    )
  })

  it('names what the model does not have, whatever its type', async () => {
    const counter: Tensor = { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) }
    const tensors = new Map([...dict, ['encoder.norm.num_batches_tracked', counter], ['n_averaged', counter]] as const)
    await expect(imported(await write('counters.safetensors', tensors))).rejects.toThrow(
      "counters.safetensors: wanted a Progressive Transformers state dict, got tensors it does not have: 'encoder.norm.num_batches_tracked', 'n_averaged'.",
    )
  })

  it('takes one tensor for two where the file says that they share memory', async () => {
    const [kept, left] = ['encoder.layer_norm.weight', 'decoder.layer_norm.weight']
    const tensors = new Map([...dict].filter(([name]) => name !== left))
    const { weights } = await imported(await write('shared.safetensors', tensors, { format: 'pt', [left!]: kept! }))
    expect(weights.get('decoder/norm/gamma')!.data).toEqual(dict.get(kept!)!.data)
    await expect(imported(await write('lacking.safetensors', tensors, { format: 'pt' }))).rejects.toThrow('decoder/norm/gamma')
  })

  it('reads a model in several files by their index', async () => {
    const names = [...dict.keys()]
    const shardOf = (name: string) => `part-${names.indexOf(name) % 2}.safetensors`
    for (const part of [0, 1]) await write(`part-${part}.safetensors`, new Map([...dict].filter(([, _t], i) => i % 2 === part)))
    const index = async (name: string, map: Record<string, string>) => {
      await writeFile(file(name), JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }))
      return file(name)
    }
    const map = Object.fromEntries(names.map((name) => [name, shardOf(name)]))
    const { weights } = await imported(await index('model.safetensors.index.json', map))
    for (const ours of ['tokens/table', 'pose/weight', 'decoder/norm/beta']) expect(weights.has(ours)).toBe(true)

    const wrong = async (more: Record<string, string>) => imported(await index('wrong.index.json', { ...map, ...more }))
    await expect(wrong({ 'trg_embed.bias': 'part-2.safetensors' })).rejects.toThrow('part-2.safetensors: wanted to read a checkpoint')
    await expect(wrong({ 'trg_embed.scale': 'part-0.safetensors' })).rejects.toThrow(
      'wanted tensor "trg_embed.scale" in part-0.safetensors',
    )
    await expect(wrong({ 'trg_embed.bias': '../part-0.safetensors' })).rejects.toThrow('in a .safetensors file beside the index')
    await writeFile(file('none.index.json'), '{"weights":3}')
    await expect(imported(file('none.index.json'))).rejects.toThrow('none.index.json: wanted "weight_map", got none')
  })

  it.each([
    [
      'a .ckpt of torch.save',
      'PK\x03\x04\x00\x00\x08\x08\x00\x00',
      /got a zip archive, as torch\.save .*Convert it with Python: .*torch\.load/,
    ],
    ['an older one', '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', /got a Python pickle.*st\.save_file/],
    ['an index of another name', '{"weight_map":{}}', /got JSON\. Name the \.safetensors file/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', /got a Git LFS pointer.*git lfs pull/],
    ['a web page', '<!DOCTYPE html><html>', /got a web page/],
  ])('says of %s what it is and what to do', async (_what, bytes, says) => {
    await writeFile(file('model.pt'), Buffer.from(bytes, 'latin1'))
    await expect(imported(file('model.pt'))).rejects.toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringMatching(says) })
  })

  it('takes no header for another file by the first byte of its length', async () => {
    // 0x280 bytes of header begin as a pickle does, 0x7b as JSON.
    for (const length of [0x280, 0x7b]) {
      const bytes = Buffer.alloc(8 + length, ' ')
      bytes.writeBigUInt64LE(BigInt(length))
      bytes.write('{}', 8)
      await writeFile(file('empty.safetensors'), bytes)
      await expect(imported(file('empty.safetensors'))).rejects.toThrow("got none of 'tokens/table'")
    }
  })
})
