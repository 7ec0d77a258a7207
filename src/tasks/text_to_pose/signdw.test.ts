// The SignDW Transformer from a corpus of DWPose's points to motions of them: its preset, smaller.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPoseCheckpoint } from '../../checkpoint/file.js'
import { restoreModel } from '../../checkpoint/restore.js'
import { saveCorpus } from '../../data/corpus/save.js'
import { detected } from '../../data/layouts/dwpose.testing.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import type { Gpu } from '../../device/gpu.js'
import { Generator } from '../../infer/generator.js'
import { presets } from '../../model/config.js'
import { SignModel } from '../../model/sign_model.js'
import { layouts } from '../../motion/layout/layouts.js'
import { openGpu } from '../../platform/node/open.js'
import { trainRun } from '../run.js'
import { batchArrays } from './batch.js'
import { parseRunConfig } from './config.js'
import { loadData, modelConfig } from './data.js'
import { recordPoseStep } from './step.testing.js'
import { PoseTrainer } from './trainer.testing.js'
import { lossOptions } from './training.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-signdw-'))
  const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 12, words: 4, wordsPerSentence: [1, 2] })
  await saveCorpus(
    join(folder, 'train'),
    train.map((clip) => detected(clip, 1)),
  )
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const configOf = (model = '', more = '', out = 'run') =>
  parseRunConfig(
    `
name: signdw
out: ${join(folder, out)}
data: [{ language: ASL, train: ${join(folder, 'train')} }]
model: { preset: signdw, ${model} width: 24, heads: 3, hidden: 40, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: 6, bucket: 40 }
log: { tensorboard: false }
${more}`,
    'test',
  )

