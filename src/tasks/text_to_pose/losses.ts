// The forward pass and losses of a batch of clips: what a training step of text to pose records.

import { bug } from '../../base/errors.js'
import type { Tensor } from '../../device/memory.js'
import { errorSpread } from '../../kernels/error_spread.js'
import { inputNumbers, outputNumbers, regressedNumbers } from '../../model/config.js'
import { mayBeUnseen } from '../../model/frame_columns.js'
import { counterOf, type GroupDescription, type LanguageGroup } from '../../model/sign_model.js'
import { decode, encode, framesOf, lengthHead, type PoseRecording, tokenDurations } from '../../model/text_to_pose.js'
import { boneLoss } from '../../ops/bone_loss.js'
import { frameNoise } from '../../ops/frame_noise.js'
import type { Graph } from '../../ops/graph.js'
import { padded } from '../../ops/parameter.js'
import { pointLoss } from '../../ops/point_loss.js'
import { type LossKind, type PoseLossInputs, poseLoss, type RewardUse } from '../../ops/pose_loss.js'
import { seenGoal } from '../../ops/seen_goal.js'
import type { PassReports, RecordedLosses } from '../../train/task.js'
import type { BatchArrays, PoseShape } from './batch.js'
import type { PointWeighing } from './point_weights.js'
import { sampledFrames } from './sampling.js'

export interface PoseLossOptions {
  readonly loss: LossKind
  /** Times the measured error that decoder inputs are moved by; 0 for none. */
  readonly noiseRate: number
  /** Passes in which the decoder makes some of its own inputs; 0, default, feeds it the true frames. */
  readonly samplingPasses?: number
  /** What rewards do within a batch; default nothing. */
  readonly reward?: RewardOptions | undefined
  /** Weights of the losses on bone directions and on velocity beside that on joints; default 0, which records nothing. */
  readonly bones?: number
  readonly velocity?: number
  /** Whether points are weighed each by itself, by arrays of the batch: that loss has a velocity of its own. */
  readonly weighsPoints?: boolean
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
  /** [2, output stride]: centre and scale of each coordinate; fed where bones or velocity have a loss. */
  readonly units: Float32Array
  /** [1]: the probability that an input is a predicted frame; fed under scheduled sampling. */
  readonly samplingShare: Float32Array
}

/** The units of a group's frames, as the losses on bones and on velocity take them. */
export function unitsOf({ config, scaling: { centre, scale } }: GroupDescription): Float32Array {
  const stride = padded(outputNumbers(config))
  const units = new Float32Array(2 * stride)
  units.set(centre.subarray(0, config.numbers))
  units.set(scale.subarray(0, config.numbers), stride)
  return units
}

type Feeds = Readonly<
  Record<Exclude<keyof BatchArrays, 'seen' | 'pointWeights' | 'pointShares'> | Exclude<keyof StepArrays, 'units' | 'samplingShare'>, Tensor>
>

/**
 * Records a batch. Reports: `samples` f32 [B, 4], `spread` f32 [2, output stride], from a model that knows lengths `length` f32 [B, 4], with a loss on bones
 * or on their velocity `bones` f32 [B, 2], and with one on points that are weighed `terms` f32 [B, 2].
 */
