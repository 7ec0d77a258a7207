// Text to pose in DWPose's points: from a corpus on disk to motions that say their layout.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPoseCheckpoint } from '../../checkpoint/file.js'
import { restoreModel } from '../../checkpoint/restore.js'
import { loadCorpus } from '../../data/corpus/corpus.js'
import { saveCorpus } from '../../data/corpus/save.js'
import { toDwpose } from '../../data/layouts/convert.js'
import { detected } from '../../data/layouts/dwpose.testing.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import type { Gpu } from '../../device/gpu.js'
import { Generator } from '../../infer/generator.js'
import { dtw } from '../../metrics/dtw.js'
import { scorePair } from '../../metrics/scores.js'
import { SignModel } from '../../model/sign_model.js'
import { layouts } from '../../motion/layout/layouts.js'
import { openGpu } from '../../platform/node/open.js'
import { trainRun } from '../run.js'
import { batchArrays } from './batch.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import { recordPoseStep } from './step.testing.js'
import { lossOptions } from './training.js'

const layout = layouts['dwpose-128']
let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-layout-'))
  const { train, dev } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 16, words: 4, wordsPerSentence: [1, 2] })
  await saveCorpus(
    join(folder, 'train'),
    train.map((clip) => detected(clip, 1)),
  )
  await saveCorpus(
    join(folder, 'dev'),
    dev.map((clip) => detected(clip, 2)),
  )
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const configOf = (more = '', model = '') =>
  parseRunConfig(
    `
name: points
out: ${join(folder, 'run')}
data: [{ language: ASL, train: ${join(folder, 'train')}, dev: ${join(folder, 'dev')} }]
model: { layout: dwpose-128, ${model} width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
optimiser: { rate: 1.0e-2 }
schedule: { kind: constant }
batch: { size: 5, bucket: 40 }
${more}`,
    'test',
  )

describe('a corpus of DWPose’s points', () => {
  it('is what was written, and says its layout', async () => {
    const { clips, layout: name, stored } = await loadCorpus({ skels: join(folder, 'train'), layout: 'any' })
    expect([name, stored.scale]).toEqual(['dwpose-128', 'clip-neck-shoulder-3'])
    const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 16, words: 4, wordsPerSentence: [1, 2] })
    for (const [i, clip] of clips.entries()) {
      const wanted = detected(train[i]!, 1)
      expect(clip.confidence).toEqual(wanted.confidence)
      const worst = Math.max(...clip.joints.map((value, at) => Math.abs(value - wanted.joints[at]!)))
      expect(worst).toBeLessThan(6e-6)
    }
  })

  it('is refused by a model of another layout, which says what to write', async () => {
    await expect(loadCorpus({ skels: join(folder, 'train') })).rejects.toThrow(
      /wanted motions of skeleton-50, got those of dwpose-128.*model.layout: dwpose-128/s,
    )
  })

  it('is read by its numbers where no manifest tells, and brought to its scale', async () => {
    const [bare] = await rewritten('bare', (value, place) => (place < 2 ? 100 + 50 * value : value))
    const { clips } = await loadCorpus({ skels: join(folder, 'train'), layout: 'any' })
    expect(bare!.layout).toBe('dwpose-128')
    const worst = Math.max(...bare!.joints.map((value, at) => Math.abs(value - clips[0]!.joints[at]!)))
    // The clip's median neck and shoulders are 0 and 1/3 but for 5 decimals.
    expect(worst).toBeLessThan(1e-3)
  })

  /** The training corpus without a manifest, every number of a point changed by `change`, whose place is 0 for x, 1 for y, 2 for the confidence. */
  async function rewritten(name: string, change: (value: number, place: number) => number) {
    const { writeFile } = await import('node:fs/promises')
    const numbers = 3 * layout.points + 1
    const lines = (await readFile(join(folder, 'train.skels'), 'utf8')).trimEnd().split('\n')
    const changed = lines.map((line) =>
      line
        .split(' ')
        .map((number, i) => (i % numbers === numbers - 1 ? number : change(Number(number), (i % numbers) % 3).toFixed(5)))
        .join(' '),
    )
    await writeFile(join(folder, `${name}.skels`), `${changed.join('\n')}\n`)
    for (const ending of ['text', 'files', 'lang'])
      await writeFile(join(folder, `${name}.${ending}`), await readFile(join(folder, `train.${ending}`)))
    return (await loadCorpus({ skels: join(folder, name), layout: 'dwpose-128' })).clips
  }
})

