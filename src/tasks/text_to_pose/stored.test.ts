// Training from shards: the same bits as from files in memory, whenever it is stopped, with whatever is drawn and left out.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCorpus } from '../../data/corpus/corpus.js'
import { saveCorpus } from '../../data/corpus/save.js'
import { detected } from '../../data/layouts/dwpose.testing.js'
import { packClips } from '../../data/shards/pack.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import type { Gpu } from '../../device/gpu.js'
import { SignModel } from '../../model/sign_model.js'
import type { Clip } from '../../motion/clip.js'
import { openGpu } from '../../platform/node/open.js'
import { Signer } from '../../signer/node.js'
import { trainRun } from '../run.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import { loadPoseTraining } from './task.js'
import { PoseTrainer } from './trainer.testing.js'

let gpu: Gpu
let folder: string
const at = (name: string): string => join(folder, name)
/** ASL has five times the clips of GSL. */
const clips: Record<'ASL' | 'GSL', Clip[]> = { ASL: [], GSL: [] }

beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-stored-'))
  const made = { clipsPerLanguage: 50, words: 10, wordsPerSentence: [1, 2] as const, framesPerSign: 6, seed: 1 }
  const { train } = syntheticCorpus({ ...made, languages: ['ASL', 'GSL'] })
  for (const language of ['ASL', 'GSL'] as const) {
    const own = train.filter((clip) => clip.language === language).slice(0, language === 'ASL' ? 40 : 8)
    await saveCorpus(at(language), own)
    clips[language] = [...(await loadCorpus({ skels: at(language) })).clips]
  }
  await packClips(at('shards'), [...clips.ASL, ...clips.GSL], { name: 'all', storage: 'f32', clipsAPart: 7 })
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const configOf = (data: string, more = '', name = 'run') =>
  parseRunConfig(
    `
name: ${name}
out: ${at(name)}
data: ${data}
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
schedule: { kind: constant }
${more}`,
    'test',
  )

const shards = (more = '', name = 'shards') => `[{ shards: ${at(name)}${more} }]`

/** Weights of every group after some steps, and their losses. */
async function trained(data: string, more = 'batch: { size: 4 }', steps = 26) {
  const config = configOf(data, more)
  const loaded = await loadData(config)
  const model = new SignModel(gpu, { training: true })
  for (const { group } of loaded) model.addLanguage(group, { seed: config.seed })
  const trainer = new PoseTrainer(config, model, loaded)
  const losses: number[] = []
  for (let i = 0; i < steps; i++) losses.push((await trainer.trainStep()).loss)
  const weights = await Promise.all(loaded.map(({ language }) => model.group(language).weights.save()))
  await trainer.training.destroy()
  await trainer.destroy()
  return { losses, weights }
}

/** The plan of an epoch, by names. */
async function planned(data: string, more: string, epoch = 0) {
  const config = configOf(data, more)
  const { begin, notes } = await loadPoseTraining(config, { resumed: false })
  const { training } = await begin(gpu)
  const names = training.planEpoch(epoch).map(({ group, examples }) => examples.map((i) => training.nameOf(group, i)))
  await training.destroy()
  return { names, all: names.flat(), notes }
}

const files = () => `[{ language: ASL, train: ${at('ASL')} }, { language: GSL, train: ${at('GSL')} }]`

