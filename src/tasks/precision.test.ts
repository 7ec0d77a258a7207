// Training with products of halves: near training in f32, sure to survive an overflow, and resumed to the same bits.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPoseCheckpoint, savePoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import type { Gpu } from '../device/gpu.js'
import { type AdapterTraits, type AnyKernel, chosenVariant } from '../device/kernel.js'
import type { Step } from '../device/program.js'
import { SignModel } from '../model/sign_model.js'
import { GlossModel } from '../model/text_to_gloss.js'
import type { Precision } from '../nn/parameter_set.js'
import { openGpu } from '../platform/node/open.js'
import { refuseDivergence } from '../train/pending_step.js'
import { type SavedTraining, Trainer } from '../train/trainer.js'
import { parseGlossConfig } from './text_to_gloss/config.js'
import { loadGlossData } from './text_to_gloss/data.js'
import { GlossTraining } from './text_to_gloss/training.js'
import { parseRunConfig } from './text_to_pose/config.js'
import { loadData } from './text_to_pose/data.js'
import { recordPoseStep } from './text_to_pose/step.testing.js'
import { PoseTrainer } from './text_to_pose/trainer.testing.js'
import { lossOptions } from './text_to_pose/training.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-precision-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const configOf = (precision: Precision) =>
  parseRunConfig(
    `
name: precision
precision: ${precision}
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 8, words: 4, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, lengthHead: true, maxFrames: 40, maxTokens: 8 }
optimiser: { kind: adamw, rate: 1.0e-3 }
schedule: { kind: constant }
batch: { size: 4, bucket: 40 }
noise: { rate: 0 }
`,
    'test',
  )

async function begin(precision: Precision): Promise<PoseTrainer> {
  const config = configOf(precision)
  const data = await loadData(config)
  const model = new SignModel(gpu, { training: true, precision })
  for (const { group } of data) model.addLanguage(group, { seed: config.seed })
  return new PoseTrainer(config, model, data)
}

async function end(trainer: PoseTrainer): Promise<void> {
  await trainer.destroy()
  trainer.model.destroy()
}

const weightsOf = ({ model }: PoseTrainer) => model.group('ASL').weights.save()

async function losses(trainer: PoseTrainer, steps: number): Promise<number[]> {
  const told: number[] = []
  for (let i = 0; i < steps; i++) told.push((await trainer.trainStep()).loss)
  return told
}

/** A trainer whose loss is multiplied by so much next. */
async function scaledBy(scale: number): Promise<PoseTrainer> {
  const trainer = await begin('f16')
  trainer.restore({ ...(await trainer.state()), scaling: { ASL: [scale, 0, 0, 1, 1, 0, 0, 0] } })
  return trainer
}

const halfProducts = ['linear_half', 'linear_half_grad', 'linear_half_weight_grad']
const halfAttentions = ['attention_half', 'attention_half_grad_query', 'attention_half_grad_key_value']

const subgroups = new Set(['subgroups'])
const tensorCores = new Set(['f16 f32 16x16x16'])
/** The kinds of adapters there are, and what files' names end with that multiply halves there, in linear layers and in attention. */
const adapters: Readonly<Record<string, readonly [traits: AdapterTraits, linear: string, attention: string]>> = {
  'a GPU with tensor cores': [
    { software: false, features: subgroups, subgroupSize: 32, subgroupMatrices: tensorCores },
    '_matrix',
    '_matrix',
  ],
  'a GPU without': [{ software: false, features: subgroups, subgroupSize: 32 }, '_tiled', '_tiled'],
  lavapipe: [{ software: true, features: subgroups, subgroupSize: 8 }, '_subgroup', '_subgroup'],
  SwiftShader: [{ software: true, features: subgroups, subgroupSize: 4 }, '_subgroup', ''],
  'a software driver without subgroups': [{ software: true, features: new Set(), subgroupSize: undefined }, '', ''],
}

function kindOf({ software, features, subgroupSize, subgroupMatrices }: AdapterTraits): string {
  if (!software) return subgroupSize === 32 && subgroupMatrices?.has('f16 f32 16x16x16') ? 'a GPU with tensor cores' : 'a GPU without'
  if (features.has('subgroups') && subgroupSize === 8) return 'lavapipe'
  return features.has('subgroups') && subgroupSize === 4 ? 'SwiftShader' : 'a software driver without subgroups'
}

