// The two training steps, recorded with the engine's own layers and update: the reference encoder, and the product's pt-base.

import type { Gpu } from '../../src/device/gpu.js'
import { Program, Recorder } from '../../src/device/program.js'
import { presets } from '../../src/model/config.js'
import { SignModel } from '../../src/model/sign_model.js'
import type { Clip } from '../../src/motion/clip.js'
import { COORDS } from '../../src/motion/skeleton.js'
import { encoder } from '../../src/nn/encoder.js'
import type { HostTensors } from '../../src/nn/host_tensor.js'
import { zeros } from '../../src/nn/init.js'
import { ParameterSet } from '../../src/nn/parameter_set.js'
import type { Recording } from '../../src/nn/recording.js'
import { Graph } from '../../src/ops/graph.js'
import { poseLoss } from '../../src/ops/pose_loss.js'
import { batchArrays, type Sample } from '../../src/tasks/text_to_pose/batch.js'
import { recordPoseStep } from '../../src/tasks/text_to_pose/step.testing.js'
import { specialId } from '../../src/text/vocabulary.js'
import { recordUpdate } from '../../src/train/update.js'
import { noiseGroup } from '../training_step.js'
import type { Work } from './peer.js'
import { CHECKED_STEPS, drawnIds, noise, parametersOf, type Task, WORD_SEED } from './tasks.js'

/** x and goal [B, T, D] through the layers of `task.sizes`, as a training program of the product runs. */
export async function encoderStep(gpu: Gpu, task: Task): Promise<Work> {
  const { batch, length, width, heads, layers, decay } = task.sizes as Record<string, number> & Task['sizes']
  const specs = parametersOf(task).map((name) => ({ name, shape: task.inputs[name]!.shape, init: zeros }))
  const weights = new ParameterSet(gpu, specs, { training: true })
  weights.load(hostTensors(task), task.name)

  const recorder = new Recorder()
  const feeds = {
    x: recorder.feed('x', task.inputs.x!.shape),
    goal: recorder.feed('goal', task.inputs.goal!.shape),
    lengths: recorder.feed('lengths', [batch!], 'u32'),
    weight: recorder.feed('weight', [batch!]),
    coefficient: recorder.feed('coefficient', [batch!]),
    medianError: recorder.feed('median_error', [1]),
    hyper: recorder.feed('hyper', [8]),
    seed: recorder.feed('seed', [4], 'u32'),
  }
  const graph = new Graph(recorder, { training: { seed: feeds.seed, dummy: weights.dummy } })
  const config = { heads: heads!, dropout: 0, activation: 'relu' as const, encoderLayers: layers!, decoderLayers: 0 }
  const recording: Recording = { graph, weights, config }
  const y = encoder(recording, feeds.x, feeds.lengths)
  const inputs = { frames: feeds.lengths, ...feeds }
  const report = poseLoss(graph, y, inputs, { numbers: width!, coords: width!, kind: 'mse' })
  graph.backward()
  recordUpdate(recorder, weights, feeds.hyper, { clip: 0, optimiser: { kind: 'adamw', weightDecay: decay! } })
  recorder.report(report)
  const program = await Program.build(gpu, recorder)

  program.write(feeds.x, noise(task.inputs.x!))
  program.write(feeds.goal, noise(task.inputs.goal!))
  program.write(feeds.lengths, new Uint32Array(batch!).fill(length!))
  program.write(feeds.weight, new Float32Array(batch!).fill(1))
  program.write(feeds.coefficient, new Float32Array(batch!).fill(1 / (batch! * length! * width!)))
  program.write(feeds.medianError, new Float32Array(1))
  program.write(feeds.seed, new Uint32Array(4))
  const step = async (count: number) => {
    program.write(feeds.hyper, hyperAt(task.sizes, count))
    const [shares] = await program.run({ clear: weights.grads!.buffers })
    return new Float32Array(shares!).reduce((sum, share, i) => (i % 4 === 0 ? sum + share : sum), 0)
  }
  return stepping(step)
}

/** The product's own training program, as `signllm train` runs it. */
export async function ptBaseStep(gpu: Gpu, task: Task): Promise<Work> {
  const { batch, frames, tokens, words, clip } = task.sizes as Record<string, number> & Task['sizes']
  const description = noiseGroup({ ...presets['pt-base'], dropout: 0, maxFrames: 160, maxTokens: 32 }, words!)
  const model = new SignModel(gpu, { training: true })
  const group = model.addLanguage(description, { tensors: hostTensors(task) })
  const shape = { batch: batch!, target: frames!, source: tokens! }
  const optimiser = { kind: 'adam', weightDecay: 0 } as const
  const program = await recordPoseStep(gpu, group, shape, { loss: 'mse', noiseRate: 0, clip: clip!, optimiser })
  const arrays = batchArrays(samples(task), shape, group, { padding: 'per-sample' })
  const fixed = { seed: new Uint32Array(4), medianError: 1 }
  const step = async (count: number) => (await program.run(arrays, { ...fixed, hyper: [...hyperAt(task.sizes, count)] })).loss
  return stepping(step)
}

function samples(task: Task): Sample[] {
  const { batch, frames, tokens, words } = task.sizes as Record<string, number> & Task['sizes']
  const joints = noise(task.inputs.joints!)
  const ids = drawnIds(batch! * (tokens! - 1), WORD_SEED, specialId.end + 1, words!)
  return Array.from({ length: batch! }, (_, b) => {
    const own = joints.slice(b * frames! * COORDS, (b + 1) * frames! * COORDS)
    const clip: Clip = { name: `clip ${b}`, language: 'GSL', text: '', joints: own, frames: frames!, fps: 25 }
    return { clip, ids: Uint32Array.of(...ids.subarray(b * (tokens! - 1), (b + 1) * (tokens! - 1)), specialId.end) }
  })
}

/** The first losses, then steps one after another, each waited for as in training. `step` takes its number, from 1 on. */
export function stepping(step: (count: number) => Promise<number>): Work {
  let count = 0
  const result = async () => {
    const losses: number[] = []
    while (losses.length < CHECKED_STEPS) losses.push(await step(++count))
    return losses
  }
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) await step(++count)
  }
  return { result, run }
}

/** A task's parameters. */
export function hostTensors(task: Task): HostTensors {
  return new Map(parametersOf(task).map((name) => [name, { shape: task.inputs[name]!.shape, data: noise(task.inputs[name]!) }]))
}

/** What the kernel of AdamW is fed at a step, from 1 on. */
export function hyperAt({ rate, beta1, beta2, epsilon }: Task['sizes'], step: number): Float32Array {
  return Float32Array.of(rate!, beta1!, beta2!, epsilon!, 1 - Math.fround(beta1!) ** step, 1 - Math.fround(beta2!) ** step, 0, 0)
}
