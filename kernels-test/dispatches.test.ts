// How many dispatches the published base model takes, kernel by kernel: what is fused stays fused. Counting needs no GPU.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { create } from 'webgpu'
import { Gpu } from '../src/device/gpu.js'
import { Recorder, type Step } from '../src/device/program.js'
import { presets } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import { decodeFrame } from '../src/model/text_to_pose.js'
import { COORDS } from '../src/motion/skeleton.js'
import { Graph } from '../src/ops/graph.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { recordPoseStep } from '../src/tasks/text_to_pose/step.testing.js'
import { Vocabulary } from '../src/text/vocabulary.js'

// pt-base's layers, dropouts and activation, but narrow: widths change no count.
const config = { ...presets['pt-base'], width: 32, hidden: 64, maxFrames: 40, maxTokens: 12 }

describe("pt-base's dispatches", () => {
  let gpu: Gpu
  let model: SignModel
  let group: LanguageGroup
  beforeAll(async () => {
    const dawn = create(['backend=null'])
    const adapter = await dawn.requestAdapter()
    const device = await adapter!.requestDevice()
    gpu = new Gpu(device, { shaders: shaderFromPackage, label: 'null backend', keepAlive: [dawn, adapter] })
    model = new SignModel(gpu, { training: true })
    const vocabulary = Vocabulary.build(['cloud fog'], 'words')
    group = model.addLanguage({ language: 'GSL', config, vocabulary, startFrame: new Float32Array(COORDS), scaling: rawFrames(), fps: 25 })
  })
  afterAll(async () => {
    model.destroy()
    await gpu.destroy()
  })

  it('of a training step', async () => {
    const optimiser = { kind: 'adam', weightDecay: 0 } as const
    const shape = { batch: 2, target: 12, source: 8 }
    const {
      step: { program },
    } = await recordPoseStep(gpu, group, shape, { loss: 'mse', noiseRate: 5, clip: 5, optimiser })
    expect(counts(program.steps)).toEqual({
      all: 152,
      // Of the tokens, and of the frames' places.
      embedding: 2,
      frame_noise: 1,
      // Two a self-attention, three a cross-attention, two a feed-forward block; the frames' own and the pose head's.
      linear: 24,
      attention: 6,
      layer_norm: 12,
      pose_loss: 1,
      pose_loss_report: 1,
      pose_loss_grad: 1,
      error_spread: 1,
      layer_norm_grad: 12,
      layer_norm_weight_grad: 12,
      // The frames are no parameters: nothing is passed on to them.
      linear_grad: 23,
      linear_weight_grad: 24,
      // Behind the feed-forward blocks; what else drops is part of a linear layer.
      dropout: 4,
      attention_delta: 6,
      attention_grad_query: 6,
      attention_grad_key_value: 6,
      embedding_grad: 1,
      sum_squares: 1,
      clip_scale: 1,
      // The biases of the keys, which move nothing, have exactly no gradient.
      fill: 6,
      adamw: 1,
    })
  })

  it('of one generated frame', () => {
    const recorder = new Recorder()
    const fed = (name: string, shape: number[], dtype: 'f32' | 'u32' = 'f32') => recorder.feed(name, shape, dtype)
    const lengths = fed('lengths', [3], 'u32')
    const caches = (name: string, rows: number) => [0, 1].map((i) => fed(`${name}.${i}`, [3, rows, 2 * config.width]))
    decodeFrame(
      { graph: new Graph(recorder), weights: group.weights, config },
      {
        frame: fed('frame', [3, 152]),
        lengths,
        positions: group.positions,
        past: caches('past', 40),
        memory: caches('memory', 12),
        memoryLengths: lengths,
      },
    )
    expect(counts(recorder.steps)).toEqual({ all: 28, linear: 14, embedding: 1, layer_norm: 7, cache_append: 2, attention_row: 4 })
  })
})

/** Dispatches of each kernel, and of all together. */
function counts(steps: readonly Step[]): Record<string, number> {
  const count: Record<string, number> = { all: steps.length }
  for (const { kernel } of steps) count[kernel.name] = (count[kernel.name] ?? 0) + 1
  return count
}