describe('training from shards', () => {
  it.each([
    ['as it is', 'batch: { size: 4 }'],
    [
      'in passes, with clips that are augmented, languages by size',
      'batch: { size: 6, microBatch: 4, languages: size }\naugment: { speed: 0.2 }',
    ],
    ['with clips drawn by their errors', 'batch: { size: 4 }\nlearning: { mode: rl+plc, warmup: 1, ramp: 1 }'],
  ])('gives the bits of training from files in memory: %s', async (_, more) => {
    const stored = await trained(shards(), more)
    expect(stored).toEqual(await trained(files(), more))
    expect(new Set(stored.losses).size).toBeGreaterThan(20)
  })

  it('goes on to the same bits wherever it is stopped', { timeout: 120_000 }, async () => {
    const more =
      'batch: { size: 4, temperature: 2 }\nstop: { steps: 20 }\ncheckpoint: { every: 3 }\nvalidate: { every: 8, clips: 2 }\nlog: { tensorboard: false }'
    const data = shards(', devShare: 0.2')
    for await (const _ of trainRun(gpu, configOf(data, more, 'whole'))) {
    }
    const config = configOf(data, more, 'stopped')
    let resume = false
    for (const after of [1, 4, 5, 9, 13, 16]) {
      const controller = new AbortController()
      for await (const event of trainRun(gpu, config, { resume, signal: controller.signal }))
        if (event.kind === 'step' && event.step === after) controller.abort()
      resume = true
    }
    for await (const _ of trainRun(gpu, config, { resume })) {
    }
    for (const file of ['last.safetensors', 'best.safetensors'])
      expect((await readFile(join(at('stopped'), file))).equals(await readFile(join(at('whole'), file))), file).toBe(true)
  })

  it('in one group of all languages, that reads sentences with their language before them, signs each', { timeout: 60_000 }, async () => {
    const more = 'groups: shared\nbatch: { size: 8 }\nstop: { steps: 6 }\nvalidate: { every: 6, clips: 2 }\nlog: { tensorboard: false }'
    const config = configOf(shards(', devShare: 0.1'), more, 'marked')
    for await (const event of trainRun(gpu, config)) if (event.kind === 'start') expect(event.clips).toBeGreaterThan(40)
    const [data] = await loadData(config)
    const { vocabulary } = data!.group
    expect(vocabulary.languages.toSorted()).toEqual(['ASL', 'GSL'])
    const path = join(at('marked'), 'last.safetensors')
    await using signer = await Signer.open(path, { gpu })
    expect(signer.languages).toEqual(['ASL', 'GSL'])
    // A word that both have learned would do; here, each language has its own.
    const words = vocabulary.tokens.at(-1)!
    const [asl, gsl] = [await signer.sign(words, { language: 'ASL' }), await signer.sign(words, { language: 'gsl' })]
    expect(asl.joints.subarray(150, 300)).not.toEqual(gsl.joints.subarray(150, 300))
    expect((await signer.sign(words, { language: 'ASL' })).joints).toEqual(asl.joints)
    await expect(signer.sign(words)).rejects.toThrow('wanted one of the languages ASL, GSL')
    await expect(signer.sign(words, { language: 'KSL' })).rejects.toThrow("wanted one of the languages ASL, GSL, got 'KSL'")
    expect(signer.tokensOf(words, { language: 'ASL' })).toEqual([words])
  })

  it('is refused for a corpus that has other clips by now', async () => {
    const name = 'grows'
    await packClips(at(name), clips.ASL, { name: 'a' })
    const config = configOf(shards('', name), 'stop: { steps: 2 }\nbatch: { size: 4 }\nlog: { tensorboard: false }', 'grown')
    for await (const _ of trainRun(gpu, config)) {
    }
    await packClips(at(name), clips.GSL, { name: 'b' })
    await expect(trainRun(gpu, config, { resume: true }).next()).rejects.toThrow('wanted `data` as when the run was started')
    const told = configOf(shards(', checksum: 0123456789abcdef', name))
    await expect(loadPoseTraining(told, { resumed: false })).rejects.toThrow(
      /wanted the corpus with checksum 0123456789abcdef, got one with/,
    )
  })

  it('reads nothing twice and stops at damage, naming the clip', async () => {
    await packClips(at('torn'), clips.ASL, { name: 'a' })
    const { training } = await (await loadPoseTraining(configOf(shards('', 'torn')), { resumed: false })).begin(gpu)
    const [batch] = training.planEpoch(0)
    await Promise.all([training.prepare(batch!), training.prepare(batch!)])
    expect(training.feedsOf(batch!.examples, batch!, { step: 1 }).frames!.length).toBeGreaterThan(0)
    await rm(join(at('torn'), 'a-00000.0.safetensors'))
    await training.prepare(batch!)
    await training.data[0]!.stored!.stored.corpus.reader.close()
    await expect(training.prepare(training.planEpoch(1)[0]!)).rejects.toThrow(
      /a-00000\.0\.safetensors: wanted clip '.*' as it was packed, got ENOENT/,
    )
    await training.destroy()
  })
})

