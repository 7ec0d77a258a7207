// The SignDW Transformer from a corpus of DWPose's points to motions of them: its preset, smaller.

import { mkdtemp, rm } from 'node:fs/promises'
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
import { layouts } from '../../motion/layout/layouts.js'
import { openGpu } from '../../platform/node/open.js'
import { trainRun } from '../run.js'
import { batchArrays } from './batch.js'
import { parseRunConfig } from './config.js'
import { loadData, modelConfig } from './data.js'

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

const configOf = (model = '', more = '') =>
  parseRunConfig(
    `
name: signdw
out: ${join(folder, 'run')}
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
})
