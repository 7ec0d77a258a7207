// What a pseudo-gloss model finds in clips: scores where their sentences are known, words alone where they are not, and pictures.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
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

it('refuses another model, a run without that split, a picture of another kind and too long a clip', async () => {
  const other = join(folder, 'other.yaml')
  await writeFile(
    other,
    (await readFile(data, 'utf8')).replace('task: pseudo-gloss', 'task: pose-to-text').replace(/^(items|model):.*\n/gm, ''),
  )
  await expect(read({ data: other })).rejects.toThrow('wanted a run of task pseudo-gloss, got pose-to-text')
  await expect(read({ out: join(folder, 'one.gif') })).rejects.toThrow("wanted a picture that ends in .svg or .png, got '.gif'")
  const long = join(folder, 'long.yaml')
  await writeFile(long, (await readFile(data, 'utf8')).replace('"framesPerSign":4', '"framesPerSign":40'))
  await expect(read({ data: long })).rejects.toThrow('wanted 1 to 32 frames')
})
