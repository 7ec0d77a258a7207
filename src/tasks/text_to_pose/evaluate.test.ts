import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { saveCorpus } from '../../data/corpus/save.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { SignModel } from '../../model/sign_model.js'
import { openGpu } from '../../platform/node/open.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import { validate } from './evaluate.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-validation-'))
const { gpu } = await openGpu()
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true })
})

const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, framesPerSign: 4 })
async function dataOf(said: Readonly<Record<'train' | 'dev', readonly string[]>>, { tokens = 'words', maxTokens = 8 } = {}) {
  for (const part of ['train', 'dev'] as const)
    await saveCorpus(
      join(folder, part),
      said[part].map((text, i) => ({ ...train[i]!, text })),
    )
  const run = `name: x
data: [{ language: ASL, train: ${join(folder, 'train')}, dev: ${join(folder, 'dev')} }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: ${maxTokens} }
tokens: ${tokens}
`
  return loadData(parseRunConfig(run, 'x'))
}

it('passes over sentences without a word, which training has noted', async () => {
  const data = await dataOf({ train: ['rain', 'sun', '\u{1F327}\uFE0F'], dev: ['\u{1F327}\uFE0F', 'rain', '…', 'sun'] })
  expect(data[0]!.notes).toContainEqual(expect.stringMatching(/^ASL: 3 of 7 sentences have no word/))
  const model = new SignModel(gpu, { training: false })
  model.addLanguage(data[0]!.group, { seed: 1 })
  const validated = await validate(model, data, { clips: 20, policy: 'self-counter' })
  const words = { ...data[0]!, dev: data[0]!.dev.filter((_, i) => i % 2 === 1) }
  expect(validated).toEqual(await validate(model, [words], { clips: 20, policy: 'self-counter' }))
  expect(validated.rows[0]!.dtw).toBeGreaterThan(0)
  model.destroy()
})

it('scores by the number of source tokens, words or letters', async () => {
  const said = { train: ['rain', 'sun wind', 'rain sun wind rain sun'], dev: ['rain', 'sun wind', 'wind', 'rain sun wind rain sun'] }
  const classes = async (options: Parameters<typeof dataOf>[1]) => {
    const data = await dataOf(said, options)
    const model = new SignModel(gpu, { training: false })
    model.addLanguage(data[0]!.group, { seed: 1 })
    const { lengths, rows } = await validate(model, data, { clips: 20, policy: 'oracle' })
    model.destroy()
    for (const { durationRatio } of lengths) expect(durationRatio).toBe(1)
    const whole = lengths.reduce((sum, { dtw, clips }) => sum + dtw * clips, 0) / 4
    expect(whole).toBeCloseTo(rows[0]!.dtw, 9)
    return lengths.map(({ tokens, unit, clips }) => `${clips} of ${tokens} ${unit}`)
  }
  expect(await classes({})).toEqual(['3 of 1-4 words', '1 of 5-8 words'])
  expect(await classes({ tokens: 'letters', maxTokens: 24 })).toEqual(['2 of 3-4 letters', '1 of 6-8 letters', '1 of 9+ letters'])
})

it('has nothing to learn from marks alone', async () => {
  const message = (count: number) => `ASL: wanted sentences with words, got ${count} with none, such as '…'`
  await expect(dataOf({ train: ['…', '\u{1F327}\uFE0F'], dev: ['rain'] })).rejects.toThrow(message(2))
  await expect(dataOf({ train: ['rain'], dev: ['…'] })).rejects.toThrow(message(1))
})
