// What a run file's data become: groups of their own, or one that all languages share.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { saveCorpus } from '../../data/corpus/save.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { SHARED } from '../../model/sign_model.js'
import { readVocabulary } from '../../text/vocabulary_file.js'
import { parseRunConfig } from './config.js'
import { loadData, startFrom, withRates } from './data.js'

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

  it('say which motions are held out and trained on at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signllm-dataset-'))
    const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10 })
    await saveCorpus(join(folder, 'train'), train.slice(1))
    await saveCorpus(join(folder, 'dev'), [train[0]!, { ...train[1]!, name: 'again' }])
    const run = `name: x\ndata: [{ language: ASL, train: ${join(folder, 'train')}, dev: ${join(folder, 'dev')} }]\n`
    const [data] = await loadData(parseRunConfig(run, 'x'))
    expect(data!.notes).toContain(
      "ASL: 1 of 2 dev clips, such as 'again', in the training split too: validations do not show how well the model generalises",
    )
    await rm(folder, { recursive: true })
  })

  it('say what of their sentences cannot be learned', async () => {
    expect((await loadData(runFile(''))).flatMap(({ notes }) => notes)).toEqual([])
    const folder = await mkdtemp(join(tmpdir(), 'signllm-dataset-'))
    const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10 })
    const said = { train: ['今天会下雨', '我在学校吃苹果', '明天天气很好'], dev: ['他在学校下雨', '今天吃苹果'] }
    for (const part of ['train', 'dev'] as const)
      await saveCorpus(
        join(folder, part),
        said[part].map((text, i) => ({ ...train.at(part === 'dev' ? -1 - i : i)!, text, language: 'CSL' })),
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

  it('read one source where they are shared', () => {
    const text = `
name: x
groups: shared
data: [{ language: ASL, train: a, source: lang_gloss }, { language: GSL, train: b, source: text }]
`
    expect(() => parseRunConfig(text, 'x')).toThrow(
      '`data[1].source`: wanted one source in a shared group, lang_gloss as data[0] has it, got text',
    )
    const beside = 'name: x\ngroups: shared\ndata: [{ language: ASL, train: a }, { synthetic: { languages: [GSL] } }]\n'
    expect(() => parseRunConfig(beside, 'x')).toThrow('`data[1].synthetic`: wanted one source in a shared group, text')
  })

  it('tell the language of sentences by a token before them, where those are shared', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signllm-marked-'))
    const { train } = syntheticCorpus({ languages: ['ASL', 'LSF-CH', 'KSL'], clipsPerLanguage: 10, framesPerSign: 4 })
    const tags = ['ASL', 'LSF-CH', 'KSL'] as const
    for (const tag of tags) {
      // Ten words more would be cut off the vocabulary's end.
      const own = train.filter(({ language }) => language === tag).map((clip) => ({ ...clip, text: `${clip.text} und Regen` }))
      await saveCorpus(join(folder, tag), own)
    }
    const entries = (some: readonly string[]) => some.map((tag) => `{ language: ${tag}, train: ${join(folder, tag)} }`).join(', ')
    const run = (some: readonly string[], more = '') => parseRunConfig(`name: x\ngroups: shared\ndata: [${entries(some)}]\n${more}`, 'x')
    const [data] = await loadData(run(['ASL', 'LSF-CH'], 'maxWords: 2'))
    const { vocabulary } = data!.group
    expect(data!.language).toBe(SHARED)
    expect(vocabulary.tokens.slice(4).toSorted()).toEqual(['<lang:ASL>', '<lang:LSF-CH>', 'regen', 'und'].toSorted())
    for (const { clip, ids } of data!.train) {
      expect(vocabulary.tokens[ids[0]!]).toBe(`<lang:${clip.language}>`)
      expect([...ids.slice(1)]).toEqual([...vocabulary.encode(clip.text)])
    }
    const [more] = await loadData(run(tags, 'maxWords: 2'))
    expect(() => startFrom(more!, { path: 'p', groups: [data!.group] })).toThrow(
      "p: wanted a group of all of the run's languages to start from, got KSL, which it has no token of",
    )
    const again = startFrom(data!, { path: 'p', groups: [more!.group] })
    expect(again.train.map(({ ids }) => again.group.vocabulary.tokens[ids[0]!])).toEqual(
      again.train.map(({ clip }) => `<lang:${clip.language}>`),
    )
    await rm(folder, { recursive: true })
  })
})

