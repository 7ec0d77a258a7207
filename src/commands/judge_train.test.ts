// Judges of several seeds: one a folder, and none begun where one could not be.

import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { judgeTrain } from './judge_train.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-judges-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const path = join(folder, 'judge.yaml')
await writeFile(
  path,
  `task: pose-to-text
name: judge
out: ${join(folder, 'judge')}
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 4, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
model: { width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1, maxFrames: 32, maxTokens: 8 }
stop: { steps: 2 }
validate: { every: 2, clips: 1 }
`,
)
const stream = { write: () => true }

it('trains a judge a seed, and refuses seeds of which one is there before it trains any', async () => {
  const { judges, runs, interrupted } = await judgeTrain(path, { seeds: [5, 6], stream })
  expect(judges).toEqual([5, 6].map((seed) => join(folder, 'judge', `seed-${seed}`, 'best.safetensors')))
  expect([judges.every((judge) => existsSync(judge)), runs.map(({ step }) => step), interrupted]).toEqual([true, [2, 2], false])
  await expect(judgeTrain(path, { seeds: [7, 6], stream })).rejects.toThrow('seed-6: wanted an empty run folder')
  expect(existsSync(join(folder, 'judge', 'seed-7'))).toBe(false)
  expect((await judgeTrain(path, { seeds: [7, 6], resume: true, stream })).runs.map(({ trained }) => trained)).toEqual([2, 0])
})
