import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCorpus } from '../data/corpus/corpus.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { poseOfMotion, writePose } from '../formats/pose/write.js'
import { joint } from '../motion/skeleton.js'
import { dataCheck } from './data_check.js'
import { dataSpell } from './data_spell.js'

const lexicon = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/fingerspelling-lexicon')

describe('dataSpell', () => {
  it('wants a language', async () => {
    await expect(dataSpell({ lexicon, lang: ' , ', out: 'x' })).rejects.toMatchObject({ code: 'ERR_USAGE' })
    await expect(dataSpell({ lexicon, lang: 'ase', out: 'x', wordsPerSentence: [2, 3] })).rejects.toThrow(/wanted --sentences with --words/)
    await expect(dataSpell({ lexicon, lang: 'ase', out: 'x', restFrames: 5 })).rejects.toThrow(/wanted --sentences with --rest-frames/)
    await expect(dataSpell({ lexicon, lang: 'ase', out: 'x', join: 'measured', joinFrames: 5 })).rejects.toThrow(/wanted no --join-frames/)
  })

  it('says which letter was broken, and spells it all the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lexicon-'))
    const [clip] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, framesPerSign: 24, seed: 1 }).train
    const rows = [...'абв'].map((letter) => `${letter}.pose,uk,ukl,0,0,${letter},,0`)
    await writeFile(
      join(folder, 'index.csv'),
      ['path,spoken_language,signed_language,start,end,words,glosses,priority', ...rows].join('\n'),
    )
    const whole = poseOfMotion(clip!)
    const broken = { ...whole, data: whole.data.slice() }
    for (const [j, y] of [
      [joint.leftShoulder, 130],
      [joint.rightShoulder, 190],
    ] as const)
      broken.data.set([256, y], (12 * 50 + j) * 3)
    for (let j = joint.rightHand; j < 50; j++) broken.data.set([1800, 40], (12 * 50 + j) * 3)
    for (const letter of 'абв') await writePose(join(folder, `${letter}.pose`), letter === 'б' ? broken : whole)

    const said: string[] = []
    const stream = { write: (text: string) => said.push(text) }
    const summary = await dataSpell({ lexicon: folder, lang: 'ukl', out: join(folder, 'out'), count: 12, stream })
    const note = '23 joints out of place in frame 12: filled from the frames around'
    expect(summary.letters).toEqual([{ language: 'UKL', letter: 'б', path: join(folder, 'б.pose'), gross: true, notes: [note] }])
    expect(said).toEqual([`${join(folder, 'б.pose')}: the letter 'б' of UKL: ${note}\n`])
    for (const part of ['train', 'dev', 'test'] as const) expect((await dataCheck(summary.splits[part].prefix)).errors).toBe(0)
  })

  it('replaces parts that are there only where it is told to', async () => {
    const out = await mkdtemp(join(tmpdir(), 'spelled-'))
    await writeFile(join(out, 'dev.skels'), 'theirs')
    const spelled = (more: { readonly overwrite?: boolean }) => dataSpell({ lexicon: join(out, 'nowhere'), lang: 'ase', out, ...more })
    await expect(spelled({})).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `${out}: wanted a folder without parts, got ${join(out, 'dev.skels')}. Pass --overwrite, or name another folder.`,
    })
    await expect(spelled({ overwrite: true })).rejects.toThrow('nowhere')
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
