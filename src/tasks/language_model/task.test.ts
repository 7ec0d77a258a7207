// A language model's run: from a file, learnt from text, stopped and resumed to the same bytes, refused where it would not be the same run.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../checkpoint/file.js'
import { languageCheckpoint, restoreLanguageModel } from '../../checkpoint/language_model.js'
import type { Gpu } from '../../device/gpu.js'
import { openGpu } from '../../platform/node/open.js'
import { readPieces } from '../../text/pieces/piece_file.js'
import { letterFiles } from '../../text/pieces/pieces.testing.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { type LanguageTrainEvent, trainLanguageRun } from '../run.js'
import { parseLanguageConfig } from './config.js'
import { loadLanguageData } from './data.js'
import { SentenceScorer } from './evaluate.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-language-'))
  // A language in which the last word says nothing that the first has not: perplexity can fall to that of the first alone.
  const [beginnings, middles] = [
    ['sun', 'rain', 'snow', 'wind'],
    ['in', 'from'],
  ]
  const lines = beginnings.flatMap((word) => middles.map((middle) => `${word} ${middle} the ${word}-land`))
  await writeFile(join(folder, 'train.txt'), `${[...lines, ...lines].join('\n')}\n\n`)
  await writeFile(join(folder, 'dev.txt'), lines.join('\n'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const runFile = (name: string, more = '') => `
task: language-model
name: ${name}
out: ${join(folder, name)}
data: [{ language: GSL, train: ${join(folder, 'train.txt')}, dev: ${join(folder, 'dev.txt')} }]
tokens: whitespace
model: { width: 16, heads: 2, hidden: 32, layers: 1, dropout: 0.1, attentionDropout: 0.1, maxTokens: 12 }
schedule: { kind: constant }
optimiser: { rate: 0.01 }
batch: { size: 8, microBatch: 4 }
stop: { steps: 7 }
validate: { every: 3 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`

interface Changes extends FolderOptions {
  readonly more?: string
  readonly change?: (text: string) => string
  readonly stopAt?: number
}

/** Runs a file, stopping itself after step `stopAt`; returns what happened. */
async function run(name: string, { more = '', change = (text) => text, stopAt = Infinity, ...options }: Changes = {}) {
  const config = parseLanguageConfig(change(runFile(name, more)), name)
  const controller = new AbortController()
  const events: LanguageTrainEvent[] = []
  for await (const event of trainLanguageRun(gpu, config, { ...options, signal: controller.signal })) {
    events.push(event)
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return events
}

const bytes = (name: string, file: string) => readFile(join(folder, name, file))

describe('a language model’s run', () => {
  it('stopped in the middle of an epoch goes on to the same bytes', async () => {
    expect([...new Set((await run('whole')).map(({ kind }) => kind))].sort()).toEqual(['checkpoint', 'end', 'start', 'step', 'validation'])
    await run('broken', { stopAt: 4 })
    await run('broken', { resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl', 'summary.json'])
      expect((await bytes('broken', file)).equals(await bytes('whole', file)), file).toBe(true)
  })

  it('is not resumed as another', async () => {
    await expect(run('whole', { resume: true, more: 'smoothing: 0.1' })).rejects.toThrow('wanted `smoothing` as when the run was started')
  })

  it('learns its language: perplexity falls to what the choices leave, and its checkpoint, frozen, has it too', async () => {
    const { perplexity, tokens } = await learnt('learnt')
    // One of 4 words, then one of 2, then three tokens that follow: the fifth root of 8 is 1.52.
    expect(tokens).toBe(8 * 5)
    expect(perplexity).toBeLessThan(1.7)
    await expectSame('learnt', perplexity)
  })

  it.each([
    ['tokenizer.json', (file: string) => file, {}],
    ['pieces.model', (file: string) => `{ file: ${file}, layout: xglm }`, { layout: 'xglm' }],
  ] as const)(
    'learns it by the pieces of a %s too, goes on to the same bytes, and its checkpoint needs no file',
    async (kind, written, options) => {
      const file = join(folder, kind)
      await writeFile(file, letterFiles('▁sun', '▁the', '▁from', 'land')[kind])
      const pieces = await readPieces(file, options)
      const change = (text: string) =>
        text.replace('tokens: whitespace', `tokens: ${written(file)}`).replace('maxTokens: 12', 'maxTokens: 24')
      await run(`whole-${kind}`, { change })
      await run(`broken-${kind}`, { change, stopAt: 4 })
      await run(`broken-${kind}`, { change, resume: true })
      expect((await bytes(`broken-${kind}`, 'last.safetensors')).equals(await bytes(`whole-${kind}`, 'last.safetensors'))).toBe(true)

      const { perplexity, tokens } = await learnt(`learnt-${kind}`, { change, steps: 360 })
      const sentences = (await bytes('.', 'dev.txt')).toString().split('\n')
      const pieceCount = sentences.reduce((sum, text) => sum + pieces.encode(text).length, 0)
      expect(tokens).toBe(pieceCount)
      // Eight sentences, all as likely: their probability is that of their pieces together.
      expect(perplexity ** (pieceCount / sentences.length)).toBeLessThan(8 * 2)
      await rm(file)
      await expectSame(`learnt-${kind}`, perplexity)
    },
  )
})

/** Trains until it has learnt its language, and returns its best validation. */
async function learnt(name: string, { change = (text: string) => text, steps = 120 } = {}) {
  const more = `stop: { steps: ${steps} }\nvalidate: { every: 60 }\ncheckpoint: { every: 60 }`
  const file = change(runFile(name).replace(/^(stop|validate|checkpoint): .*\n/gm, '') + more)
  const events: LanguageTrainEvent[] = []
  for await (const event of trainLanguageRun(gpu, parseLanguageConfig(file, name), {})) events.push(event)
  const validations = events.flatMap((event) => (event.kind === 'validation' ? [event] : []))
  return validations.reduce((best, one) => (one.perplexity < best.perplexity ? one : best))
}

/** The best checkpoint, frozen, finds the held-out sentences as likely as its validation did. */
async function expectSame(name: string, perplexity: number): Promise<void> {
  const saved = languageCheckpoint(await readCheckpoint(join(folder, name, 'best.safetensors')))
  for (const stored of ['f32', 'f16'] as const) {
    const model = restoreLanguageModel(gpu, saved, { frozen: true, stored })
    const scorer = new SentenceScorer(gpu, model)
    const sentences = (await bytes('.', 'dev.txt')).toString().split('\n')
    const again = await scorer.perplexity(sentences.map((text) => saved.description.words.encode(text)))
    expect(Math.abs(again.perplexity - perplexity)).toBeLessThan(stored === 'f32' ? 1e-5 : 1e-2)
    scorer.destroy()
    model.destroy()
  }
}

describe('the sentences of a language model’s run', () => {
  const load = (change: (file: string) => string) => loadLanguageData(parseLanguageConfig(change(runFile('lines')), 'lines'))

  it('are lines of text files, blank ones passed over, and sizes follow from them and the preset', async () => {
    const { train, dev, description } = await load((file) => file.replace('heads: 2, ', ''))
    expect([train.length, dev.length]).toEqual([16, 8])
    expect(train[1]!.name).toBe('train.txt:2')
    expect(description.config).toMatchObject({ width: 16, heads: 4, vocabulary: 4 + 4 + 2 + 1 + 4, padding: 1, start: 2, end: 3 })
  })

  it('may be of the built-in corpus', async () => {
    const { train, dev } = await load((file) =>
      file.replace(/data: .*/, 'data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12 } }]'),
    )
    expect(train.length).toBeGreaterThan(dev.length)
    expect(dev.length).toBeGreaterThan(0)
  })

  it('are refused where one is too long, or a file is not there or of nothing', async () => {
    await expect(load((file) => file.replace('maxTokens: 12', 'maxTokens: 4'))).rejects.toThrow('train.txt:1: wanted at most 4 tokens')
    await expect(load((file) => file.replace('dev.txt', 'none.txt'))).rejects.toThrow('none.txt: wanted')
    await writeFile(join(folder, 'empty.txt'), '\n \n')
    await expect(load((file) => file.replace('train.txt', 'empty.txt'))).rejects.toThrow('empty.txt: wanted sentences of GSL, got none')
  })

  it.each([
    ['model: { width: 16, heads: 5 }', '`model.width`: wanted width/heads to be a multiple of 4, got 16/5'],
    ['model: { encoderLayers: 2 }', 'encoderLayers'],
    ['tokens: word', '`tokens`'],
  ])('is refused with a place for %s', (line, told) => {
    const key = line.split(':')[0]!
    expect(() => parseLanguageConfig(runFile('wrong').replace(new RegExp(`^${key}: .*$`, 'm'), line), 'wrong')).toThrow(told)
  })
})
