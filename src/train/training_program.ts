// One training step as one recorded program: forward, loss, backward, clip and update, for one group and one shape of batch.

import type { Gpu } from '../device/gpu.js'
import type { SlotPool, Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { errorSpread } from '../kernels/error_spread.js'
import { inputNumbers, outputNumbers } from '../model/config.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { decode, encode, lengthHead } from '../model/text_to_pose.js'
import { COORDS } from '../motion/skeleton.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import type { Recording } from '../nn/recording.js'
import { frameNoise } from '../ops/frame_noise.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import { type LossKind, poseLoss, type RewardUse } from '../ops/pose_loss.js'
import type { BatchArrays, BatchShape } from './batch_arrays.js'
import { type LossScale, readLossScale } from './loss_scale.js'
import type { PendingReport } from './pending_step.js'
import { recordHalves, recordUpdate, type UpdateOptions } from './update.js'

export interface TrainingOptions extends UpdateOptions {
  readonly loss: LossKind
  /** Times the measured error that decoder inputs are moved by; 0 for none. */
  readonly noiseRate: number
  /** What rewards do within a batch; default nothing. */
  readonly reward?: RewardOptions | undefined
}

/** Reward-weighted regression, or the policy gradient of a Gaussian of deviation `spread` about the prediction. */
export type RewardOptions =
  | { readonly kind: 'regression'; readonly intensity: number }
  | { readonly kind: 'policy'; readonly spread: number }

/** What changes from step to step besides the batch. */
export interface StepSettings {
  readonly seed: Uint32Array
  /** [input stride]: measured error of each coordinate. */
  readonly sigma: Float32Array
  readonly medianError: number
  /** rate, beta1, beta2, epsilon, 1-beta1^step, 1-beta2^step */
  readonly hyper: readonly number[]
}

export interface SampleReport {
  /** Its share of the loss. */
  readonly loss: number
  /** Mean error over its own frames and coordinates. */
  readonly error: number
  readonly reward: number
  readonly weight: number
}

export interface StepReport {
  readonly loss: number
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number
  readonly samples: readonly SampleReport[]
  /** Loss of the length head, where there is one. */
  readonly lengthLoss: number | undefined
  /** In f16. */
  readonly lossScale: LossScale | undefined
  /** Sums of errors and of their squares, [2, output stride], over `rows` real frames. */
  readonly spread: Float32Array
}

type Feeds = Readonly<Record<keyof BatchArrays | 'seed' | 'sigma' | 'ones' | 'medianError' | 'hyper', Tensor>>

/** A training step, recorded. */
export class TrainingProgram {
  readonly program: Program
  readonly shape: BatchShape
  /** Numbers of the `sigma` that `run` wants: the input stride. */
  readonly sigmaLength: number
  readonly #feeds: Feeds
  readonly #grads: readonly GPUBuffer[]
  readonly #scaled: boolean

  private constructor(program: Program, shape: BatchShape, feeds: Feeds, weights: ParameterSet) {
    this.program = program
    this.shape = shape
    this.sigmaLength = feeds.sigma.shape[0]!
    this.#feeds = feeds
    this.#grads = weights.grads!.buffers
    this.#scaled = weights.scaling !== undefined
  }

  static async record(
    gpu: Gpu,
    group: LanguageGroup,
    shape: BatchShape,
    options: TrainingOptions,
    pool?: SlotPool,
  ): Promise<TrainingProgram> {
    const { config, weights, positions } = group
    const { batch, frames: length, tokens } = shape
    const recorder = new Recorder()
    const rows = batch * tokens
    const outputStride = padded(outputNumbers(config))
    const feeds = {
      ids: recorder.feed('ids', [batch, tokens], 'u32'),
      uniqueIds: recorder.feed('unique_ids', [rows], 'u32'),
      starts: recorder.feed('starts', [rows + 1], 'u32'),
      order: recorder.feed('order', [rows], 'u32'),
      tokenLengths: recorder.feed('token_lengths', [batch], 'u32'),
      frames: recorder.feed('frames', [batch, length, padded(inputNumbers(config))]),
      goal: recorder.feed('goal', [batch, length, outputStride]),
      frameLengths: recorder.feed('frame_lengths', [batch], 'u32'),
      at: recorder.feed('at', [batch * length], 'u32'),
      coefficient: recorder.feed('coefficient', [batch]),
      weight: recorder.feed('weight', [batch]),
      logLength: recorder.feed('log_length', [batch, 1, 4]),
      lengthRows: recorder.feed('length_rows', [batch], 'u32'),
      lengthCoefficient: recorder.feed('length_coefficient', [batch]),
      seed: recorder.feed('seed', [4], 'u32'),
      sigma: recorder.feed('sigma', [padded(inputNumbers(config))]),
      /** Deviations of the policy's noise, before they are scaled. */
      ones: recorder.feed('ones', [outputStride]),
      medianError: recorder.feed('median_error', [1]),
      hyper: recorder.feed('hyper', [8]),
    }
    recorder.scope('halves', () => recordHalves(recorder, weights))
    const { dummy, scaling } = weights
    const graph = new Graph(recorder, { training: { seed: feeds.seed, dummy, scaling } })
    const recording: Recording = { graph, weights, config }

    const { uniqueIds, starts, order } = feeds
    const memory = encode(recording, { ids: feeds.ids, inverse: { uniqueIds, starts, order } }, feeds.tokenLengths, positions)
    const frames = config.justCounter ? feeds.frames : frameNoise(graph, feeds.frames, feeds.sigma, options.noiseRate, COORDS)
    const { frameLengths, at, tokenLengths: memoryLengths } = feeds
    const pred = decode(recording, { frames, frameLengths, at, positions, memory, memoryLengths })

    const numbers = outputNumbers(config)
    const lossInputs = { frames: frameLengths, weight: feeds.weight, coefficient: feeds.coefficient, medianError: feeds.medianError }
    const reward = rewardUse(graph, pred, feeds.ones, numbers, options.reward)
    const losses = [
      recorder.scope('loss', () =>
        poseLoss(graph, pred, { goal: feeds.goal, ...lossInputs }, { numbers, coords: numbers - 1, kind: options.loss, reward }),
      ),
    ]
    const spread = recorder.tensor('spread', [2, outputStride])
    recorder.run(errorSpread, { pred, goal: feeds.goal, frames: frameLengths, spread }, { batch, length, stride: outputStride })
    if (config.lengthHead) losses.push(recordLengthLoss(recording, memory, feeds))

    graph.backward()
    const clip = recorder.scope('update', () => recordUpdate(recorder, weights, feeds.hyper, options))
    for (const tensor of [losses[0]!, clip, spread, ...(scaling ? [scaling] : []), ...losses.slice(1)]) recorder.report(tensor)
    const program = await Program.build(gpu, recorder, pool)
    return new TrainingProgram(program, shape, feeds, weights)
  }

  /** Runs the step on a batch of this program's shape, and waits for its report. */
  async run(arrays: BatchArrays, settings: StepSettings): Promise<StepReport> {
    return (await this.start(arrays, settings)).read()
  }

  /** Submits the step on a batch of this program's shape, behind whatever runs. */
  async start(arrays: BatchArrays, settings: StepSettings): Promise<PendingReport<StepReport>> {
    const { program } = this
    const feeds = this.#feeds
    for (const name of Object.keys(arrays) as (keyof BatchArrays)[]) program.write(feeds[name], arrays[name])
    program.write(feeds.seed, settings.seed)
    program.write(feeds.sigma, settings.sigma)
    program.write(feeds.ones, new Float32Array(feeds.ones.shape[0]!).fill(1))
    program.write(feeds.medianError, Float32Array.of(settings.medianError))
    program.write(
      feeds.hyper,
      Float32Array.from({ length: 8 }, (_, i) => settings.hyper[i] ?? 0),
    )

    const reports = await program.start({ clear: this.#grads })
    const scaled = this.#scaled
    return { read: async () => stepReport(await reports.read(), scaled) }
  }

  destroy(): void {
    this.program.destroy()
  }
}

/** A policy tries an action: the prediction with noise on every number that counts. */
function rewardUse(graph: Graph, pred: Tensor, ones: Tensor, numbers: number, reward: RewardOptions | undefined): RewardUse | undefined {
  if (reward?.kind !== 'policy') return reward
  return { ...reward, action: frameNoise(graph, pred, ones, reward.spread, numbers) }
}

/** The squared error of the predicted logarithm of each length, as a clip of one frame of one number. */
function recordLengthLoss(recording: Recording, memory: Tensor, feeds: Feeds): Tensor {
  const { graph } = recording
  const predicted = lengthHead(recording, memory, feeds.tokenLengths)
  const inputs = {
    goal: feeds.logLength,
    frames: feeds.lengthRows,
    weight: feeds.weight,
    coefficient: feeds.lengthCoefficient,
    medianError: feeds.medianError,
  }
  return graph.recorder.scope('length_loss', () => poseLoss(graph, predicted, inputs, { numbers: 1, coords: 1, kind: 'mse' }))
}

function stepReport([report, clip, spread, ...rest]: readonly ArrayBuffer[], scaled: boolean): StepReport {
  const scaling = scaled ? rest.shift() : undefined
  const [lengthReport] = rest
  const samples = readSamples(report!)
  return {
    loss: samples.reduce((sum, { loss }) => sum + loss, 0),
    gradientNorm: new Float32Array(clip!)[0]!,
    samples,
    lossScale: readLossScale(scaling),
    lengthLoss: lengthReport && readSamples(lengthReport).reduce((sum, { loss }) => sum + loss, 0),
    spread: new Float32Array(spread!),
  }
}

function readSamples(report: ArrayBuffer): SampleReport[] {
  const numbers = new Float32Array(report)
  return Array.from({ length: numbers.length / 4 }, (_, b) => ({
    loss: numbers[4 * b]!,
    error: numbers[4 * b + 1]!,
    reward: numbers[4 * b + 2]!,
    weight: numbers[4 * b + 3]!,
  }))
}
