// What a run file's data become: groups of their own, or one that all languages share.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus_save.js'
import { syntheticCorpus } from '../data/synthetic.js'
import { SHARED } from '../model/sign_model.js'
import { loadData, readVocabulary, startFrom } from './dataset.js'
import { parseRunConfig } from './run_config.js'

const runFile = (more: string, languages = '[ASL, LSF-CH]') =>
  parseRunConfig(
    `name: data
data: [{ synthetic: { languages: ${languages}, clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
model: { width: 16, heads: 2, hidden: 32, maxFrames: 40, maxTokens: 8 }
${more}`,
    'data',
  )

describe('the groups of a run', () => {
  it('are one a language, each with words of its own', async () => {
    const data = await loadData(runFile(''))
    expect(data.map(({ language }) => language)).toEqual(['ASL', 'LSF-CH'])
    expect(data[0]!.group.vocabulary.tokens).not.toEqual(data[1]!.group.vocabulary.tokens)
  })

  it('are one for all where that is shared, which reads LangGloss', async () => {
    const [shared, ...others] = await loadData(runFile('groups: shared'))
    expect(others).toEqual([])
    const { language, train, dev, group } = shared!
    expect(language).toBe(SHARED)
    expect(train.length).toBe(20)
    expect(dev.map(({ clip }) => clip.language)).toEqual(['ASL', 'LSF-CH'])
    expect(group.vocabulary.tokens.slice(4).every((token) => /^<(ASL|LSF-CH)_\S+>$/u.test(token))).toBe(true)
    expect(group.vocabulary.policy).toBe('whitespace')
    for (const { clip, ids } of train) expect(ids.length).toBe(clip.langGloss!.split(' ').length + 1)
  })

  it('say what of their sentences cannot be learned', async () => {
    expect((await loadData(runFile(''))).flatMap(({ notes }) => notes)).toEqual([])
    const folder = await mkdtemp(join(tmpdir(), 'signllm-dataset-'))
    const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10 })
    const said = { train: ['今天会下雨', '我在学校吃苹果', '明天天气很好'], dev: ['他在学校下雨', '今天吃苹果'] }
    for (const part of ['train', 'dev'] as const)
      await saveCorpus(
        join(folder, part),
        said[part].map((text, i) => ({ ...train[i]!, text, language: 'CSL' })),
      )
    const run = `name: x\ndata: [{ language: CSL, train: ${join(folder, 'train')}, dev: ${join(folder, 'dev')} }]\n`
    const [words, letters] = await Promise.all(['', 'tokens: letters\n'].map((more) => loadData(parseRunConfig(run + more, 'x'))))
    expect(words![0]!.notes).toEqual([
      expect.stringMatching(/^CSL: sentences in Chinese or Japanese are not cut into words, .*tokens: letters/),
      expect.stringMatching(/^CSL: 100 % of the words of dev are unknown, 2 of 2 sentences/),
    ])
    expect(letters![0]!.notes).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('take a vocabulary file of Windows, and refuse one of Latin-1 with its line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signllm-vocabulary-'))
    const path = join(folder, 'v.txt')
    await writeFile(path, '\uFEFFregen\r\n\u00fcber\r\n')
    expect((await readVocabulary(path, 'words')).tokens.slice(4)).toEqual(['regen', '\u00fcber'])
    await writeFile(path, Buffer.from('regen\n\u00fcber\n', 'latin1'))
    await expect(readVocabulary(path, 'words')).rejects.toThrow(`${path}:2: wanted text in UTF-8, got the byte 0xfc`)
    await rm(folder, { recursive: true })
  })

  it('must read LangGloss to be shared', () => {
    const text = 'name: x\ngroups: shared\ndata: [{ language: ASL, train: a, source: text }]\n'
    expect(() => parseRunConfig(text, 'x')).toThrow('x:3:43: `data[0].source`: wanted lang_gloss')
  })
})

describe('a group that goes on from a checkpoint', () => {
  it('keeps the words it has learned, so that new data are read with those', async () => {
    const [learned] = await loadData(runFile('groups: shared'))
    const [fresh] = await loadData(runFile('groups: shared', '[LSF-CH]'))
    const again = startFrom(fresh!, { path: 'p', groups: [learned!.group] })
    expect(again.group).toBe(learned!.group)
    expect(again.train[0]!.ids).toEqual(learned!.group.vocabulary.encode(fresh!.train[0]!.clip.langGloss!))
    expect(again.train[0]!.ids).not.toEqual(fresh!.train[0]!.ids)
  })

  it('must be there, of the same sizes', async () => {
    const [shared] = await loadData(runFile('groups: shared'))
    const [asl] = await loadData(runFile(''))
    expect(() => startFrom(shared!, { path: 'p', groups: [asl!.group] })).toThrow(
      "p: wanted a group ALL of the run file's sizes, got groups ASL",
    )
    const wide = { ...asl!.group, config: { ...asl!.group.config, width: 32 } }
    expect(() => startFrom(asl!, { path: 'p', groups: [wide] })).toThrow('got one of other sizes')
  })
})
