// What a pseudo-gloss model finds in clips: scores where their sentences are known, words alone where they are not, and pictures.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { missingAnalyser } from '../data/pseudo_gloss/analyser.testing.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { formatPseudoGlossSummary, type PseudoGlossOptions, pseudoGlosses } from './pseudo_gloss.js'
import { train } from './train.js'

const corpus = { languages: ['GSL'], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } as const
const stream = { write: () => true }
let folder: string
let model: string
let data: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-found-'))
  data = join(folder, 'run.yaml')
  await writeFile(
    data,
    `task: pseudo-gloss
name: found
out: ${join(folder, 'run')}
data: [{ synthetic: ${JSON.stringify({ ...corpus, seed: 3 })} }]
items: words
model: { width: 16, heads: 2, hidden: 16, stages: [1], maxFrames: 32 }
stop: { steps: 2 }
validate: { every: 2 }
`,
  )
  await train(data, { stream })
  model = join(folder, 'run', 'best.safetensors')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const read = (more: Partial<PseudoGlossOptions> = {}) => pseudoGlosses(model, { data, split: 'dev', stream, ...more })

it('scores the words of a run file’s sentences, and draws a picture a clip', async () => {
  const out = join(folder, 'maps')
  const summary = await read({ out, threshold: 0 })
  expect(summary.clips.map(({ name }) => name)).toEqual(['dev/GSL-0001', 'dev/GSL-0002'])
  expect(summary.scores).toMatchObject({ clips: 2, byClass: { recall: 1 } })
  expect(summary.classes!.every(({ recall }) => recall === 1)).toBe(true)
  expect(await readdir(join(out, 'dev'))).toEqual(['GSL-0001.svg', 'GSL-0002.svg'])
  const picture = await readFile(join(out, 'dev', 'GSL-0001.svg'), 'utf8')
  for (const { word } of summary.clips[0]!.found) expect(picture).toContain(word)
  expect(formatPseudoGlossSummary(summary)).toMatch(/^word +clips +precision +recall +F1\n[\s\S]*class F1 [\d.]+ %/)
})

it('tells the words alone of motions whose sentences it does not take, and draws the first', async () => {
  const prefix = join(folder, 'motions')
  await saveCorpus(prefix, syntheticCorpus({ ...corpus, seed: 3 }).test)
  const out = join(folder, 'one.png')
  const summary = await read({ data: prefix, threshold: 0, limit: 1, out })
  expect([summary.scores, summary.clips.length, summary.pictures]).toEqual([undefined, 1, [out]])
  expect(summary.clips[0]!.found.map(({ score }) => score)).toEqual(summary.clips[0]!.found.map(({ score }) => score).sort((a, b) => b - a))
  expect(formatPseudoGlossSummary(summary)).toMatch(/^clip +words found\n/)
})

it('tells how much of the sentences the model has never been told of', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await read()
  expect(written).not.toHaveBeenCalledWith(expect.stringContaining('of no training sentence'))
  const more = join(folder, 'more.yaml')
  await writeFile(more, (await readFile(data, 'utf8')).replace('"words":6', '"words":12'))
  await read({ data: more })
  expect(written).toHaveBeenCalledWith(expect.stringMatching(/note: \d of \d items of dev, such as '.+', are of no training sentence/))
  written.mockRestore()
})

it('refuses another model, a run without that split, a picture of another kind and too long a clip', async () => {
  const other = join(folder, 'other.yaml')
  await writeFile(
    other,
    (await readFile(data, 'utf8')).replace('task: pseudo-gloss', 'task: pose-to-text').replace(/^(items|model):.*\n/gm, ''),
  )
  await expect(read({ data: other })).rejects.toThrow('wanted a run of task pseudo-gloss, got pose-to-text')
  const wrong = "wanted a picture that ends in .svg or .png, got '.gif'"
  await expect(read({ out: join(folder, 'one.gif') })).rejects.toThrow(wrong)
  // Before anything is read.
  await expect(read({ out: join(folder, 'one.gif'), data: join(folder, 'nothing') })).rejects.toThrow(wrong)
  const long = join(folder, 'long.yaml')
  await writeFile(long, (await readFile(data, 'utf8')).replace('"framesPerSign":4', '"framesPerSign":40'))
  await expect(read({ data: long })).rejects.toThrow('wanted 1 to 32 frames')
})

