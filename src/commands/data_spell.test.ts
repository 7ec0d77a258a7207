import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCorpus } from '../data/corpus.js'
import { dataSpell } from './data_spell.js'

const lexicon = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/fingerspelling-lexicon')

describe('dataSpell', () => {
  it('wants a language', async () => {
    await expect(dataSpell({ lexicon, lang: ' , ', out: 'x' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })

  it.skipIf(!existsSync(lexicon))('writes splits that load as they were summed up', async () => {
    const out = await mkdtemp(join(tmpdir(), 'spelling-'))
    const summary = await dataSpell({ lexicon, lang: 'ase, LIS', out, count: 10, fps: 30, framesPerLetter: 4, joinFrames: 2 })
    expect(summary).toMatchObject({ languages: ['ASL', 'LIS'], fps: 30, seed: 1 })
    for (const part of ['train', 'dev', 'test'] as const) {
      const { prefix, clips, frames, seconds } = summary.splits[part]
      const corpus = await loadCorpus({ skels: prefix })
      expect(corpus.stored.scale).toBe('neck-shoulder-3')
      expect([corpus.clips.length, corpus.clips.reduce((sum, clip) => sum + clip.frames, 0), corpus.fps]).toEqual([clips, frames, 30])
      expect(seconds).toBeCloseTo(frames / 30, 6)
      for (const clip of corpus.clips) expect(clip.frames).toBe(clip.text.split(' ').length * 6 - 2)
    }
  })
})
