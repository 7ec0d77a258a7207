// Clips in codes and in words, scored and shown; what is no model of codes, and what has no clips, is refused.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { trainVqSignRun } from '../tasks/run.js'
import { parseVqSignConfig } from '../tasks/vq_sign/config.js'
import { formatSignCodes, signCodes } from './sign_codes.js'

let folder: string
let data: string
const stream = { isTTY: false, write: () => true }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-sign-codes-'))
  data = join(folder, 'run.yaml')
  const run = `task: vq-sign
name: codes
out: ${join(folder, 'codes')}
data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], maxFrames: 64, codes: 10 }
stop: { steps: 6 }
log: { tensorboard: false }
`
  await writeFile(data, run)
  for await (const _ of trainVqSignRun(await lentGpu(), parseVqSignConfig(run, data))) {
    // to its end
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const model = () => join(folder, 'codes', 'last.safetensors')

it('writes clips in codes and in words of the training split', async () => {
  const summary = await signCodes(model(), { data, split: 'dev', limit: 2, stream })
  expect(summary.clips.map(({ text }) => text.length > 0)).toEqual([true, true])
  expect(summary).toMatchObject({ codes: 10, scores: { clips: 2, chance: 1 / 11 } })
  for (const { codes, words } of summary.clips) {
    expect(Math.max(...codes)).toBeLessThan(10)
    // Without the marks of length, words are the runs of codes.
    const shown = words.join('-').replaceAll('~', '').split('-').filter(Boolean).map(Number)
    expect(shown).toEqual(codes.filter((code, t) => code !== codes[t - 1]))
  }
  expect(formatSignCodes(summary)).toContain('of what comes told from the rest of its clip (by chance 9.1 %)')
})

it('refuses another model and a run file of another task', async () => {
  const other = join(folder, 'other.yaml')
  await writeFile(other, 'task: language-model\nname: a\ndata: [{ synthetic: {} }]\n')
  await expect(signCodes(model(), { data: other, split: 'dev', stream })).rejects.toThrow('wanted a run of task sign-to-text')
  await expect(signCodes(data, { data, split: 'dev', stream })).rejects.toThrow()
})