const missing = await missingAnalyser('de')

describe('a model that has learnt its words', () => {
  const learnable = { languages: ['GSL'], clipsPerLanguage: 80, words: 6, wordsPerSentence: [2, 3], framesPerSign: 6, seed: 3 } as const

  /** Trains on `data`, whose words are `items`, and returns the run file and its checkpoint. */
  async function learnt(name: string, data: string, items: string) {
    const path = join(folder, `${name}.yaml`)
    await writeFile(
      path,
      `task: pseudo-gloss
name: ${name}
out: ${join(folder, name)}
data: [${data}]
items: ${items}
ubiquitous: 2
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], maxFrames: 48, headDropout: 0 }
vectors: { width: 20 }
optimiser: { rate: 1.0e-2 }
schedule: { kind: constant }
augment: { mirror: 0, tilt: 0, shift: 0, scale: 0 }
stop: { steps: 200 }
validate: { every: 200 }
log: { tensorboard: false }
`,
    )
    await train(path, { stream })
    return { path, model: join(folder, name, 'best.safetensors') }
  }

  it('tells the words of sentences it has never seen, none missed, and most of them in their frames', async () => {
    const { path, model } = await learnt('words', `{ synthetic: ${JSON.stringify(learnable)} }`, 'words')
    const out = join(folder, 'learnt')
    const summary = await pseudoGlosses(model, { data: path, split: 'test', out, stream })
    expect(summary.scores!.byClass.f1).toBeGreaterThan(0.9)
    const { within, chance, words } = summary.scores!.localisation!
    expect(within).toBeGreaterThan(chance + 0.3)
    const { test } = syntheticCorpus(learnable)
    expect(words).toBe(test.reduce((sum, { text }) => sum + text.split(' ').length, 0))
    for (const { name, text } of test) {
      const picture = await readFile(join(out, `${name}.svg`), 'utf8')
      // The sentence's own words in its order, none of them missed, and no others.
      const rows = [...picture.matchAll(/text-anchor="end"[^>]*>([^<]+)</g)].map(([, label]) => label!)
      expect(rows.filter((label) => /\p{L}/u.test(label) && label !== 'seconds')).toEqual(text.split(' '))
    }
  })

  it.skipIf(missing)(
    `or, of their content, base forms${missing ? `: ${missing}` : ''}`,
    async () => {
      const forms: Record<string, string> = {
        regen: 'regnet',
        schnee: 'schneit',
        sonne: 'sonnig',
        wolke: 'wolken',
        nebel: 'nebligen',
        wind: 'stürmische',
      }
      const bases: Record<string, string> = {
        regnet: 'regnen',
        schneit: 'schneien',
        sonnig: 'sonnig',
        wolken: 'wolke',
        nebligen: 'neblig',
        stürmische: 'stürmisch',
      }
      const { train: learned, test } = syntheticCorpus(learnable)
      const spoken = (text: string) =>
        `und ${text
          .split(' ')
          .map((word) => forms[word]!)
          .join(' und ')}`
      for (const [part, clips] of Object.entries({ train: learned, dev: test }))
        await saveCorpus(
          join(folder, `spoken-${part}`),
          clips.map((clip) => ({ ...clip, text: spoken(clip.text) })),
        )
      const data = `{ language: GSL, train: ${join(folder, 'spoken-train')}, dev: ${join(folder, 'spoken-dev')} }`
      const { path, model } = await learnt('content', data, 'content')
      const summary = await pseudoGlosses(model, { data: path, split: 'dev', stream })
      expect(summary.classes!.map(({ word }) => word).sort()).toEqual(Object.values(bases).sort())
      expect(summary.scores!.byClass.f1).toBeGreaterThan(0.9)
      const right = summary.clips.filter(({ found }, i) => {
        const wanted = spoken(test[i]!.text)
          .split(' ')
          .flatMap((form) => bases[form] ?? [])
        return (
          found
            .map(({ word }) => word)
            .sort()
            .join() === [...new Set(wanted)].sort().join()
        )
      })
      expect(right.length / test.length).toBeGreaterThan(0.7)
    },
    60_000,
  )
})
