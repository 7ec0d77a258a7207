// Packing: what comes out is what went in, wherever it was stopped, in however many processes, and damage is told.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCorpus } from '../data/corpus/corpus.js'
import { saveCorpus } from '../data/corpus/save.js'
import { openPackedCorpus } from '../data/shards/packed_corpus.js'
import type { Storage } from '../data/shards/storage.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import type { Clip } from '../motion/clip.js'
import { all, interruptedAfter, silent } from './clips.testing.js'
import { dataPack } from './data_pack.js'
import { motionSource } from './motion_source.js'

const samples = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/signverse')
const folder = await mkdtemp(join(tmpdir(), 'pack-'))
const at = (name: string): string => join(folder, name)

/** More clips than a part has. */
const { train } = syntheticCorpus({
  ...{ languages: ['ASL', 'GSL'], clipsPerLanguage: 380, words: 28, wordsPerSentence: [1, 2] as const, framesPerSign: 4, seed: 1 },
})
await saveCorpus(at('corpus'), train)

const pack = (out: string, more: Partial<Parameters<typeof dataPack>[1]> = {}, source = at('corpus')) =>
  dataPack(source, { out: at(out), layout: 'skeleton-50', storage: 'i16', stream: silent, ...more })

async function clipsIn(name: string): Promise<Clip[]> {
  const { list, reader } = await openPackedCorpus(at(name))
  try {
    return await Promise.all(Array.from({ length: list.length }, (_, clip) => reader.read(clip)))
  } finally {
    await reader.close()
  }
}

/** All files of a folder, by name. */
async function filesIn(name: string): Promise<Map<string, string>> {
  const files = (await readdir(at(name))).sort()
  return new Map(await Promise.all(files.map(async (file) => [file, (await readFile(join(at(name), file))).toString('latin1')] as const)))
}

const cli = (out: string, more: readonly string[] = []) =>
  spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'data', 'pack', at('corpus'), '--out', at(out), ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })

const { clips: stored } = await loadCorpus({ skels: at('corpus') })

describe('a packed corpus', () => {
  it.each([
    ['f32', 0],
    ['i16', 2 ** -15],
    ['f16', 2 ** -11],
  ] as const)('of %s holds the clips of its source to within %f of the largest coordinates', async (storage: Storage, error) => {
    expect(await pack(storage, { storage })).toMatchObject({ clips: stored.length, parts: 2, broken: [] })
    const clips = await clipsIn(storage)
    expect(clips.map(({ joints: _, layout: __, ...clip }) => clip)).toEqual(stored.map(({ joints: _, ...clip }) => clip))
    for (const [i, { joints }] of clips.entries()) {
      const apart = joints.map((value, k) => Math.abs(value - stored[i]!.joints[k]!))
      expect(Math.max(...apart)).toBeLessThanOrEqual(error)
    }
  })

  it('is read by any tool that reads safetensors', async () => {
    await pack('plain')
    const { tensors, metadata } = await readSafetensors(join(at('plain'), 'corpus-00000.0.safetensors'))
    expect(metadata).toMatchObject({ format: 'signllm-shard', layout: 'skeleton-50', storage: 'i16' })
    expect(tensors.get('coordinates')).toMatchObject({ dtype: 'I16', shape: [expect.any(Number), 150] })
  })

  it('is a source of motions for the other commands', async () => {
    await pack('again')
    const source = await motionSource(at('again'))
    const [second] = await all(source.read([stored[1]!.name], () => undefined))
    expect(second).toMatchObject({ name: stored[1]!.name, language: stored[1]!.language, text: stored[1]!.text })
  })

  it('grows by another source, and refuses a clip that is there twice, other settings, and another source of the same name', async () => {
    await pack('grown')
    const more = train.slice(0, 3).map((clip) => ({ ...clip, name: `more/${clip.name}` }))
    await saveCorpus(at('more'), more)
    expect(await pack('grown', {}, at('more'))).toMatchObject({ clips: stored.length + 3, resumed: 0 })
    await saveCorpus(at('twice'), train.slice(0, 2))
    await expect(pack('grown', {}, at('twice'))).rejects.toThrow(/wanted each clip once, got '.*' in twice-00000 again/)
    await expect(pack('grown', { storage: 'f32' })).rejects.toThrow('wanted a corpus with storage f32, got one with storage i16')
    await saveCorpus(at('more'), more.slice(0, 2))
    await expect(pack('grown', {}, at('more'))).rejects.toThrow('wanted the part more-00000 of the clips that were packed before')
    expect(await pack('grown', { overwrite: true }, at('more'))).toMatchObject({ clips: 2 })
  })

  it('whose bytes or index are damaged, or which is not packed to its end, says so', async () => {
    await pack('broken')
    const shard = join(at('broken'), 'corpus-00001.0.safetensors')
    const bytes = await readFile(shard)
    bytes[bytes.length - 5]! ^= 1
    await writeFile(shard, bytes)
    await expect(clipsIn('broken')).rejects.toThrow(
      /corpus-00001\.0\.safetensors: wanted clip '.*' as it was packed, got bytes with another checksum/,
    )
    await writeFile(shard, bytes.subarray(0, 5000))
    await expect(clipsIn('broken')).rejects.toThrow(/corpus-00001\.0\.safetensors: wanted a shard as it was packed, got: .*cut short/)
    await rm(shard)
    await expect(clipsIn('broken')).rejects.toThrow(/corpus-00001\.0\.safetensors: wanted a shard/)
    const index = join(at('broken'), 'corpus-00000.jsonl')
    const lines = (await readFile(index, 'utf8')).split('\n')
    await writeFile(index, [...lines.slice(0, 2), lines[2]!.replace('"frames"', '"frame"'), ...lines.slice(3)].join('\n'))
    await expect(openPackedCorpus(at('broken'))).rejects.toThrow(
      "corpus-00000.jsonl:3: wanted a line that data pack writes, got a wrong 'frames'",
    )
    await writeFile(index, [...lines.slice(0, 2), ...lines.slice(3)].join('\n'))
    await expect(openPackedCorpus(at('broken'))).rejects.toThrow('wanted the index of 304 clips that was packed, got another')
    await expect(openPackedCorpus(at('nothing'))).rejects.toThrow('wanted the folder of a packed corpus, got no shards.json')
    await expect(pack('half', interruptedAfter(400))).rejects.toThrow('interrupted')
    await expect(openPackedCorpus(at('half'))).rejects.toThrow('got one that is not packed to its end')
  })
})

