// The published base model whole: one training step, and one sentence signed frame by frame.

import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { presets } from '../src/model/config.js'
import { type GroupDescription, SignModel } from '../src/model/sign_model.js'
import { summarise, timed } from '../src/profile/timing.js'
import { noiseGroup, noiseStep, noiseWords } from './training_step.js'

export interface ModelFigures {
  readonly training: { readonly shape: string; readonly ms: number; readonly framesPerSecond: number; readonly samples: readonly number[] }
  readonly generation: { readonly frames: number; readonly framesPerSecond: number; readonly samples: readonly number[] }
}

/** Clips, frames and tokens of the step that PyTorch was measured at. */
const [BATCH, FRAMES, TOKENS] = [8, 150, 12]
const GENERATED = 96
const WORDS = 1089

/** Measures both with fresh weights. */
export async function measureModel(gpu: Gpu): Promise<ModelFigures> {
  const description = noiseGroup({ ...presets['pt-base'], maxFrames: 160, maxTokens: 32 }, WORDS)
  return { training: await measureTraining(gpu, description), generation: await measureGeneration(gpu, description) }
}

async function measureTraining(gpu: Gpu, description: GroupDescription) {
  const step = await noiseStep(gpu, description, { batch: BATCH, target: FRAMES, source: TOKENS })
  await step.run()
  const times: number[] = []
  for (let i = 0; i < (gpu.software ? 2 : 20); i++) times.push(await timed(step.run))
  step.destroy()
  const { median } = summarise(times)
  return { shape: `B ${BATCH}, T ${FRAMES}, U ${TOKENS}`, ms: median, framesPerSecond: (1000 * BATCH * FRAMES) / median, samples: times }
}

async function measureGeneration(gpu: Gpu, description: GroupDescription) {
  const model = new SignModel(gpu)
  const generator = new Generator(gpu, model.addLanguage(description))
  const sentence = noiseWords(TOKENS + 3).join(' ')
  const sign = () => generator.generate([sentence], { policy: 'oracle', lengths: [GENERATED] })
  await sign()
  const times: number[] = []
  for (let i = 0; i < 3; i++) times.push(await timed(sign))
  await generator.destroy()
  model.destroy()
  return { frames: GENERATED, framesPerSecond: (1000 * GENERATED) / summarise(times).median, samples: times }
}
