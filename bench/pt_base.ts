// The published base model whole: one training step, and one sentence signed frame by frame.

import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { presets } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { SignModel } from '../src/model/sign_model.js'
import type { Clip } from '../src/motion/clip.js'
import { COORDS } from '../src/motion/skeleton.js'
import { summarise, timed } from '../src/profile/timing.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { batchArrays, type Sample } from '../src/train/batch_arrays.js'
import { TrainingProgram } from '../src/train/training_program.js'

export interface ModelFigures {
  readonly training: { readonly shape: string; readonly ms: number; readonly framesPerSecond: number; readonly samples: readonly number[] }
  readonly generation: { readonly frames: number; readonly framesPerSecond: number; readonly samples: readonly number[] }
}

/** Clips, frames and tokens of the step that PyTorch was measured at. */
const [BATCH, FRAMES, TOKENS] = [8, 150, 12]
const GENERATED = 96
const WORDS = 1089

/** Measures both with fresh weights: what numbers they hold changes no time. */
export async function measureModel(gpu: Gpu): Promise<ModelFigures> {
  const words = Array.from({ length: WORDS - 4 }, (_, i) => `w${i}`)
  const vocabulary = Vocabulary.build([words.join(' ')], 'whitespace')
  const config = { ...presets['pt-base'], maxFrames: 160, maxTokens: 32 }
  const description = { language: 'GSL', config, vocabulary, startFrame: new Float32Array(COORDS), scaling: rawFrames(), fps: 25 }
  return { training: await measureTraining(gpu, description, words), generation: await measureGeneration(gpu, description, words) }
}

type Description = Parameters<SignModel['addLanguage']>[0]

async function measureTraining(gpu: Gpu, description: Description, words: readonly string[]) {
  const model = new SignModel(gpu, { training: true })
  const group = model.addLanguage(description)
  const shape = { batch: BATCH, frames: FRAMES, tokens: TOKENS }
  const optimiser = { kind: 'adam', weightDecay: 0 } as const
  const program = await TrainingProgram.record(gpu, group, shape, { loss: 'mse', noiseRate: 5, clip: 5, optimiser })
  const arrays = batchArrays(samples(words, description.vocabulary), shape, group, 'per-sample')
  const settings = {
    seed: Uint32Array.of(1, 1, 0, 0),
    sigma: new Float32Array(program.sigmaLength).fill(0.01),
    medianError: 1,
    hyper: [1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001],
  }
  await program.run(arrays, settings)
  const times: number[] = []
  for (let i = 0; i < (gpu.software ? 2 : 20); i++) times.push(await timed(() => program.run(arrays, settings)))
  program.destroy()
  model.destroy()
  const { median } = summarise(times)
  return { shape: `B ${BATCH}, T ${FRAMES}, U ${TOKENS}`, ms: median, framesPerSecond: (1000 * BATCH * FRAMES) / median, samples: times }
}

async function measureGeneration(gpu: Gpu, description: Description, words: readonly string[]) {
  const model = new SignModel(gpu)
  const generator = new Generator(gpu, model.addLanguage(description))
  const sentence = words.slice(0, TOKENS - 1).join(' ')
  const sign = () => generator.generate([sentence], { policy: 'oracle', lengths: [GENERATED] })
  await sign()
  const times: number[] = []
  for (let i = 0; i < 3; i++) times.push(await timed(sign))
  await generator.destroy()
  model.destroy()
  return { frames: GENERATED, framesPerSecond: (1000 * GENERATED) / summarise(times).median, samples: times }
}

function samples(words: readonly string[], vocabulary: Vocabulary): Sample[] {
  const random = new Random(1)
  return Array.from({ length: BATCH }, (_, b) => {
    const text = Array.from({ length: TOKENS - 1 }, () => words[random.below(words.length)]!).join(' ')
    const joints = Float32Array.from({ length: FRAMES * COORDS }, () => 0.3 * random.normal())
    const clip: Clip = { name: `clip ${b}`, language: 'GSL', text, joints, frames: FRAMES, fps: 25 }
    return { clip, ids: vocabulary.encode(text) }
  })
}
