import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localPath, readSafetensors } from './file.js'
import { formatSafetensors } from './format.js'
import { parseSafetensors, readTensors } from './parse.js'
import { file, oneAndHalf, sample } from './safetensors.testing.js'

describe('files on disk', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signllm-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are read as their bytes are', async () => {
    const path = join(folder, 'a.safetensors')
    const bytes = formatSafetensors(sample, { step: '7' })
    await writeFile(path, bytes)
    expect(await readSafetensors(path)).toEqual(parseSafetensors(bytes, path))
  })

  it('may be named by their addresses', () => {
    expect(localPath('file:///a/b%20c')).toBe('/a/b c')
    expect([localPath('a/b'), localPath('https://host/a')]).toEqual(['a/b', undefined])
    for (const address of ['file://model.signllm', 'file:///a%2Fb'])
      expect(() => localPath(address), address).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
  })

  it('are read only where wanted: damage elsewhere is not met', async () => {
    const path = join(folder, 'part.safetensors')
    const bytes = formatSafetensors(sample, { step: '7' })
    bytes[bytes.length - 1]! ^= 1 // of flags, the narrowest
    await writeFile(path, bytes)
    await expect(readSafetensors(path)).rejects.toThrow('tensor "flags"')
    const { tensors } = await readSafetensors(path, { wants: (name) => name !== 'flags' })
    expect([...tensors.keys()]).toEqual(['w', 'steps'])
  })

  it('are read at once as far as they are wanted, whatever lies unaligned in them copied', async () => {
    const many = new Map(
      Array.from({ length: 200 }, (_, i) => [`w${i}`, { dtype: 'F32', shape: [3], data: Float32Array.of(i, -i, 0.5) } as const]),
    )
    const bytes = new Uint8Array([...formatSafetensors(many)])
    const reads: [number, number][] = []
    const source = {
      size: bytes.length,
      read: async (begin: number, length: number) => {
        reads.push([begin, length])
        return bytes.slice(begin, begin + length)
      },
    }
    expect(await readTensors(source, 'x')).toEqual(parseSafetensors(bytes, 'x'))
    const dataStart = bytes.length - 200 * 12
    expect(reads).toEqual([
      [0, bytes.length],
      [dataStart, 200 * 12],
    ])
    reads.length = 0
    const { tensors } = await readTensors(source, 'x', { wants: (name) => name !== 'w7' })
    expect(tensors.size).toBe(199)
    expect(reads.slice(1)).toEqual([
      [dataStart, 7 * 12],
      [dataStart + 8 * 12, 192 * 12],
    ])
    const unaligned = file('{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}', [
      1,
      ...oneAndHalf,
    ])
    const read = await readTensors(
      { size: unaligned.length, read: async (begin, length) => unaligned.slice(begin, begin + length) as Uint8Array<ArrayBuffer> },
      'x',
    )
    expect(read.tensors.get('w')!.data).toEqual(Float32Array.of(1.5))
  })

  it('are read however long the header is', async () => {
    const path = join(folder, 'long.safetensors')
    const bytes = formatSafetensors(sample, { step: '7', words: 'x'.repeat(200_000) })
    await writeFile(path, bytes)
    expect(await readSafetensors(path)).toEqual(parseSafetensors(bytes, path))
  })

  it('that are cut short or missing are named', async () => {
    const path = join(folder, 'cut.safetensors')
    await writeFile(path, formatSafetensors(sample).slice(0, -4))
    await expect(readSafetensors(path)).rejects.toThrow(/cut\.safetensors: wanted \d+ bytes, got \d+: the file is cut short/)
    await expect(readSafetensors(join(folder, 'no.safetensors'))).rejects.toThrow('no.safetensors: wanted to read a checkpoint, got ENOENT')
  })

  it.skipIf(process.platform === 'win32')('are no pipes, devices or folders, which are refused before they are opened', async () => {
    const pipe = join(folder, 'pipe.safetensors')
    execFileSync('mkfifo', [pipe])
    const refused = (path: string, got: string) => ({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining(`${path}: wanted a checkpoint, got ${got}.`),
    })
    for (const path of [pipe, '/dev/zero']) await expect(readSafetensors(path)).rejects.toMatchObject(refused(path, 'a pipe or device'))
    await expect(readSafetensors(folder)).rejects.toMatchObject(refused(folder, 'a folder'))
  })
})

const fixture = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures/progressive_tiny.safetensors')
describe.skipIf(!existsSync(fixture))("an outside tool's file", () => {
  it('is read whole', async () => {
    const { tensors, metadata } = await readSafetensors(fixture)
    expect(metadata.hidden).toBe('32')
    expect(tensors.get('weight.trg_embed.weight')!.shape).toEqual([32, 151])
    expect(tensors.get('losses')!.data).toHaveLength(10)
  })
})
