// A training step of a model of any size on a batch of noise, for benches: what numbers weights and frames hold changes no time.

import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import type { ModelConfig } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { type GroupDescription, type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import type { Clip } from '../src/motion/clip.js'
import { bones, COORDS } from '../src/motion/skeleton.js'
import { batchArrays, type PoseShape, type Sample } from '../src/tasks/text_to_pose/batch.js'
import type { PoseLossOptions } from '../src/tasks/text_to_pose/losses.js'
import { recordPoseStep } from '../src/tasks/text_to_pose/step.testing.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import type { StepProgram } from '../src/train/step_program.js'

export interface NoiseStep {
  readonly program: StepProgram
  readonly group: LanguageGroup
  /** Does the step once. */
  run(): Promise<unknown>
  destroy(): void
}

/** A group with so many made-up words, the four specials among them. */
export function noiseGroup(config: ModelConfig, words: number): GroupDescription {
  const vocabulary = Vocabulary.build([noiseWords(words).join(' ')], 'whitespace')
  const lengths = new Float32Array(bones.length).fill(0.1)
  return {
    language: 'GSL',
    config,
    vocabulary,
    startFrame: new Float32Array(COORDS),
    scaling: rawFrames(),
    fps: 25,
    bones: { lengths, spread: 0 },
  }
}

/** The words that `noiseGroup` knows. */
export const noiseWords = (words: number): string[] => Array.from({ length: words - 4 }, (_, i) => `w${i}`)

/** Records the step, as the published base model is trained: Adam, noise on the input, clipped gradients; with losses on bones and velocity by their weights. */
export async function noiseStep(
  gpu: Gpu,
  description: GroupDescription,
  shape: PoseShape,
  losses: Pick<PoseLossOptions, 'bones' | 'velocity'> = {},
): Promise<NoiseStep> {
  const model = new SignModel(gpu, { training: true })
  const group = model.addLanguage(description)
  const optimiser = { kind: 'adam', weightDecay: 0 } as const
  const program = await recordPoseStep(gpu, group, shape, { loss: 'mse', noiseRate: 5, clip: 5, optimiser, ...losses })
  const arrays = batchArrays(noiseSamples(description.vocabulary, shape), shape, group, { padding: 'per-sample' })
  const settings = {
    seed: Uint32Array.of(1, 1, 0, 0),
    sigma: 0.01,
    medianError: 1,
    hyper: [1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001],
  }
  return {
    program: program.step,
    group,
    run: () => program.run(arrays, settings),
    destroy: () => {
      program.destroy()
      model.destroy()
    },
  }
}

/** Clips of noise, all of full length, each with a sentence of known words. */
export function noiseSamples(vocabulary: Vocabulary, { batch, target: frames, source: tokens }: PoseShape): Sample[] {
  const random = new Random(1)
  const words = vocabulary.tokens.slice(4)
  return Array.from({ length: batch }, (_, b) => {
    const text = Array.from({ length: tokens - 1 }, () => words[random.below(words.length)]!).join(' ')
    const joints = Float32Array.from({ length: frames * COORDS }, () => 0.3 * random.normal())
    const clip: Clip = { name: `clip ${b}`, language: 'GSL', text, joints, frames, fps: 25 }
    return { clip, ids: vocabulary.encode(text) }
  })
}
