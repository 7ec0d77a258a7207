// A sign-to-text run whose language model reads signing before the sentence: stopped and resumed to the same bytes, opened again, refused where it is not made so.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignToText, signToTextDescription } from '../../checkpoint/sign_to_text.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import { runTask } from '../../train/run/run.js'
import { posesIn } from '../../train/signing/load_signing.testing.js'
import { trainSignToTextRun } from '../run.js'
import { loadTaskRun } from '../run_file.js'
import { parseSignToTextConfig } from './config.js'
import { loadSignToTextData } from './data.js'

let folder: string
const last = (name: string) => join(folder, name, 'last.safetensors')
const common = (task: string, name: string) => `
task: ${task}
name: ${name}
out: ${join(folder, name)}
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-prefix-'))
  const path = join(folder, 'language.yaml')
  const model = '{ width: 24, heads: 2, hidden: 32, layers: 2, dropout: 0.1, maxTokens: 10 }'
  await writeFile(path, `${common('language-model', 'language')}model: ${model}\nbatch: { size: 8 }\nstop: { steps: 3 }\n`)
  const { task, config } = await loadTaskRun(path)
  for await (const _ of runTask(task, await lentGpu(), config, {})) {
    // to its end
  }
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const configOf = (name: string, model = '', more = '') =>
  parseSignToTextConfig(
    `${common('sign-to-text', name)}language_model: ${last('language')}
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], maxFrames: 64, maxTokens: 8, signing: prefix, ${model} }
batch: { size: 8, microBatch: 3 }
stop: { steps: 5 }
validate: { every: 3, clips: 2, beams: 2 }
${more}`,
    name,
  )

/** Runs a file, stopping itself after step `stopAt`; returns its losses. */
async function run(config: ReturnType<typeof configOf>, { stopAt = Infinity, resume = false } = {}): Promise<number[]> {
  const controller = new AbortController()
  const losses: number[] = []
  for await (const event of trainSignToTextRun(await lentGpu(), config, { resume, signal: controller.signal })) {
    if (event.kind !== 'step') continue
    losses.push(event.loss)
    if (event.step === stopAt) controller.abort()
  }
  return losses
}

describe('a sign-to-text run over a prefix', () => {
  it('stopped in the middle of an epoch goes on to the same bytes', async () => {
    const losses = await run(configOf('whole'))
    expect(losses).toHaveLength(5)
    expect(losses.every((loss) => loss > 0 && loss < 10)).toBe(true)
    await run(configOf('broken'), { stopAt: 3 })
    await run(configOf('broken'), { resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl'])
      expect((await readFile(join(folder, 'broken', file))).equals(await readFile(join(folder, 'whole', file))), file).toBe(true)
  }, 120_000)

  it('learns without adapters too, and reads codes so', async () => {
    expect(await run(configOf('bare', 'rank: 0'))).toHaveLength(5)
    const { tensors } = await readCheckpoint(last('bare'))
    expect([...tensors.keys()].filter((name) => name.startsWith('weights/adapters/')).sort()).toEqual(
      ['bias', 'weight'].map((name) => `weights/adapters/signing/${name}`),
    )
    expect(await run(configOf('coded', 'positions: false', 'codes: { count: 9, words: 12 }'))).toHaveLength(5)
  }, 120_000)

  it('is opened as it was saved, and translates a clip alone as beside others', async () => {
    const { dev } = await loadSignToTextData(configOf('data'))
    const clips = posesIn(dev)
    for (const name of ['whole', 'bare', 'coded']) {
      const saved = await readCheckpoint(last(name))
      expect(signToTextDescription(saved).config.prefix).toBe(true)
      await using model = await restoreSignToText(await lentGpu(), saved)
      await using translator = new SignTranslator(await lentGpu(), model)
      const together = await translator.translate(clips, { beams: 3 })
      expect(together).toHaveLength(clips.length)
      const [alone] = await translator.translate(clips.slice(1, 2), { beams: 3 })
      expect(alone!.tokens).toEqual(together[1]!.tokens)
      expect(alone!.score).toBeCloseTo(together[1]!.score!, 4)
    }
  }, 120_000)

  it('is refused with a gate, and without adapters where signing is attended to', () => {
    expect(() => configOf('gate', 'gate: tanh')).toThrow('wanted signing: attended with it, got signing: prefix, which has no gate')
    expect(() => configOf('rank', 'rank: 6')).toThrow('wanted a multiple of 4')
    const attended = 'wanted 4 or more, since the language model attends to signing through adapters, got 0'
    const file = `${common('sign-to-text', 'x')}language_model: x\nmodel: { rank: 0 }`
    expect(() => parseSignToTextConfig(file, 'x')).toThrow(attended)
  })
})
