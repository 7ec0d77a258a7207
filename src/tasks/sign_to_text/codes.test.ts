// A sign-to-text run through codes: from a VQ-Sign stage, stopped and resumed to the same bytes, refused where the codes are others; and its losses.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignToText, signToTextDescription } from '../../checkpoint/sign_to_text.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import { CODEBOOK } from '../../model/vq_sign.js'
import { runTask } from '../../train/run/run.js'
import { posesIn } from '../../train/signing/load_signing.testing.js'
import { trainSignToTextRun } from '../run.js'
import { loadTaskRun } from '../run_file.js'
import { codeLosses } from './codes.js'
import { parseSignToTextConfig } from './config.js'
import { loadSignToTextData } from './data.js'
import { firstTensors } from './first_signs.js'
import { firstWords } from './first_words.js'
import { loadSignToTextTraining } from './task.js'

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
const signs = 'width: 16, heads: 2, hidden: 32, stages: [1, 1], positions: false, maxFrames: 64'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-codes-'))
  for (const [name, rest] of [
    ['language-model', 'model: { width: 24, heads: 2, hidden: 32, layers: 2, dropout: 0.1, maxTokens: 10 }'],
    ['vq-sign', `model: { ${signs}, codes: 9 }`],
    ['pseudo-gloss', `items: words\nmodel: { ${signs} }`],
  ] as const) {
    const path = join(folder, `${name}.yaml`)
    await writeFile(path, `${common(name, name)}${rest}\nbatch: { size: 8 }\nstop: { steps: 3 }\n`)
    const { task, config } = await loadTaskRun(path)
    for await (const _ of runTask(task, await lentGpu(), config, {})) {
      // to its end
    }
  }
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const configOf = (name: string, { codes = 'count: 9, words: 12', more = '', model = '', batch = 'size: 8' } = {}) =>
  parseSignToTextConfig(
    `${common('sign-to-text', name)}language_model: ${last('language-model')}
initFrom: ${last('vq-sign')}
codes: { ${codes} }
model: { ${signs}, maxTokens: 8, ${model} }
batch: { ${batch} }
stop: { steps: 5 }
validate: { every: 3, clips: 2, beams: 2 }
${more}`,
    name,
  )

it('keeps no codes frozen that nothing has learnt', async () => {
  const config = { ...configOf('frozen', { more: 'signs: frozen' }), initFrom: last('pseudo-gloss') }
  await expect(loadSignToTextTraining(config, { resumed: false })).rejects.toThrow('wanted a stage of task vq-sign')
})

/** Runs a file, stopping itself after step `stopAt`; returns its steps. */
async function run(
  name: string,
  { stopAt = Infinity, resume = false, ...changes }: Parameters<typeof configOf>[1] & { stopAt?: number; resume?: boolean } = {},
) {
  const controller = new AbortController()
  const steps = []
  for await (const event of trainSignToTextRun(await lentGpu(), configOf(name, changes), { resume, signal: controller.signal })) {
    if (event.kind !== 'step') continue
    steps.push(event)
    if (event.step === stopAt) controller.abort()
  }
  return steps
}

