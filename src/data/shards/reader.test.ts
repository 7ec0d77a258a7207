// Batches of clips out of shards: the same clips however they are read, in memory that is used again.

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { detected } from '../layouts/dwpose.testing.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { ClipMemory } from './clip_memory.js'
import { packClips } from './pack.js'
import { openPackedCorpus, type PackedCorpus } from './packed_corpus.js'
import { storages } from './storage.js'

let folder: string
const corpora = new Map<string, PackedCorpus>()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-reader-'))
  const size = { clipsPerLanguage: 12, words: 8, wordsPerSentence: [1, 3], framesPerSign: 5 } as const
  const { train } = syntheticCorpus({ ...size, languages: ['ASL', 'GSL'], seed: 1 })
  const clips = train.map((clip, i) => (i % 2 === 0 ? { ...clip, text: `“${clip.text}” – ça va, 你好` } : clip))
  for (const storage of storages) {
    const at = join(folder, storage)
    const seen = clips.map((clip, i) => ({ ...detected(clip, i + 1), gloss: clip.gloss! }))
    await packClips(at, seen, { name: 'a', layout: 'dwpose-128', storage, clipsAPart: 5 })
    corpora.set(storage, await openPackedCorpus(at))
  }
})
afterAll(async () => {
  for (const { reader } of corpora.values()) await reader.close()
  await rm(folder, { recursive: true, force: true })
})

it.each(storages)(
  'gives the same clips one by one and in batches, where one lies after another in the same memory: %s',
  async (storage) => {
    const { list, reader } = corpora.get(storage)!
    const all = Array.from({ length: list.length }, (_, clip) => clip)
    const single = await Promise.all(all.map((clip) => reader.read(clip)))
    const memory = new ClipMemory()
    const large = await reader.readAll(all.toReversed(), memory)
    expect(large).toEqual(single.toReversed())
    const { buffer } = large[0]!.joints
    const small = await reader.readAll([3, 1, 3], memory)
    expect(small).toEqual([single[3], single[1], single[3]])
    expect(small[0]!.joints.buffer).toBe(buffer)
    // A clip that was read by itself stays as it is.
    expect(await reader.read(3)).toEqual(single[3])
  },
)

it('tells names and sentences in any script, and where clips lie', () => {
  const { list } = corpora.get('i16')!
  expect(list.text(0)).toMatch(/^“.*” – ça va, 你好$/)
  expect([list.language(0), list.language(list.length - 1)]).toEqual(['ASL', 'GSL'])
  expect(list.place(1)).toMatchObject({ part: 0, shard: 0, first: list.frames(0) })
  expect(list.place(6).part).toBe(1)
})

it('names a clip that was damaged, and reads others into the same memory', async () => {
  const { list, reader } = corpora.get('f32')!
  const path = join(folder, 'f32', 'a-00000.0.safetensors')
  const bytes = await readFile(path)
  // Of the last clip's confidences.
  bytes[bytes.length - 1]! ^= 1
  await writeFile(path, bytes)
  const memory = new ClipMemory()
  await expect(reader.readAll([0, 4, 1], memory)).rejects.toThrow(`wanted clip '${list.name(4)}' as it was packed`)
  expect(await reader.readAll([1], memory)).toEqual([await reader.read(1)])
})

it('names a shard that is cut short, and one that is no shard', async () => {
  const { list, reader } = corpora.get('f16')!
  const path = join(folder, 'f16', 'a-00001.0.safetensors')
  const bytes = await readFile(path)
  const last = list.length > 10 ? 9 : list.length - 1
  await reader.read(last)
  await truncate(path, bytes.length - 5)
  await expect(reader.read(last)).rejects.toThrow(
    `a-00001.0.safetensors: wanted clip '${list.name(last)}' as it was packed, got the end of the file at byte ${bytes.length - 5}, where 5 more were to be`,
  )
  // The header is looked at where nobody has read it before.
  const again = await openPackedCorpus(join(folder, 'f16'))
  await expect(again.reader.read(last)).rejects.toThrow('a-00001.0.safetensors: wanted a shard as it was packed, got:')
  await again.reader.close()
})

it('ends the reads under way before it closes, and reads again after', async () => {
  const { list, reader } = corpora.get('i16')!
  const all = Array.from({ length: list.length }, (_, clip) => clip)
  const [first, second] = [reader.readAll(all, new ClipMemory()), reader.readAll(all, new ClipMemory())]
  await reader.close()
  expect(await second).toEqual(await first)
  expect(await reader.readAll(all, new ClipMemory())).toEqual(await first)
})

it('reads from more shards than may be open at once', async () => {
  const size = { clipsPerLanguage: 12, words: 8, wordsPerSentence: [1, 3], framesPerSign: 4 } as const
  const { train } = syntheticCorpus({ ...size, languages: ['ASL'], seed: 2 })
  const clips = Array.from({ length: 140 }, (_, i) => ({ ...train[i % train.length]!, name: `clip ${i}` }))
  const at = join(folder, 'many')
  await packClips(at, clips, { name: 'a', storage: 'f32', clipsAPart: 1 })
  const { list, reader } = await openPackedCorpus(at)
  expect(list.manifest.parts.length).toBe(140)
  const all = clips.map((_, clip) => clip)
  // The second time, those opened first are closed by now.
  for (let round = 0; round < 2; round++) for (const clip of all) expect((await reader.read(clip)).joints).toEqual(clips[clip]!.joints)
  const read = await reader.readAll(all, new ClipMemory())
  expect(read.map(({ name }) => name)).toEqual(clips.map(({ name }) => name))
  await reader.close()
})