describe('training in f16', () => {
  it('takes products of halves, in the variant for the adapter, whichever it is', async () => {
    const config = configOf('f16')
    const [data] = await loadData(config)
    const model = new SignModel(gpu, { training: true, precision: 'f16' })
    const group = model.addLanguage(data!.group, { seed: 1 })
    const { optimiser } = config
    const options = { ...lossOptions(config), clip: optimiser.clip, optimiser }
    const {
      step: { program },
    } = await recordPoseStep(gpu, group, { batch: 4, target: 40, source: 4 }, options)
    const kernels = program.steps.map(({ kernel }) => kernel.name)
    expect(kernels.filter((name) => /^linear(_grad|_weight_grad)?$/.test(name))).toEqual([])
    // Weights at once; of each self-attention the projections and a gradient, of the cross-attention queries and memory apart.
    expect(kernels.filter((name) => name === 'to_half')).toHaveLength(1 + 2 * 2 + 3)
    const attentions = ['attention_delta', ...halfAttentions]
    expect(new Set(kernels.filter((name) => name.startsWith('attention')))).toEqual(new Set(attentions))
    expect(kernels).not.toContain('clip_scale')

    const halves = program.steps.filter(({ kernel }) => [...halfProducts, ...halfAttentions].includes(kernel.name))
    const shadersOn = (variant: (kernel: AnyKernel, params: Step['params']) => { readonly shader: string }) =>
      [...new Set(halves.map(({ kernel, params }) => variant(kernel, params).shader))].sort()
    const wanted = (linear: string, attention: string) =>
      [...halfProducts.map((name) => name + linear), ...halfAttentions.map((name) => name + attention)].sort()
    for (const [adapter, [traits, linear, attention]] of Object.entries(adapters))
      expect(
        shadersOn((kernel, params) => chosenVariant(kernel, params, traits)),
        adapter,
      ).toEqual(wanted(linear, attention))
    // And this one, which is one of those.
    const [, linear, attention] = adapters[kindOf(gpu.traits)]!
    expect(shadersOn((kernel, params) => gpu.variant(kernel, params))).toEqual(wanted(linear, attention))
    program.destroy()
    model.destroy()
  })

  it('stays near f32 for ten steps', async () => {
    const [full, half] = [await begin('f32'), await begin('f16')]
    const [wanted, got] = [await losses(full, 10), await losses(half, 10)]
    expect(wanted[9]!).toBeLessThan(wanted[0]! * 0.9)
    // An operand is off by 2^-12 of itself on the average, and about twenty products lie between tokens and loss, so the first loss is off
    // by some 2^-10; steps add up what they differ by, and Adam steps as far where a gradient is small as where it is large.
    got.forEach((loss, i) => {
      expect(Math.abs(loss - wanted[i]!) / wanted[i]!).toBeLessThan(i === 0 ? 2e-3 : 1e-2)
    })
    expect(got).not.toEqual(wanted)
    await end(full)
    await end(half)
  })

  it('skips a step that overflows, leaves the weights alone, halves the scale, and goes on', async () => {
    const trainer = await scaledBy(2 ** 26)
    const before = await weightsOf(trainer)
    const skipped = await trainer.trainStep()
    expect(Number.isFinite(skipped.gradientNorm)).toBe(false)
    expect(Number.isFinite(skipped.loss)).toBe(true)
    expect(skipped.lossScale).toMatchObject({ scale: 2 ** 25, skipped: 1 })
    expect(await weightsOf(trainer)).toEqual(before)
    const later: number[] = []
    for (let i = 0; i < 20; i++) later.push((await trainer.trainStep()).gradientNorm)
    expect(later.filter(Number.isFinite).length).toBeGreaterThan(3)
    expect(await weightsOf(trainer)).not.toEqual(before)
    await end(trainer)
  })

  it('counts for the bias correction only steps that were not skipped', async () => {
    const [good, skips] = [await begin('f16'), await scaledBy(2 ** 40)]
    expect((await good.trainStep()).lossScale!.state.slice(3, 5)).toEqual([0.9, 0.999].map(Math.fround))
    expect((await skips.trainStep()).lossScale!.state.slice(3, 5)).toEqual([1, 1])
    await end(good)
    await end(skips)
  })

  it('is told as diverged only where the scale cannot fall, or the loss itself is not finite', () => {
    const state: number[] = []
    const tell = (loss: number, scale: number) => () =>
      refuseDivergence(7, { loss, gradientNorm: Infinity, lossScale: { scale, skipped: 1, state } }, ['a'])
    expect(tell(1, 32768)).not.toThrow()
    expect(tell(1, 1)).not.toThrow()
    expect(tell(1, 0.5)).toThrow(expect.objectContaining({ code: 'ERR_DIVERGED' }))
    expect(tell(Number.NaN, 32768)).toThrow(expect.objectContaining({ code: 'ERR_DIVERGED' }))
  })

  it('goes on from a checkpoint to the same bits, scale and all', async () => {
    const whole = await scaledBy(2 ** 24)
    await losses(whole, 3)
    const path = join(folder, 'half.safetensors')
    await savePoseCheckpoint(path, whole.model, await whole.state())
    const checkpoint = await readPoseCheckpoint(path)
    const model = restoreModel(gpu, checkpoint, { training: true, precision: 'f16' })
    const resumed = new PoseTrainer(whole.config, model, whole.data)
    resumed.restore(checkpoint.state as SavedTraining)
    expect(await losses(resumed, 3)).toEqual(await losses(whole, 3))
    expect(await weightsOf(resumed)).toEqual(await weightsOf(whole))
    expect(await resumed.state()).toEqual(await whole.state())
    await end(whole)
    await end(resumed)
  })

  it('serves text to gloss too', async () => {
    const config = parseGlossConfig(
      `
name: precision
task: text-to-gloss
precision: f16
input: text
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 8, words: 4, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0, maxTokens: 16 }
optimiser: { kind: adamw, rate: 3.0e-3 }
schedule: { kind: constant }
batch: { size: 8 }
`,
      'test',
    )
    const { train, description } = await loadGlossData(config)
    const model = new GlossModel(gpu, description, { training: true, precision: 'f16' })
    const trainer = new Trainer(config, new GlossTraining(config, model, train))
    const first = await trainer.trainStep()
    for (let i = 0; i < 8; i++) await trainer.trainStep()
    const last = await trainer.trainStep()
    expect(last.loss).toBeLessThan(first.loss)
    expect(last.lossScale).toMatchObject({ scale: 65536, skipped: 0 })
    expect((await trainer.state()).scaling).toEqual({ '': last.lossScale!.state })
    await trainer.destroy()
    model.destroy()
  })
})
