// What a run file's data become: groups of their own, or one that all languages share.

import { describe, expect, it } from 'vitest'
import { SHARED } from '../model/sign_model.js'
import { loadData, startFrom } from './dataset.js'
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