describe('losses', () => {
  it('see nothing of what was not seen: whatever stands there, the step is the same to the bit', async () => {
    const config = configOf('', 'justCounter: false, lengthHead: true,')
    const [data] = await loadData(config)
    const samples = data!.train.slice(0, 3)
    const garbled = samples.map((sample) => {
      const { joints, confidence } = sample.clip
      return { ...sample, clip: { ...sample.clip, joints: joints.map((value, i) => (confidence![i >> 1]! > 0 ? value : 1e20)) } }
    })
    const shape = { batch: 3, target: 40, source: 4 }
    const results = []
    for (const some of [samples, garbled]) {
      const model = new SignModel(gpu, { training: true })
      const group = model.addLanguage(data!.group, { seed: 3 })
      const step = await recordPoseStep(gpu, group, shape, { ...lossOptions(config), clip: 1e9, optimiser: config.optimiser })
      const { loss, gradientNorm, spread } = await step.run(batchArrays(some, shape, group, { padding: 'per-sample' }), {
        seed: Uint32Array.of(1, 1, 0, 0),
        medianError: 0,
        hyper: [1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001],
      })
      results.push({ loss, gradientNorm, spread: [...spread] })
      step.destroy()
      model.destroy()
    }
    expect(results[0]!.loss).toBeGreaterThan(0)
    expect(results[1]).toEqual(results[0])
  })

  it('are a mean over what was seen of a clip', async () => {
    const [data] = await loadData(configOf())
    const { clip } = data!.train.find((sample) => sample.clip.confidence!.some((sure) => sure === 0))!
    const { coefficient, seen } = batchArrays([{ clip, ids: data!.train[0]!.ids }], { batch: 1, target: 40, source: 4 }, data!.group, {
      padding: 'per-sample',
    })
    const cells = clip.confidence!.filter((sure) => sure > 0).length * 2 + clip.frames
    expect(seen!.filter((one) => one === 1)).toHaveLength(cells)
    expect(coefficient[0]).toBeCloseTo(1 / cells, 8)
  })
})

it('trains, is saved with its layout, and generates motions of it without the points that nobody showed', async () => {
  const events = []
  for await (const event of trainRun(
    gpu,
    configOf('stop: { steps: 150 }\nvalidate: { every: 150, clips: 2 }\nlog: { tensorboard: false }\naugment: { speed: 0.2 }'),
    {},
  ))
    events.push(event)
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []))
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
  const checkpoint = await readPoseCheckpoint(join(folder, 'run', 'last.safetensors'))
  expect(checkpoint.groups[0]!.config).toMatchObject({ layout: 'dwpose-128', numbers: 256, head: 'joints' })
  const model = restoreModel(gpu, checkpoint)
  const generator = new Generator(gpu, model.group('ASL'))
  const { clips } = await loadCorpus({ skels: join(folder, 'dev'), layout: 'any' })
  const [motion] = await generator.generate([clips[0]!.text])
  expect(motion!.layout).toBe('dwpose-128')
  const names = layout.pointNames.filter((_, point) => motion!.confidence![point] === 0)
  expect(names).toEqual(['RHip', 'RKnee', 'RAnkle', 'LHip', 'LKnee', 'LAnkle', 'REye', 'LEye', 'REar', 'LEar'])
  await generator.destroy()
  model.destroy()
})

it('mirrors DWPose’s points, and refuses what cannot be done with them', () => {
  expect(configOf('augment: { mirror: 0.5 }', 'justCounter: false, lengthHead: true,').model.layout).toBe('dwpose-128')
  expect(() => configOf('augment: { rotation: 10 }', 'justCounter: false, lengthHead: true,')).toThrow(/no depth to turn in/)
  expect(() => configOf('', 'head: bones,')).toThrow(/wanted head joints for frames of dwpose-128/)
  expect(() => configOf('loss: { bones: 1 }')).toThrow(/wanted 0 with model.layout dwpose-128/)
  expect(() => configOf('learning: { mode: rwr }')).toThrow(/whose points may be unseen/)
})

describe('scores', () => {
  const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 4, words: 8, wordsPerSentence: [2, 2] })
  const [one, other] = train.map((clip) => toDwpose(clip))

  it('of a motion beside itself are ideal, whatever was not seen of it', () => {
    const {
      dtw: error,
      handDtw,
      dtwMje,
      wristPathRatio,
      durationRatio,
      poseStdRatio,
    } = scorePair({
      reference: detected(train[0]!, 1),
      hypothesis: detected(train[0]!, 1),
    })
    expect([error, handDtw, dtwMje, wristPathRatio, durationRatio, poseStdRatio]).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('count as those of 50 joints do where all is seen: here in the plane, over 60 points of which 50 are there', () => {
    const flat = (joints: Float32Array) => joints.map((value, i) => (i % 3 === 2 ? 0 : value))
    const plane = dtw({ ...train[0]!, joints: flat(train[0]!.joints) }, { ...train[1]!, joints: flat(train[1]!.joints) }).distance
    expect(scorePair({ reference: one!, hypothesis: other! }).dtw).toBeCloseTo((plane * 60) / 50, 4)
  })

  it('do not reward what is left out', () => {
    const nothing = { ...one!, joints: new Float32Array(one!.joints.length), confidence: new Float32Array(one!.confidence!.length) }
    const worse = scorePair({ reference: one!, hypothesis: nothing })
    const better = scorePair({ reference: one!, hypothesis: other! })
    expect(worse.dtw).toBeGreaterThan(better.dtw)
    expect(worse.wristPathRatio).toBe(0)
  })
})