describe('the frame rate', () => {
  const corpus = async (fps: number, name: string): Promise<string> => {
    const prefix = join(await mkdtemp(join(tmpdir(), 'rates-')), name)
    const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, framesPerSign: 4, seed: 1 })
    await saveCorpus(
      prefix,
      train.map((clip) => ({ ...clip, fps })),
    )
    return prefix
  }
  const file = (data: string) =>
    parseRunConfig(
      `name: rates\ndata: [{ language: ASL, ${data} }]\nmodel: { width: 16, heads: 2, hidden: 32, maxFrames: 60, maxTokens: 8 }\n`,
      'rates',
    )

  it("of a group is the manifest's, where the run file says none or the same, halved with the frames", async () => {
    const fifty = await corpus(50, 'train')
    for (const [more, fps] of [
      ['', 50],
      [', fps: 50', 50],
      [', skipFrames: 2', 25],
    ] as const) {
      const [data] = await loadData(file(`train: ${fifty}, dev: ${fifty}${more}`))
      expect([data!.group.fps, data!.train[0]!.clip.fps, data!.dev[0]!.clip.fps]).toEqual([fps, fps, fps])
    }
    expect((await withRates(file(`train: ${fifty}`))).data).toMatchObject([{ fps: 50 }])
    await rm(`${fifty}.json`)
    expect((await loadData(file(`train: ${fifty}`)))[0]!.group.fps).toBe(25)
    expect((await loadData(file(`train: ${fifty}, fps: 30`)))[0]!.group.fps).toBe(30)
    expect((await withRates(file(`train: ${fifty}`))).data).toMatchObject([{ fps: 25 }])
  })

  it('stops the run where run file and manifest, train and dev, or data and checkpoint differ', async () => {
    const [fifty, other] = [await corpus(50, 'train'), await corpus(25, 'dev')]
    await expect(loadData(file(`train: ${fifty}, fps: 25`))).rejects.toThrow(
      /train\.json: wanted 25 frames per second \(fps\), got 50 in the manifest of the corpus/,
    )
    await expect(loadData(file(`train: ${fifty}, dev: ${other}`))).rejects.toThrow(
      /dev: wanted the 50 frames per second of .*train, got 25/,
    )
    const [[data], [saved]] = [await loadData(file(`train: ${fifty}`)), await loadData(file(`train: ${other}`))]
    expect(() => startFrom(data!, { path: 'p', groups: [saved!.group] })).toThrow(
      /^p: wanted a group ASL of the 50 frames per second of the data, got one of 25/,
    )
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

  it('keeps the bones it has learned, and where it was saved before they were measured takes those of the data', async () => {
    const [data] = await loadData(runFile(''))
    const { bones: own, ...older } = data!.group
    expect(own!.lengths).toHaveLength(49)
    expect(own!.spread).toBeGreaterThanOrEqual(0)
    const other = { lengths: new Float32Array(49).fill(0.5), spread: 0.4 }
    expect(startFrom(data!, { path: 'p', groups: [{ ...older, bones: other }] }).group.bones).toBe(other)
    expect(startFrom(data!, { path: 'p', groups: [older] }).group.bones).toBe(own)
  })

  it('must be there, of the same sizes', async () => {
    const [shared] = await loadData(runFile('groups: shared'))
    const [asl] = await loadData(runFile(''))
    expect(() => startFrom(shared!, { path: 'p', groups: [asl!.group] })).toThrow('p: wanted a group ALL to start from, got groups ASL')
    const wide = { ...asl!.group, config: { ...asl!.group.config, width: 32 } }
    expect(() => startFrom(asl!, { path: 'p', groups: [wide] })).toThrow('got one of other sizes: width 32 instead of ')
  })
})
