// Stage 2 of GFSLT-VLP begins with stage 1: what reads signing, and the decoder where it writes the same words; what does not fit is refused, or left out and said.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import type { HostTensors } from '../../nn/host_tensor.js'
import { parseSignTextMatchingConfig } from '../sign_text_matching/config.js'
import { loadSignTextMatchingTraining } from '../sign_text_matching/task.js'
import { parseSignTranslationConfig } from './config.js'
import { loadSignTranslationTraining } from './task.js'

const sizes = 'width: 16, heads: 2, hidden: 24, features: 20, maxFrames: 40, maxTokens: 6'
const runFile = (task: string, more: string, { corpus = 'words: 6', model = sizes } = {}) => `task: ${task}
name: first
data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 20, ${corpus}, wordsPerSentence: [1, 2], framesPerSign: 6 } }]
model: { ${model} }
batch: { size: 8 }
seed: 3
${more}`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-first-stage-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Stage 1 as it begins, saved, with its tensors. */
async function stage(name: string, more = '', model = sizes): Promise<{ path: string; tensors: HostTensors }> {
  const config = parseSignTextMatchingConfig(runFile('sign-text-matching', more, { model }).replace('seed: 3', 'seed: 4'), 'run.yaml')
  const { training } = await (await loadSignTextMatchingTraining(config, { resumed: false })).begin(await lentGpu())
  const path = join(folder, `${name}.safetensors`)
  await training.save(path, undefined)
  const sets = await Promise.all(training.model.sets.map((set) => set.save()))
  await training.destroy()
  return { path, tensors: new Map(sets.flatMap((set) => [...set])) }
}

async function begun(path: string | null, options: Parameters<typeof runFile>[2] = {}) {
  const config = parseSignTranslationConfig(runFile('sign-translation', path === null ? '' : `initFrom: ${path}\n`, options), 'run.yaml')
  const loaded = await loadSignTranslationTraining(config, { resumed: false })
  const { training } = await loaded.begin(await lentGpu())
  const tensors = await training.model.weights.save()
  await training.destroy()
  return { tensors, notes: loaded.notes }
}

const equal = (a: HostTensors, b: HostTensors): string[] =>
  [...a.keys()].filter((name) => b.has(name) && a.get(name)!.data.join() === b.get(name)!.data.join())
/** Tensors that begin alike with any seed: of ones and zeros. */
const isPlain = (name: string): boolean =>
  /norm\/(gamma|beta|running)$|\/(query|key|value|out|wide|narrow)\/bias$|^words\/out\/bias$/.test(name)

it('takes what reads signing and the decoder, and says so', async () => {
  const first = await stage('both')
  const [alone, { tensors, notes }] = [await begun(null), await begun(first.path)]
  const taken = equal(tensors, first.tensors).filter((name) => !isPlain(name))
  for (const part of [
    'frames/weight',
    'time.1/weight',
    'encoder/positions',
    'encoder.0/self/query/weight',
    'decoder.0/cross/key/weight',
    'words/table',
  ])
    expect(taken).toContain(part)
  const own = equal(tensors, alone.tensors).filter((name) => !isPlain(name))
  expect(own.sort()).toEqual(['tokens/bias', 'tokens/weight'])
  expect(notes.join()).toMatch(
    /begins with what reads signing in .*both.safetensors \(\d+ tensors\), and its decoder with its words \(\d+ tensors\)/,
  )
})

it.each([
  ['none was trained', 'restoring: { every: null }\n', {}],
  ['has tied: true', '', { model: `${sizes}, tied: false` }],
  ['has decoderLayers 1', '', { model: `${sizes}, decoderLayers: 2` }],
  ['has other words', '', { corpus: 'words: 7' }],
])('takes what reads signing alone where its decoder %s', async (why, more, options) => {
  const first = await stage('reader', more, why === 'has tied: true' ? `${sizes}, tied: true` : sizes)
  const { tensors, notes } = await begun(first.path, options)
  const taken = equal(tensors, first.tensors).filter((name) => !isPlain(name))
  expect(taken).toContain('time.0/weight')
  expect(taken.some((name) => /^(decoder|words)/.test(name))).toBe(false)
  expect(notes.join()).toContain(why)
})

it('refuses a stage of other sizes, and what is no stage', async () => {
  const first = await stage('sizes')
  await expect(begun(first.path, { model: sizes.replace('hidden: 24', 'hidden: 32') })).rejects.toThrow(
    'wanted hidden 32, as the run file has it, got 24',
  )
  await expect(begun(first.path, { model: `${sizes}, padding: ones` })).rejects.toThrow(
    'wanted padding ones, as the run file has it, got cut',
  )
  const config = parseSignTranslationConfig(runFile('sign-translation', ''), 'run.yaml')
  const { training } = await (await loadSignTranslationTraining(config, { resumed: false })).begin(await lentGpu())
  const path = join(folder, 'other.safetensors')
  await training.save(path, undefined)
  await training.destroy()
  await expect(begun(path)).rejects.toThrow('wanted a sign-text-matching model, got a sign-translation model')
})
