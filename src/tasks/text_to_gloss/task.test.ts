// A text-to-gloss run: from a file, stopped and resumed to the same bytes, refused where it would not be the same run.

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGlossCheckpoint } from '../../checkpoint/file.js'
import { restoreGlossModel } from '../../checkpoint/restore.js'
import type { Gpu } from '../../device/gpu.js'
import { openGpu } from '../../platform/node/open.js'
import { withLanguageField } from '../../text/prompt_language.js'
import { everyTemplateOf, fillPrompt } from '../../text/prompts.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { trainGlossRun } from '../run.js'
import { parseGlossConfig } from './config.js'
import { loadGlossData } from './data.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-gloss-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const runFile = (name: string, more = '') => `
task: text-to-gloss
name: ${name}
out: ${join(folder, name)}
data: [{ synthetic: { languages: [ASL, LIS-CH], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1, maxTokens: 40 }
schedule: { kind: plateau, patience: 0, minRate: 1.0e-9 }
batch: { size: 8 }
stop: { steps: 7 }
validate: { every: 3 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`

/** Runs a file, stopping itself after step `stopAt`; returns what kinds of events came. */
async function run(name: string, { more = '', stopAt = Infinity, ...options }: { more?: string; stopAt?: number } & FolderOptions = {}) {
  const config = parseGlossConfig(runFile(name, more), name)
  const controller = new AbortController()
  const kinds = new Set<string>()
  for await (const event of trainGlossRun(gpu, config, { ...options, signal: controller.signal })) {
    kinds.add(event.kind)
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return kinds
}

const bytes = (name: string, file: string) => readFile(join(folder, name, file))

describe('a text-to-gloss run', () => {
  it('passes over sentences without a word, and notes what cannot be learned', async () => {
    const heading = 'name|orth|translation\n'
    await writeFile(join(folder, 'train.csv'), `${heading}a|REGEN|es regnet\nb|SCHNEE|es schneit\n`)
    await writeFile(join(folder, 'dev.csv'), `${heading}c|SONNE|\u{1F327}\uFE0F\nd|SONNE|die sonne\n`)
    const data = `data: [{ language: GSL, train: ${join(folder, 'train.csv')}, dev: ${join(folder, 'dev.csv')} }]\nreads: text`
    const config = parseGlossConfig(runFile('marks').replace(/data: .*/, data), 'marks')
    const events = []
    for await (const event of trainGlossRun(gpu, config, { overwrite: true })) events.push(event)
    expect(events[0]).toMatchObject({
      kind: 'start',
      notes: [
        expect.stringMatching(/^1 of 4 sentences have no word/),
        expect.stringMatching(/^100 % of the words of dev are unknown, 1 of 2/),
        expect.stringMatching(/^100 % of the glosses of dev are unknown, 2 of 2/),
      ],
    })
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 7 })
  })

  it('stopped in the middle of an epoch goes on to the same bytes', async () => {
    expect([...(await run('whole'))].sort()).toEqual(['checkpoint', 'end', 'start', 'step', 'validation'])
    await run('broken', { stopAt: 4 })
    await run('broken', { resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl', 'summary.json'])
      expect((await bytes('broken', file)).equals(await bytes('whole', file)), file).toBe(true)
  })

  it('is not begun over another, nor resumed as another', async () => {
    await expect(run('whole')).rejects.toThrow('wanted an empty run folder')
    await expect(run('whole', { resume: true, more: 'smoothing: 0' })).rejects.toThrow('wanted `smoothing` as the run was begun with')
    await expect(run('whole', { resume: true, more: 'seed: 3' })).rejects.toThrow('wanted `seed` as the run was begun with')
  })

  it('does not go on from a model for use only', async () => {
    await run('used')
    await copyFile(join(folder, 'used', 'best.safetensors'), join(folder, 'used', 'last.safetensors'))
    await expect(run('used', { resume: true })).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/last\.safetensors: wanted a checkpoint to resume from, got a model without optimiser state/),
    })
  })

  it('reads its checkpoint back as the model it was', async () => {
    const saved = await readGlossCheckpoint(join(folder, 'whole', 'best.safetensors'))
    expect(saved.description).toMatchObject({ languages: ['ASL', 'LIS-CH'], reads: 'prompt' })
    expect(saved.state).toBeUndefined()
    const model = restoreGlossModel(gpu, saved)
    const tensors = await model.weights.save()
    expect([...tensors.keys()].sort()).toEqual([...saved.tensors('weights').keys()].sort())
    model.destroy()
    const pose = join(folder, 'pose.safetensors')
    await writeFile(pose, 'x')
    await expect(readGlossCheckpoint(pose)).rejects.toThrow(pose)
  })
})

describe('the lines of a text-to-gloss run', () => {
  const load = (more: string) => loadGlossData(parseGlossConfig(runFile('lines', more), 'lines'))

  it('have all words of their templates in the vocabulary, whatever is drawn', async () => {
    const { train, description } = await load('')
    expect(train.length).toBe(20)
    expect(description.source.unknownIn('lang_lis_ch Come si segna «')).toEqual([])
    expect(description.source.unknownIn('How do you sign')).toEqual([])
    expect(description.gloss.tokens.slice(4).every((token) => /^<(ASL|LIS-CH)_/.test(token))).toBe(true)
  })

  it('may be the sentences alone, or prompts from a file', async () => {
    expect((await load('reads: text')).description.reads).toBe('text')
    await expect(load('reads: prompt')).rejects.toThrow('wanted a prompt, got none')
  })

  it('fit the model whichever prompt is drawn, held-out lines too', async () => {
    const withTokens = (maxTokens: number) =>
      parseGlossConfig(runFile('lines').replace('maxTokens: 40', `maxTokens: ${maxTokens}`), 'lines')
    await expect(loadGlossData(withTokens(12))).rejects.toThrow('wanted at most 12 tokens with the closing one')
    // The least that is accepted is what the longest prompt there is really takes, counted as the model counts.
    const { train, dev, description } = await loadGlossData(withTokens(40))
    const longest = Math.max(
      ...[...train, ...dev].flatMap((line) =>
        everyTemplateOf(line.language).map(
          (template) => description.source.encode(withLanguageField(fillPrompt(template, line.text), line.language)).length,
        ),
      ),
    )
    await expect(loadGlossData(withTokens(longest - 1))).rejects.toThrow(`got ${longest}`)
    await loadGlossData(withTokens(longest))
  })
})