describe('packing', () => {
  it('goes on after an interruption to the same bytes', async () => {
    await pack('whole')
    await expect(pack('part', interruptedAfter(400))).rejects.toThrow('interrupted')
    expect(await pack('part')).toMatchObject({ clips: stored.length, resumed: 1 })
    expect(await filesIn('part')).toEqual(await filesIn('whole'))
  })

  it('in several processes, one of which is killed, goes on to the same bytes', { timeout: 240_000 }, async () => {
    await pack('single')
    const killed = cli('several', ['--share', '1/2'])
    const watch = setInterval(() => existsSync(join(at('several'), 'corpus-00000.0.safetensors')) && killed.kill('SIGKILL'), 5)
    await once(killed, 'close')
    clearInterval(watch)
    const child = cli('several', ['--workers', '2'])
    const [status] = await once(child, 'close')
    expect(status).toBe(0)
    expect(await filesIn('several')).toEqual(await filesIn('single'))
  })

  it.skipIf(!existsSync(samples))(
    'keeps what DWPose saw, with its sentences and languages, or lifts it',
    { timeout: 120_000 },
    async () => {
      const shard = join(samples, 'Sign_DWPose_NPZ_000001.tar')
      expect(await pack('points', { layout: 'dwpose-128' }, shard)).toMatchObject({ clips: 6, broken: [] })
      const [first] = await clipsIn('points')
      expect(first).toMatchObject({ name: 'SynthASL001-0001', layout: 'dwpose-128' })
      expect(first!.language).toBe('ase')
      expect(first!.text.length).toBeGreaterThan(0)
      const lines = (await readFile(join(at('points'), 'Sign_DWPose_NPZ_000001-00000.jsonl'), 'utf8')).split('\n')
      expect(JSON.parse(lines[1]!).seen).toMatchObject({ body: expect.any(Number), leftHand: expect.any(Number), face: expect.any(Number) })
      expect(await pack('folder', { layout: 'dwpose-128' }, join(samples, 'dataset'))).toMatchObject({ broken: [] })
      expect(await pack('lifted', {}, shard)).toMatchObject({ clips: 6 })
      expect((await clipsIn('lifted'))[0]).toMatchObject({ layout: 'skeleton-50', language: 'ase' })
    },
  )
})
