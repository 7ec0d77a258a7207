// A model trained with the sides exchanged signs, once read, what it always signed, with the arms called by their right names.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import type { Gpu } from '../device/gpu.js'
import { Generator } from '../infer/generator.js'
import { type ModelConfig, presets } from '../model/config.js'
import { type GroupDescription, type LanguageGroup, SignModel } from '../model/sign_model.js'
import { exchangeSides } from '../motion/sides.js'
import { bones, COORDS, joint } from '../motion/skeleton.js'
import { openGpu } from '../platform/node/open.js'
import { trainRun } from '../tasks/run.js'
import { parseRunConfig } from '../tasks/text_to_pose/config.js'
import { Vocabulary } from '../text/vocabulary.js'
import { readPoseCheckpoint, savePoseCheckpoint } from './file.js'
import { restoreModel } from './restore.js'
import { exchangedGroup } from './sides.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-sides-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const small: ModelConfig = { ...presets.tiny, width: 16, heads: 2, hidden: 32, maxFrames: 12, maxTokens: 8 }

/** A group whose right shoulder is on the picture's `right`. */
function group(config: ModelConfig, right: 1 | -1): GroupDescription {
  const random = new Random(3)
  const startFrame = Float32Array.from({ length: COORDS }, () => 0.1 * random.normal())
  startFrame.set([right / 6, 0], joint.rightShoulder * 3)
  startFrame.set([-right / 6, 0.01], joint.leftShoulder * 3)
  const scaling = {
    centre: Float32Array.from({ length: COORDS + 1 }, (_, i) => (i < COORDS ? 0.1 * random.normal() : 0)),
    scale: Float32Array.from({ length: COORDS + 1 }, () => 0.2 + 0.1 * random.uniform()),
  }
  return { language: 'GSL', config, vocabulary: Vocabulary.build(['rain sun wind'], 'words'), startFrame, scaling, fps: 25 }
}

async function signed(of: LanguageGroup): Promise<Float32Array> {
  const generator = new Generator(gpu, of)
  const [motion] = await generator.generate(['rain wind'], { policy: 'oracle', lengths: [10] })
  await generator.destroy()
  return motion!.joints
}

describe('a checkpoint trained with the sides exchanged', () => {
  it.each<[string, Partial<ModelConfig>]>([
    ['as it is', {}],
    ['several frames ahead', { futureFrames: 3 }],
    ['by the counter alone', { justCounter: true }],
  ])('signs the same with the arms called right, %s', async (_, variant) => {
    const model = new SignModel(gpu)
    const raw = await signed(model.addLanguage(group({ ...small, ...variant }, 1)))
    const path = join(folder, 'exchanged.safetensors')
    await savePoseCheckpoint(path, model)
    model.destroy()

    const checkpoint = await readPoseCheckpoint(path)
    expect(checkpoint.exchanged).toEqual(['GSL'])
    const restored = restoreModel(gpu, checkpoint)
    const joints = await signed(restored.group('GSL'))
    // Sums over a frame are taken in another order.
    const wanted = exchangeSides(raw)
    expect(Math.max(...joints.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-5)
    expect(Math.max(...joints.map((value, i) => Math.abs(value - raw[i]!)))).toBeGreaterThan(1e-2)

    // Once read it is ours, and is not changed again.
    await savePoseCheckpoint(path, restored)
    restored.destroy()
    const again = await readPoseCheckpoint(path)
    expect(again.exchanged).toEqual([])
    expect(again.groups[0]!.startFrame).toEqual(checkpoint.groups[0]!.startFrame)
  })

  it('has the bones of each side called right too', async () => {
    const lengths = Float32Array.from(bones, (_, bone) => bone)
    const exchanged = exchangedGroup({ ...group(small, 1), bones: { lengths, spread: 0.5 } }).bones!
    const boneTo = (end: number) => bones.findIndex(({ child }) => child === end)
    expect(exchanged.spread).toBe(0.5)
    expect(exchanged.lengths[boneTo(joint.neck)]).toBe(boneTo(joint.neck))
    expect(exchanged.lengths[boneTo(joint.leftWrist)]).toBe(boneTo(joint.rightWrist))
    expect(exchanged.lengths[boneTo(joint.rightHand + 7)]).toBe(boneTo(joint.leftHand + 7))
    expect(new Set(exchanged.lengths).size).toBe(bones.length)
  })

  it('is left alone where its signer faces the camera, or its start frame tells nothing', async () => {
    for (const start of [group(small, -1).startFrame, new Float32Array(COORDS)]) {
      const model = new SignModel(gpu)
      model.addLanguage({ ...group(small, 1), startFrame: start })
      const path = join(folder, 'facing.safetensors')
      await savePoseCheckpoint(path, model)
      model.destroy()
      const { exchanged, groups } = await readPoseCheckpoint(path)
      expect([exchanged, groups[0]!.startFrame]).toEqual([[], start])
    }
  })

  it('is not gone on with on the built-in signer, who was mirrored then', async () => {
    const config = parseRunConfig(
      `
name: old
out: ${join(folder, 'old')}
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
stop: { steps: 2 }
validate: { every: 2, clips: 1 }
checkpoint: { every: 2 }
log: { tensorboard: false }`,
      'old',
    )
    const run = async (resume: boolean): Promise<void> => {
      for await (const _ of trainRun(gpu, config, { resume }));
    }
    await run(false)
    const last = join(config.out, 'last.safetensors')
    const { groups, state, tensors } = await readPoseCheckpoint(last)
    const model = new SignModel(gpu, { training: true })
    model.addLanguage(exchangedGroup(groups[0]!), { tensors: tensors('weights', 'ASL') })
    await savePoseCheckpoint(last, model, state)
    model.destroy()
    await expect(run(true)).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('Start again with --overwrite'),
    })
  })
})