describe('a sign-to-text run through codes', () => {
  it('stopped in the middle of an epoch goes on to the same bytes', async () => {
    const steps = await run('whole')
    for (const { loss, quantisation, discrepancy } of steps)
      expect([loss > 0, quantisation! > 0, discrepancy! > 0]).toEqual([true, true, true])
    await run('broken', { stopAt: 3 })
    await run('broken', { resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl'])
      expect((await readFile(join(folder, 'broken', file))).equals(await readFile(join(folder, 'whole', file))), file).toBe(true)
  }, 120_000)

  it('takes a batch in passes, and leaves codes as they are with signs: frozen', async () => {
    expect(await run('passes', { batch: 'size: 8, microBatch: 3' })).toHaveLength(5)
    await run('frozen', { more: 'signs: frozen' })
    const codebook = async (name: string) => (await readCheckpoint(last(name))).tensors.get(`weights/${CODEBOOK}`)
    expect(await codebook('frozen')).toEqual(await codebook('vq-sign'))
    expect(await codebook('whole')).not.toEqual(await codebook('vq-sign'))
  }, 120_000)

  it('begins with the codebook of its stage, keeps how many codes there are, and translates alike wherever it is opened', async () => {
    const config = configOf('data')
    const { description, dev } = await loadSignToTextData(config)
    const stage = await readCheckpoint(last('vq-sign'))
    expect(firstTensors(description, { stage }).get(CODEBOOK)).toEqual(stage.tensors.get(`weights/${CODEBOOK}`))
    const saved = await readCheckpoint(last('whole'))
    expect(signToTextDescription(saved).config.codes).toBe(9)
    const read = []
    for (let i = 0; i < 2; i++) {
      await using model = await restoreSignToText(await lentGpu(), saved)
      await using translator = new SignTranslator(await lentGpu(), model)
      read.push(await translator.translate(posesIn(dev), { beams: 2 }))
    }
    expect(read[0]).toEqual(read[1])
  })

  it('is refused where the stage has another number of codes, and with what codes cannot be', async () => {
    await expect(loadSignToTextTraining(configOf('other', { codes: 'count: 8' }), { resumed: false })).rejects.toThrow(
      'wanted 8 codes, as the run file has it, got 9. Set codes.count as in stage 1',
    )
    for (const codes of ['count: 1', 'kernels: []', 'kernels: [0]', 'words: 0', 'discrepancy: -1'])
      expect(() => configOf('bad', { codes }), codes).toThrow('wanted')
  })
})

describe('a sign-to-text run through words', () => {
  const words = { codes: 'count: 9, words: 12, as: words', batch: 'size: 8, microBatch: 3' }

  it('finds them in its clips, stopped and resumed goes on to the same bytes, and is opened as it was saved', async () => {
    const whole = await run('words', words)
    for (const { loss, quantisation, discrepancy } of whole)
      expect([loss > 0, quantisation! > 0, discrepancy! > 0]).toEqual([true, true, true])
    await run('words-broken', { ...words, stopAt: 3 })
    await run('words-broken', { ...words, resume: true })
    for (const file of ['last.safetensors', 'metrics.jsonl'])
      expect((await readFile(join(folder, 'words-broken', file))).equals(await readFile(join(folder, 'words', file))), file).toBe(true)
    const saved = await readCheckpoint(last('words'))
    const described = signToTextDescription(saved)
    expect([described.config.words, described.words!.slow]).toEqual([true, 9])
    // Characters come first, that of slowness among them.
    expect(described.words!.words.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, code) => [code]))
    const { dev, train } = await loadSignToTextData(configOf('data', words))
    expect(described.words).toEqual(await firstWords(await lentGpu(), await readCheckpoint(last('vq-sign')), train))
    await using model = await restoreSignToText(await lentGpu(), saved)
    await using translator = new SignTranslator(await lentGpu(), model)
    const together = await translator.translate(posesIn(dev), { beams: 2 })
    const [alone] = await translator.translate(posesIn(dev).slice(1, 2), { beams: 2 })
    expect(alone!.tokens).toEqual(together[1]!.tokens)
  }, 120_000)

  it('puts them before the sentence, with frozen codes too', async () => {
    expect(await run('words-prefix', { ...words, model: 'signing: prefix, rank: 0', more: 'signs: frozen' })).toHaveLength(5)
    await using model = await restoreSignToText(await lentGpu(), await readCheckpoint(last('words-prefix')))
    await using translator = new SignTranslator(await lentGpu(), model)
    const { dev } = await loadSignToTextData(configOf('data'))
    expect(await translator.translate(posesIn(dev), { beams: 2 })).toHaveLength(dev.clips.length)
  }, 120_000)

  it('is refused where nothing has codes', async () => {
    const from = (initFrom: string | null) => ({ ...configOf('none', words), initFrom })
    await expect(loadSignToTextTraining(from(last('pseudo-gloss')), { resumed: false })).rejects.toThrow('in whose codes there are words')
    const file = `${common('sign-to-text', 'x')}language_model: x\ncodes: { as: words }`
    expect(() => parseSignToTextConfig(file, 'x')).toThrow('wanted initFrom, a stage of task vq-sign in whose codes there are words')
  })
})

it('losses of codes are added over passes, each with its share', () => {
  const floats = (...values: number[]) => Float32Array.from(values).buffer
  const pass = (ofBatch: number) => ({
    codeShare: floats(0.1),
    distance: floats(1, 2, 0),
    ...{ rowShare: floats(0.5, 0.5, 0), wordShare: floats(1) },
    ...{ xx: floats(2, 2, 9), yy: floats(3), xy: floats(1, 1, 9) },
    discrepancyShare: floats(ofBatch),
  })
  const settings = configOf('losses').codes!
  const { quantisation, discrepancy } = codeLosses([pass(0.25), pass(0.75)], settings)
  expect(quantisation).toBeCloseTo(2 * 1.25 * 0.1 * 3, 5)
  expect(discrepancy).toBeCloseTo(2 + 3 - 2, 5)
})