describe('what is trained on', () => {
  it('is every clip once an epoch in an order that is a shuffle of like lengths', async () => {
    const first = await planned(shards(), 'batch: { size: 4 }')
    expect(first.all.toSorted()).toEqual([...clips.ASL, ...clips.GSL].map(({ name }) => name).sort())
    const second = await planned(shards(), 'batch: { size: 4 }', 1)
    expect(second.all.toSorted()).toEqual(first.all.toSorted())
    expect(second.all).not.toEqual(first.all)
    expect((await planned(shards(), 'batch: { size: 4 }')).names).toEqual(first.names)
  })

  it('is drawn by temperature, also in a group of all languages', async () => {
    const share = (names: readonly string[]) => names.filter((name) => clips.GSL.some((clip) => clip.name === name)).length
    expect(share((await planned(shards(), 'batch: { size: 4, temperature: 1 }')).all)).toBe(8)
    expect(share((await planned(shards(), 'batch: { size: 4, temperature: 2 }')).all)).toBe(15)
    const shared = await planned(shards(', source: lang_gloss'), 'groups: shared\nbatch: { size: 4, temperature: 2 }')
    expect(share(shared.all)).toBe(15)
    expect(shared.all).toHaveLength(48)
  })

  it('is what languages and limits leave, which is told', async () => {
    const long = clips.ASL.filter(({ frames }) => frames > 14)
    expect(long.length).toBeGreaterThan(0)
    const { all, notes } = await planned(shards(', languages: [ASL], minFrames: 15'), 'batch: { size: 4 }')
    expect(all.toSorted()).toEqual(long.map(({ name }) => name).sort())
    expect(notes).toContain(`${at('shards')}: left out ${40 - long.length} clips of fewer than 15 frames (minFrames)`)
    await expect(loadData(configOf(shards(', languages: [ASL, KSL]')))).rejects.toThrow('wanted clips of KSL to train on, got none')
    const held = await loadData(configOf(shards(', languages: [ASL], devShare: 0.5')))
    expect(held[0]!.dev.length + held[0]!.stored!.length).toBeLessThanOrEqual(40)
  })

  it('is of the layout that the model has, by how well it was seen', async () => {
    const seen = clips.ASL.map((clip, i) => detected(clip, 1 + i))
    const hidden = seen.map((clip, i) =>
      i % 2 === 0 ? clip : { ...clip, confidence: clip.confidence!.map((sure, k) => (k % 128 < 18 ? sure : 0)) },
    )
    await packClips(at('points'), hidden, { name: 'a', layout: 'dwpose-128' })
    await expect(loadData(configOf(shards('', 'points')))).rejects.toThrow('Write model.layout: dwpose-128')
    const config = (more: string) =>
      parseRunConfig(
        `
name: points
data: ${shards(more, 'points')}
model: { layout: dwpose-128, width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }`,
        'test',
      )
    expect((await loadData(config('')))[0]!.stored).toHaveLength(40)
    // Points 0 to 59 are of body and hands.
    const shown = hidden.filter(
      ({ confidence }) => confidence!.filter((sure, k) => k % 128 < 60 && sure > 0).length >= (confidence!.length / 128) * 30,
    )
    expect(shown.length).toBeLessThan(40)
    expect((await loadData(config(', minSeen: 0.5')))[0]!.stored).toHaveLength(shown.length)
  })
})
