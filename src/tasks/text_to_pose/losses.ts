// The forward pass and losses of a batch of clips: what a training step of text to pose records.

import type { Tensor } from '../../device/memory.js'
import { errorSpread } from '../../kernels/error_spread.js'
import { inputNumbers, outputNumbers } from '../../model/config.js'
import type { LanguageGroup } from '../../model/sign_model.js'
import { decode, encode, lengthHead, type PoseRecording } from '../../model/text_to_pose.js'
import { COORDS, JOINTS } from '../../motion/skeleton.js'
import type { Recording } from '../../nn/recording.js'
import { frameNoise } from '../../ops/frame_noise.js'
import type { Graph } from '../../ops/graph.js'
import { padded } from '../../ops/parameter.js'
import { type LossKind, poseLoss, type RewardUse } from '../../ops/pose_loss.js'
import type { PassReports, RecordedLosses } from '../../train/task.js'
import type { BatchArrays, PoseShape } from './batch.js'

export interface PoseLossOptions {
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

/** What is fed beside the batch. */
export interface StepArrays {
  /** [input stride]: measured error of each coordinate. */
  readonly sigma: Float32Array
  /** [output stride]: deviations of the policy's noise, before they are scaled. */
  readonly ones: Float32Array
  /** [1] */
  readonly medianError: Float32Array
}

/** By the names of the arrays, where these are fed at all. */
type Feeds = { readonly [K in keyof (BatchArrays & StepArrays)]: Tensor }

/** Records a batch. Reports: `samples` f32 [B, 4], `spread` f32 [2, output stride], and with a length head `length` f32 [B, 4]. */
export function recordPoseLosses(graph: Graph, group: LanguageGroup, shape: PoseShape, options: PoseLossOptions): RecordedLosses {
  const { config, weights, positions } = group
  const { recorder } = graph
  const feeds = recordFeeds(graph, group, shape)
  const recording: PoseRecording = { graph, weights, config }

  const { uniqueIds, starts, order } = feeds
  const memory = encode(recording, { ids: feeds.ids, inverse: { uniqueIds, starts, order } }, feeds.tokenLengths, positions)
  const frames = config.justCounter ? feeds.frames : frameNoise(graph, feeds.frames, feeds.sigma, options.noiseRate, COORDS)
  const { frameLengths, at, tokenLengths: memoryLengths } = feeds
  // Each clip with the lengths its own bones have.
  const bones = group.boneTables && { ...group.boneTables, lengths: feeds.boneLengths! }
  const pred = decode(recording, { frames, frameLengths, at, positions, memory, memoryLengths, bones })

  const numbers = outputNumbers(config)
  const lossInputs = { frames: frameLengths, weight: feeds.weight, coefficient: feeds.coefficient, medianError: feeds.medianError }
  const reward = rewardUse(graph, pred, feeds.ones, numbers, options.reward)
  const samples = recorder.scope('loss', () =>
    poseLoss(graph, pred, { goal: feeds.goal, ...lossInputs }, { numbers, coords: numbers - 1, kind: options.loss, reward }),
  )
  const { batch, target: length } = shape
  const stride = padded(numbers)
  const spread = recorder.tensor('spread', [2, stride])
  recorder.run(errorSpread, { pred, goal: feeds.goal, frames: frameLengths, spread }, { batch, length, stride })
  return { feeds, reports: { samples, spread, ...(config.lengthHead && { length: recordLengthLoss(recording, memory, feeds) }) } }
}

function recordFeeds({ recorder }: Graph, { config }: LanguageGroup, { batch, target: length, source: tokens }: PoseShape): Feeds {
  const rows = batch * tokens
  const [inputStride, outputStride] = [padded(inputNumbers(config)), padded(outputNumbers(config))]
  return {
    ids: recorder.feed('ids', [batch, tokens], 'u32'),
    uniqueIds: recorder.feed('unique_ids', [rows], 'u32'),
    starts: recorder.feed('starts', [rows + 1], 'u32'),
    order: recorder.feed('order', [rows], 'u32'),
    tokenLengths: recorder.feed('token_lengths', [batch], 'u32'),
    frames: recorder.feed('frames', [batch, length, inputStride]),
    goal: recorder.feed('goal', [batch, length, outputStride]),
    frameLengths: recorder.feed('frame_lengths', [batch], 'u32'),
    at: recorder.feed('at', [batch * length], 'u32'),
    coefficient: recorder.feed('coefficient', [batch]),
    weight: recorder.feed('weight', [batch]),
    logLength: recorder.feed('log_length', [batch, 1, 4]),
    lengthRows: recorder.feed('length_rows', [batch], 'u32'),
    lengthCoefficient: recorder.feed('length_coefficient', [batch]),
    sigma: recorder.feed('sigma', [inputStride]),
    ones: recorder.feed('ones', [outputStride]),
    medianError: recorder.feed('median_error', [1]),
    ...(config.head === 'bones' && { boneLengths: recorder.feed('bone_lengths', [batch, JOINTS]) }),
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

/** What a step did. */
export interface PoseLossReport {
  readonly loss: number
  readonly samples: readonly SampleReport[]
  /** Loss of the length head, where there is one. */
  readonly lengthLoss: number | undefined
  /** Sums of errors and of their squares over real frames, [2, output stride]. */
  readonly spread: Float32Array
}

export interface SampleReport {
  /** Its share of the loss. */
  readonly loss: number
  /** Mean error over its own frames and coordinates. */
  readonly error: number
  readonly reward: number
  readonly weight: number
}

/** The losses of a batch from the reports of its passes. */
export function poseLossReport(passes: readonly PassReports[]): PoseLossReport {
  const samples = passes.flatMap((pass) => readSamples(pass.samples!))
  const lengths = passes.flatMap(({ length }) => (length ? readSamples(length) : []))
  return {
    loss: lossOf(samples),
    samples,
    lengthLoss: lengths.length > 0 ? lossOf(lengths) : undefined,
    spread: passes.map(({ spread }) => new Float32Array(spread!)).reduce((a, b) => a.map((sum, i) => sum + b[i]!)),
  }
}

const lossOf = (samples: readonly SampleReport[]): number => samples.reduce((sum, { loss }) => sum + loss, 0)

function readSamples(report: ArrayBuffer): SampleReport[] {
  const numbers = new Float32Array(report)
  return Array.from({ length: numbers.length / 4 }, (_, b) => ({
    loss: numbers[4 * b]!,
    error: numbers[4 * b + 1]!,
    reward: numbers[4 * b + 2]!,
    weight: numbers[4 * b + 3]!,
  }))
}