describe('preset: signdw', () => {
  it('has frames of 384 numbers, as published, and starts from zeros', async () => {
    const [data] = await loadData(configOf())
    expect(data!.group.config).toMatchObject({
      ...presets.signdw,
      ...{ width: 24, heads: 3, hidden: 40, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 },
    })
    expect(data!.group.startFrame).toEqual(new Float32Array(384))
    const [scored] = await loadData(configOf('scores: codes,', 'scaling: columns'))
    const { centre, scale } = scored!.group.scaling
    expect(scored!.group.startFrame).toEqual(centre.subarray(0, 384))
    // The code of an ankle that is never seen.
    expect([centre[36 + 10], scale[36 + 10], scale[384]]).toEqual([-1, Math.fround(1e-3), 1])
    expect([...data!.train[0]!.ids.subarray(0, 1), data!.train[0]!.ids.at(-1)]).toEqual([2, 3])
  })

  it('never leads towards places of points that were not seen, nor towards codes unless they are asked for', async () => {
    const rowsOf = async (model: string) => {
      const [data] = await loadData(configOf(model))
      const sample = data!.train.find(({ clip }) => clip.confidence!.some((sure) => sure === 0))!
      const { goal, seen } = batchArrays([sample], { batch: 1, target: 40, source: 8 }, data!.group, { padding: 'frames' })
      return { sample, goal, seen }
    }
    const { sample, goal, seen } = await rowsOf('')
    const { points } = layouts['dwpose-128']
    for (let t = 0; t < sample.clip.frames; t++)
      for (let j = 0; j < 18; j++) {
        const sure = sample.clip.confidence![t * points + j]!
        expect([goal[t * 384 + 36 + j], seen![t * 384 + 36 + j], seen![t * 384 + 2 * j]]).toEqual([sure, 1, sure])
      }
    const codes = await rowsOf('scores: codes,')
    expect(codes.seen).toBeUndefined()
    expect(Math.max(...codes.goal.subarray(36, 54))).toBeGreaterThan(6)
    expect(modelConfig(configOf('scores: none,')).numbers).toBe(256)
    expect(() => configOf('layout: skeleton-50,')).toThrow(
      'wanted none with model.layout skeleton-50, whose points are all seen, got visible',
    )
  })

  it('learns, is saved as it is, and generates points and how sure they are', async () => {
    const events = []
    const config = configOf(
      'dropout: 0, residualDropout: 0, attentionDropout: 0,',
      'stop: { steps: 120 }\noptimiser: { rate: 5.0e-3 }\nschedule: { kind: constant }\nvalidate: { every: 120, clips: 2 }',
    )
    for await (const event of trainRun(gpu, config, {})) events.push(event)
    const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []))
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4)
    const checkpoint = await readPoseCheckpoint(join(folder, 'run', 'last.safetensors'))
    expect(checkpoint.groups[0]!.config).toEqual({ ...modelConfig(config) })
    await using model = restoreModel(gpu, checkpoint)
    await using generator = new Generator(gpu, model.group('ASL'))
    const [data] = await loadData(config)
    const { clip } = data!.train[0]!
    const [motion] = await generator.generate([clip.text])
    expect(motion).toMatchObject({ layout: 'dwpose-128', fps: clip.fps })
    expect(motion!.frames).toBeGreaterThanOrEqual(8)
    expect(motion!.joints).toHaveLength(motion!.frames * 256)
    const shown = layouts['dwpose-128'].pointNames.filter((_, point) => motion!.confidence![point]! > 0)
    expect(shown).toContain('RShoulder')
    expect(shown).not.toContain('RKnee')
  })

  it('weighs points by their parts, their detector and their motion, and says how probable it is that each is seen', async () => {
    const config = configOf(
      'scores: seen, dropout: 0, residualDropout: 0, attentionDropout: 0,',
      `loss: { parts: { hands: 2, face: 0.25 }, byConfidence: true, velocity: 0.5, padding: per-sample }
stop: { steps: 150 }
optimiser: { rate: 5.0e-3 }
schedule: { kind: constant }
validate: { every: 150, clips: 2 }`,
      'weighed',
    )
    const steps = []
    for await (const event of trainRun(gpu, config, {})) if (event.kind === 'step') steps.push(event)
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 3)
    const logged = (await readFile(join(folder, 'weighed', 'metrics.jsonl'), 'utf8')).split('\n')
    expect(JSON.parse(logged.find((line) => line.includes('lossVelocity'))!)).toMatchObject({ lossVisibility: expect.any(Number) })
    const checkpoint = await readPoseCheckpoint(join(folder, 'weighed', 'last.safetensors'))
    await using model = restoreModel(gpu, checkpoint)
    await using generator = new Generator(gpu, model.group('ASL'))
    const [data] = await loadData(config)
    const [motion] = await generator.generate([data!.train[0]!.clip.text])
    const shown = layouts['dwpose-128'].pointNames.filter((_, point) => motion!.confidence![point]! > 0)
    expect(shown).toContain('RShoulder')
    expect(shown).not.toContain('RKnee')
    expect(new Set(motion!.confidence)).toEqual(new Set([0, 1]))
  })

  it.each(['per-sample', 'frames', 'batch'] as const)('weighs points as it always did where all weigh the same: %s', async (padding) => {
    const config = configOf('dropout: 0, residualDropout: 0, attentionDropout: 0,')
    const [data] = await loadData(config)
    const samples = data!.train.slice(0, 3)
    const shape = { batch: 3, target: 40, source: 8 }
    const results = []
    for (const weighsPoints of [false, true]) {
      await using model = new SignModel(gpu, { training: true })
      const group = model.addLanguage(data!.group, { seed: 3 })
      const step = await recordPoseStep(gpu, group, shape, { ...lossOptions(config), weighsPoints, clip: 1e9, optimiser: config.optimiser })
      const parts = { body: 1, hands: 1, face: 1 }
      const points = weighsPoints ? { parts, byConfidence: false, velocity: 0, visibility: 0 } : undefined
      const { loss, gradientNorm } = await step.run(batchArrays(samples, shape, group, { padding, points }), {
        seed: Uint32Array.of(1, 1, 0, 0),
        medianError: 0,
        hyper: [1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001],
      })
      results.push({ loss, gradientNorm })
      step.destroy()
    }
    expect(Math.abs(results[1]!.loss / results[0]!.loss - 1)).toBeLessThan(2e-6)
    expect(Math.abs(results[1]!.gradientNorm / results[0]!.gradientNorm - 1)).toBeLessThan(2e-6)
  })

  it('refuses weights that say nothing', () => {
    const loss = (keys: string) => () => configOf('', `loss: { ${keys} }`)
    expect(loss('visibility: 1')).toThrow('wanted model.scores seen with it')
    expect(loss('parts: { body: 0, hands: 0, face: 0 }')).toThrow('wanted a weight above 0 for body, hands or face')
    expect(() => configOf('scores: seen,', 'scaling: columns')).toThrow('wanted spread or raw with model.scores seen')
  })

  it('trains with products of halves near training in f32', async () => {
    const losses = async (precision: 'f32' | 'f16') => {
      const config = configOf('dropout: 0, residualDropout: 0, attentionDropout: 0,', `precision: ${precision}`)
      const data = await loadData(config)
      await using model = new SignModel(gpu, { training: true, precision })
      for (const { group } of data) model.addLanguage(group, { seed: config.seed })
      const trainer = new PoseTrainer(config, model, data)
      const told: number[] = []
      for (let i = 0; i < 10; i++) told.push((await trainer.trainStep()).loss)
      await trainer.destroy()
      return told
    }
    const [full, half] = [await losses('f32'), await losses('f16')]
    expect(full[9]!).toBeLessThan(full[0]!)
    // As far apart as tasks/precision.test.ts has it.
    half.forEach((loss, i) => {
      expect(Math.abs(loss / full[i]! - 1)).toBeLessThan(i === 0 ? 2e-3 : 1e-2)
    })
    expect(half).not.toEqual(full)
  })
})
