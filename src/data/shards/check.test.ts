// A packed corpus that was damaged: whichever byte of a shard was flipped, it is found, and never read as a motion that nobody packed.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import type { Clip } from '../../motion/clip.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { checkShards } from './check.js'
import { packClips } from './pack.js'
import { openPackedCorpus } from './packed_corpus.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-check-shards-'))
  const size = { clipsPerLanguage: 8, words: 8, wordsPerSentence: [1, 2], framesPerSign: 6 } as const
  await packClips(folder, syntheticCorpus({ ...size, languages: ['ASL'], seed: 1 }).train, { name: 'a' })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What can be read, clip by clip; undefined for one that is refused. */
async function readAll(): Promise<(Clip | undefined)[]> {
  const { list, reader } = await openPackedCorpus(folder)
  try {
    return await Promise.all(Array.from({ length: list.length }, (_, i) => reader.read(i).catch(() => undefined)))
  } finally {
    await reader.close()
  }
}

it('is as it was packed, or what is not is named and not read', async () => {
  expect((await checkShards(folder)).findings).toEqual([])
  const whole = await readAll()
  const path = join(folder, 'a-00000.0.safetensors')
  const bytes = await readFile(path)
  const random = new Random(1)
  // Of the header, and anywhere.
  const places = Array.from({ length: 60 }, (_, i) => Math.floor(random.uniform() * (i < 20 ? 200 : bytes.length)))
  for (const place of places) {
    const flipped = Buffer.from(bytes)
    flipped[place]! ^= 1 << Math.floor(random.uniform() * 8)
    await writeFile(path, flipped)
    const { findings } = await checkShards(folder)
    expect(findings[0]).toMatchObject({ severity: 'error', where: path })
    for (const [i, clip] of (await readAll()).entries()) if (clip) expect(clip).toEqual(whole[i])
  }
  await rm(path)
  expect((await checkShards(folder)).findings[0]!.problem).toContain('got no file')
})