export function recordPoseLosses(graph: Graph, group: LanguageGroup, shape: PoseShape, options: PoseLossOptions): RecordedLosses {
  const { config, weights, positions } = group
  const { recorder } = graph
  const feeds = recordFeeds(graph, group, shape)
  const recording: PoseRecording = { graph, weights, config }

  const { uniqueIds, starts, order } = feeds
  const memory = encode(recording, { ids: feeds.ids, inverse: { uniqueIds, starts, order } }, feeds.tokenLengths, positions)
  const frames = config.justCounter ? feeds.frames : frameNoise(graph, feeds.frames, feeds.sigma, options.noiseRate, config.numbers)
  const { frameLengths, at, tokenLengths: memoryLengths } = feeds
  const durations = config.durations ? tokenDurations(recording, memory, memoryLengths) : undefined
  const timing = durations && { features: memory, spans: durations.spans, lengths: memoryLengths, ...counterOf(group) }
  const inputs = { frames, frameLengths, at, positions, memory, memoryLengths, timing, bones: group.boneTables, columns: group.columns }
  const { samplingPasses = 0 } = options
  const samplingShare = samplingPasses > 0 ? recorder.feed('sampling_share', [1]) : undefined
  const pred = decode(
    recording,
    samplingShare ? { ...inputs, frames: sampledFrames(recording, inputs, samplingShare, samplingPasses) } : inputs,
  )

  const numbers = outputNumbers(config)
  const seen = mayBeUnseen(config) ? recorder.feed('seen', feeds.goal.shape) : undefined
  const shown = framesOf(recording, pred, group.columns)
  const goal = seen ? recorder.scope('loss', () => seenGoal(graph, shown, feeds.goal, seen)) : feeds.goal
  const lossInputs = { frames: frameLengths, weight: feeds.weight, coefficient: feeds.coefficient, medianError: feeds.medianError }
  const reward = rewardUse(graph, pred, feeds.ones, numbers, options.reward)
  const coords = regressedNumbers(config)
  const points = options.weighsPoints
    ? recordPointLoss(graph, group, pred, { goal: feeds.goal, ...lossInputs }, { coords, kind: options.loss })
    : undefined
  const samples =
    points?.reports.samples ??
    recorder.scope('loss', () => poseLoss(graph, pred, { goal, ...lossInputs }, { numbers, coords, kind: options.loss, reward }))
  const { batch, target: length } = shape
  const stride = padded(numbers)
  const spread = recorder.tensor('spread', [2, stride])
  recorder.run(errorSpread, { pred: shown, goal, frames: frameLengths, spread }, { batch, length, stride })
  const bones = points ? undefined : recordBoneLoss(graph, pred, feeds, numbers, options)
  const lengths = durations?.logFrames ?? (config.lengthHead ? lengthHead(recording, memory, memoryLengths) : undefined)
  return {
    feeds: { ...feeds, ...(seen && { seen }), ...bones?.feeds, ...points?.feeds, ...(samplingShare && { samplingShare }) },
    reports: {
      samples,
      spread,
      ...bones?.reports,
      ...points?.reports,
      ...(lengths && { length: recordLengthLoss(graph, lengths, feeds) }),
    },
  }
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
    lengthGoal: recorder.feed('length_goal', [batch, 1, 4]),
    lengthRows: recorder.feed('length_rows', [batch], 'u32'),
    lengthCoefficient: recorder.feed('length_coefficient', [batch]),
    sigma: recorder.feed('sigma', [inputStride]),
    ones: recorder.feed('ones', [outputStride]),
    medianError: recorder.feed('median_error', [1]),
  }
}

/** A policy tries an action: the prediction with noise on every number that counts. */
function rewardUse(graph: Graph, pred: Tensor, ones: Tensor, numbers: number, reward: RewardOptions | undefined): RewardUse | undefined {
  if (reward?.kind !== 'policy') return reward
  return { ...reward, action: frameNoise(graph, pred, ones, reward.spread, numbers) }
}

/** The losses on bones and on velocity, where they weigh anything. */
function recordBoneLoss(
  graph: Graph,
  pred: Tensor,
  { goal, frameLengths, weight, coefficient }: Feeds,
  numbers: number,
  { bones = 0, velocity = 0 }: PoseLossOptions,
): RecordedLosses {
  if (bones === 0 && velocity === 0) return { feeds: {}, reports: {} }
  const units = graph.recorder.feed('units', [2, padded(numbers)])
  const inputs = { goal, frames: frameLengths, weight, coefficient, units }
  const report = graph.recorder.scope('bone_loss', () => boneLoss(graph, pred, inputs, { numbers, bones, velocity }))
  return { feeds: { units }, reports: { bones: report } }
}

