// Clips and sentences that find each other, scored and shown; what is no model of such, and what has no clips, is refused.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { trainSignTextMatchingRun } from '../tasks/run.js'
import { parseSignTextMatchingConfig } from '../tasks/sign_text_matching/config.js'
import { formatRetrieved, retrieve } from './retrieve.js'

let folder: string
let data: string
const stream = { isTTY: false, write: () => true }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-retrieve-'))
  data = join(folder, 'run.yaml')
  const run = `task: sign-text-matching
name: matching
out: ${join(folder, 'matching')}
data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 40, words: 8, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
model: { width: 16, heads: 2, hidden: 32, features: 16, maxFrames: 64, maxTokens: 8 }
batch: { size: 8 }
stop: { steps: 6 }
log: { tensorboard: false }
`
  await writeFile(data, run)
  for await (const _ of trainSignTextMatchingRun(await lentGpu(), parseSignTextMatchingConfig(run, data))) {
    // to its end
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const model = () => join(folder, 'matching', 'last.safetensors')

it('finds a sentence for each clip, and says how often it is its own', async () => {
  const { clips, scores } = await retrieve(model(), { data, split: 'train', limit: 10, stream })
  expect(clips).toHaveLength(10)
  const texts = clips.map(({ text }) => text)
  for (const { found, cosine } of clips) {
    expect(texts).toContain(found)
    expect(Math.abs(cosine)).toBeLessThanOrEqual(1 + 1e-6)
  }
  expect(scores).toMatchObject({ clips: 10, sentences: 10, chance: { signToText: { at1: expect.closeTo(0.1) } } })
  expect(scores.signToText.at1).toBeCloseTo(clips.filter(({ found, text }) => found === text).length / 10)
  expect(formatRetrieved({ clips, scores })).toContain('(by chance 10.0 %)')
})

it('refuses another model and a run file of another task', async () => {
  const other = join(folder, 'other.yaml')
  await writeFile(other, 'task: language-model\nname: a\ndata: [{ synthetic: {} }]\n')
  await expect(retrieve(model(), { data: other, split: 'dev', stream })).rejects.toThrow('wanted a run of task sign-to-text')
  await expect(retrieve(data, { data, split: 'dev', stream })).rejects.toThrow()
})
