// The data sheet counts what is there, of a packed corpus and of one in files alike.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { packClips } from '../data/shards/pack.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { dataSheet, formatSheet } from './data_sheet.js'

it('counts clips, hours, words and lengths', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signllm-sheet-'))
  const size = { clipsPerLanguage: 20, words: 8, wordsPerSentence: [1, 2], framesPerSign: 6 } as const
  const { train } = syntheticCorpus({ ...size, languages: ['ASL', 'GSL'], seed: 1 })
  await packClips(join(folder, 'packed'), train, { name: 'a', licence: 'MIT' })
  await saveCorpus(join(folder, 'loose'), train)
  const packed = await dataSheet(join(folder, 'packed'), { out: join(folder, 'sheet.svg') })
  const loose = await dataSheet(join(folder, 'loose'), {})
  expect(packed).toMatchObject({ licence: 'MIT', layout: 'skeleton-50', fps: train[0]!.fps })
  expect(packed.all.clips).toBe(train.length)
  expect(packed.all.hours).toBeCloseTo(train.reduce((sum, { frames, fps }) => sum + frames / fps, 0) / 3600, 9)
  expect(packed.all.frames.most).toBe(Math.max(...train.map(({ frames }) => frames)))
  expect(packed.lengths.reduce((sum, [, clips]) => sum + clips, 0)).toBe(train.length)
  expect(packed.languages.map(({ language }) => language).toSorted()).toEqual(['ASL', 'GSL'])
  expect(loose.all).toEqual(packed.all)
  expect(formatSheet(packed)).toContain('licence: MIT')
  expect(await readFile(join(folder, 'sheet.svg'), 'utf8')).toContain('clips by length')
  await rm(folder, { recursive: true })
})