/** The loss on points, each of which has a weight of its own. */
function recordPointLoss(
  graph: Graph,
  { columns }: LanguageGroup,
  pred: Tensor,
  inputs: PoseLossInputs,
  options: { coords: number; kind: LossKind },
): RecordedLosses {
  const { recorder } = graph
  if (!columns) throw bug('loss', 'wanted the kinds of columns for a loss on points')
  const pointWeights = recorder.feed('point_weights', pred.shape)
  const pointShares = recorder.feed('point_shares', [pred.shape[0]!, 2])
  const given = { ...inputs, weights: pointWeights, kinds: columns, shares: pointShares }
  const { samples, terms } = recorder.scope('loss', () => pointLoss(graph, pred, given, options))
  return { feeds: { pointWeights, pointShares }, reports: { samples, terms } }
}

/** The squared error of what is predicted of each length, as a clip of one frame of one number. */
function recordLengthLoss(graph: Graph, predicted: Tensor, feeds: Feeds): Tensor {
  const inputs = {
    goal: feeds.lengthGoal,
    frames: feeds.lengthRows,
    weight: feeds.weight,
    coefficient: feeds.lengthCoefficient,
    medianError: feeds.medianError,
  }
  return graph.recorder.scope('length_loss', () => poseLoss(graph, predicted, inputs, { numbers: 1, coords: 1, kind: 'mse' }))
}

/** What a step did. */
export interface PoseLossReport {
  /** On joints and counter, and on bones and velocity where these weigh anything. */
  readonly loss: number
  readonly samples: readonly SampleReport[]
  /** Loss of the predicted lengths, of a model that predicts them. */
  readonly lengthLoss: number | undefined
  /** What bone directions and velocity have in the loss, their weights included; undefined where neither weighs anything. */
  readonly lossBones: number | undefined
  readonly lossVelocity: number | undefined
  /** What it has of how probable each point is to be seen; undefined where nothing is said of that. */
  readonly lossVisibility: number | undefined
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

/** The losses of a batch from the reports of its passes. Points that are weighed report both terms, of which those that weigh nothing are nothing. */
export function poseLossReport(passes: readonly PassReports[], weighing?: Pick<PointWeighing, 'velocity' | 'visibility'>): PoseLossReport {
  const samples = passes.flatMap((pass) => readSamples(pass.samples!))
  const lengths = passes.flatMap(({ length }) => (length ? readSamples(length) : []))
  const bones = passes.flatMap(({ bones }) => (bones ? [new Float32Array(bones)] : []))
  const [lossBones, boneVelocity] = bones.length > 0 ? [everyOther(bones, 0), everyOther(bones, 1)] : []
  // In the shares of the samples already.
  const terms = passes.flatMap(({ terms }) => (terms ? [new Float32Array(terms)] : []))
  const lossVisibility = weighing?.visibility ? everyOther(terms, 0) : undefined
  const pointVelocity = weighing?.velocity ? everyOther(terms, 1) : undefined
  return {
    loss: lossOf(samples) + (lossBones ?? 0) + (boneVelocity ?? 0),
    lossBones,
    lossVelocity: boneVelocity ?? pointVelocity,
    lossVisibility,
    samples,
    lengthLoss: lengths.length > 0 ? lossOf(lengths) : undefined,
    spread: passes.map(({ spread }) => new Float32Array(spread!)).reduce((a, b) => a.map((sum, i) => sum + b[i]!)),
  }
}

const lossOf = (samples: readonly SampleReport[]): number => samples.reduce((sum, { loss }) => sum + loss, 0)

/** The sum of one of the two numbers of each sample. */
const everyOther = (reports: readonly Float32Array[], first: 0 | 1): number =>
  reports.reduce((sum, report) => report.reduce((part, share, i) => (i % 2 === first ? part + share : part), sum), 0)

function readSamples(report: ArrayBuffer): SampleReport[] {
  const numbers = new Float32Array(report)
  return Array.from({ length: numbers.length / 4 }, (_, b) => ({
    loss: numbers[4 * b]!,
    error: numbers[4 * b + 1]!,
    reward: numbers[4 * b + 2]!,
    weight: numbers[4 * b + 3]!,
  }))
}
