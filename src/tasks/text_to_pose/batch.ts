// A batch of clips as the arrays a training program is fed.

import { invertIds } from '../../kernels/embedding.js'
import { inputNumbers, type ModelConfig, outputNumbers } from '../../model/config.js'
import { coordinatePoints, mayBeUnseen, motionNumbers } from '../../model/frame_columns.js'
import { scaleInto, scaleRows } from '../../model/frame_scaling.js'
import type { GroupDescription } from '../../model/sign_model.js'
import type { Clip } from '../../motion/clip.js'
import { layouts } from '../../motion/layout/layouts.js'
import { padded } from '../../ops/parameter.js'
import { specialId } from '../../text/vocabulary.js'
import type { BatchShape } from '../../train/task.js'
import { BatchMemory } from './batch_memory.js'
import { type PointWeighing, weighPoints } from './point_weights.js'

export interface Sample {
  readonly clip: Clip
  /** Token ids with the closing one. */
  readonly ids: Uint32Array
  /** What the decoder starts from; default the group's start frame. */
  readonly startFrame?: Float32Array
}

/**
 * How sums over a clip become its share of the loss. `per-sample`: each clip is a mean over its own frames, of what was seen in them. `frames`: all frames of
 * the batch count the same, padding not. `batch`: as they do where padding counts as frames without error, once more over the batch's size. In these two, points
 * that were not seen count as without error.
 */
export const lossPaddings = ['per-sample', 'frames', 'batch'] as const
export type LossPadding = (typeof lossPaddings)[number]

/** A batch's padded sizes: frames are the target, tokens the source. */
export type PoseShape = Omit<BatchShape, 'group'>

/** What a batch's arrays are made by. */
export interface BatchSettings {
  readonly padding: LossPadding
  /** Clips of the whole batch that these are a part of; default these alone. */
  readonly whole?: number
  /** Frames of all of those; default of these alone. */
  readonly wholeFrames?: number
  /** How points are weighed, where they are not all alike. */
  readonly points?: PointWeighing | undefined
  /** Where the large arrays lie until another batch is laid out there; default in memory of their own. */
  readonly memory?: BatchMemory
}

export interface BatchArrays {
  readonly ids: Uint32Array
  readonly uniqueIds: Uint32Array
  readonly starts: Uint32Array
  readonly order: Uint32Array
  readonly tokenLengths: Uint32Array
  /** [B, T, input stride]: the start frame, then all but the last. */
  readonly frames: Float32Array
  /** [B, T, output stride]: every frame with the counter reached by it, and those after it under future prediction. */
  readonly goal: Float32Array
  /** [B, T, output stride]: 1 where a number of the goal was seen, the counter always, else 0; of a layout whose points may be unseen. */
  readonly seen?: Float32Array
  /** [B, T, output stride]: what each number of the goal counts, 0 for what was not seen and for padding; where points are weighed. */
  readonly pointWeights?: Float32Array
  /** [B, 2]: what a clip's losses on what is seen and on velocity count beside that on places. */
  readonly pointShares?: Float32Array
  readonly frameLengths: Uint32Array
  readonly at: Uint32Array
  readonly coefficient: Float32Array
  readonly weight: Float32Array
  /** [B, 4 padded]: in column 0 what is to be predicted of the clip's frames, their natural logarithm or share of `maxFrames`. */
  readonly lengthGoal: Float32Array
  /** Ones: each length is a clip of one frame. */
  readonly lengthRows: Uint32Array
  readonly lengthCoefficient: Float32Array
}

// The length is a small matter beside the coordinates of many frames; this keeps its gradient from steering the encoder.
const LENGTH_LOSS_SHARE = 0.1

/**
 * Lays out a batch. The decoder starts from the language's mean first frame with counter 0 and is to predict frame i with counter
 * (i+1)/N: the clip's own 0-based counter, shifted by the start frame put before it. So it starts in training as it does in use.
 */
export function batchArrays(
  samples: readonly Sample[],
  { batch, target: length, source: tokens }: PoseShape,
  group: GroupDescription,
  settings: BatchSettings,
): BatchArrays {
  const { padding, whole = batch, wholeFrames = samples.reduce((sum, { clip }) => sum + clip.frames, 0), points } = settings
  const { memory = new BatchMemory() } = settings
  const { config } = group
  const inputStride = padded(inputNumbers(config))
  const numbers = outputNumbers(config)
  const outputStride = padded(numbers)
  const ids = new Uint32Array(batch * tokens).fill(specialId.padding)
  const frames = memory.zeros('frames', batch * length * inputStride)
  const goal = memory.zeros('goal', batch * length * outputStride)
  const seen = mayBeUnseen(config) ? memory.zeros('seen', goal.length) : undefined
  const seenNumbers = new Float64Array(batch)

  samples.forEach(({ clip, ids: sentence, startFrame = group.startFrame }, b) => {
    ids.set(sentence, b * tokens)
    const goals = goal.subarray(b * length * outputStride, (b + 1) * length * outputStride)
    writeGoals(goals, outputStride, clip, group)
    if (seen)
      seenNumbers[b] = writeSeen(seen.subarray(b * length * outputStride, (b + 1) * length * outputStride), outputStride, clip, config)
    const inputs = frames.subarray(b * length * inputStride, (b + 1) * length * inputStride)
    writeInputs(inputs, inputStride, clip, goals, outputStride, { ...group, startFrame })
  })
  const weighed =
    points && weighPoints(samples, memory.zeros('weights', goal.length), { length, stride: outputStride }, seen, group, points)
  const cells = (frames: number) => ({ 'per-sample': whole * frames, frames: wholeFrames, batch: whole * whole * length })[padding]
  return {
    ids,
    ...invertIds(ids, specialId.padding),
    tokenLengths: Uint32Array.from(samples, ({ ids: sentence }) => sentence.length),
    frames,
    goal,
    ...(seen && { seen }),
    ...(weighed && { pointWeights: weighed.weights, pointShares: weighed.shares(padding === 'per-sample') }),
    frameLengths: Uint32Array.from(samples, ({ clip }) => clip.frames),
    // A bucket may reach past the longest clip: those rows are padding, whatever their position.
    at: new Uint32Array(batch * length).map((_, row) => Math.min(row % length, config.maxFrames - 1)),
    coefficient: Float32Array.from(samples, ({ clip }, b) => {
      if (weighed) return weighed.coefficient(b, padding === 'per-sample' ? undefined : cells(clip.frames), whole)
      if (!seen || padding !== 'per-sample') return 1 / (cells(clip.frames) * numbers)
      return 1 / (whole * seenNumbers[b]!)
    }),
    weight: new Float32Array(batch).fill(1),
    lengthGoal: Float32Array.from({ length: 4 * batch }, (_, i) => (i % 4 === 0 ? lengthGoal(samples[i / 4]!.clip, config) : 0)),
    lengthRows: new Uint32Array(batch).fill(1),
    lengthCoefficient: new Float32Array(batch).fill(LENGTH_LOSS_SHARE / whole),
  }
}

/** What a length head, or the durations of tokens, are to say of a clip. */
const lengthGoal = ({ frames }: Clip, { lengthHead, lengthForm, maxFrames }: GroupDescription['config']): number =>
  lengthHead && lengthForm === 'share' ? frames / maxFrames : Math.log(frames)

/** Rows of [output stride]: frame t and, under future prediction, those after it; past the end the last frame is held. */
function writeGoals(goals: Float32Array, stride: number, clip: Clip, { config, scaling }: GroupDescription): void {
  const { numbers } = config
  const { frames, confidence } = clip
  const ahead = Math.max(1, config.futureFrames)
  const counterScale = scaling.scale[numbers]!
  scaleRows(goals, stride, motionNumbers(clip, config), numbers, scaling)
  if (config.counterHead) for (let t = 0; t < frames; t++) goals[t * stride + ahead * numbers] = (t + 1) / frames / counterScale
  if (confidence && mayBeUnseen(config)) meanWhereUnseen(goals, stride, frames, confidence, config)
  if (ahead === 1) return
  for (let t = 0; t < frames; t++)
    for (let k = 1; k < ahead; k++) {
      const from = Math.min(t + k, frames - 1) * stride
      goals.copyWithin(t * stride + k * numbers, from, from + numbers)
    }
}

/** What was not seen stands where it does on average, which in the model's units is 0: the decoder is told nothing of it. */
function meanWhereUnseen(goals: Float32Array, stride: number, frames: number, confidence: Float32Array, config: ModelConfig): void {
  const { points } = layouts[config.layout]
  const pointOf = coordinatePoints(config)
  for (let t = 0; t < frames; t++)
    for (let i = 0; i < pointOf.length; i++) {
      const point = pointOf[i]!
      if (point >= 0 && !(confidence[t * points + point]! > 0)) goals[t * stride + i] = 0
    }
}

/** Rows of [output stride], as the goals lie: 1 for the numbers that a loss is to see. Returns how many those are. */
function writeSeen(seen: Float32Array, stride: number, { frames, confidence }: Clip, config: ModelConfig): number {
  const { points } = layouts[config.layout]
  const { numbers } = config
  const ahead = Math.max(1, config.futureFrames)
  const pointOf = coordinatePoints(config)
  let count = 0
  for (let t = 0; t < frames; t++) {
    for (let k = 0; k < ahead; k++) {
      const row = t * stride + k * numbers
      const from = Math.min(t + k, frames - 1) * points
      // How sure a point is always says something, a coordinate where the point was seen.
      for (let i = 0; i < numbers; i++) {
        const point = pointOf[i]!
        if (point >= 0 && confidence && !(confidence[from + point]! > 0)) continue
        seen[row + i] = 1
        count++
      }
    }
    if (config.counterHead) {
      seen[t * stride + ahead * numbers] = 1
      count++
    }
  }
  return count
}

/** Rows of [input stride]: the frame before frame t, as the decoder sees it: the goal of the row before. */
function writeInputs(
  inputs: Float32Array,
  stride: number,
  { frames }: Clip,
  goals: Float32Array,
  goalStride: number,
  { config, scaling, startFrame }: GroupDescription,
): void {
  const { numbers } = config
  const counterScale = scaling.scale[numbers]!
  if (config.justCounter) {
    for (let t = 0; t < frames; t++) inputs[t * stride] = t / frames / counterScale
    return
  }
  scaleInto(inputs, 0, startFrame, scaling)
  // Alike but for their place, where no future frames lie between coordinates and counter: all rows in one copy.
  if (stride === goalStride && config.counterHead) inputs.set(goals.subarray(0, (frames - 1) * stride), stride)
  else
    for (let t = 1; t < frames; t++) {
      const from = (t - 1) * goalStride
      inputs.set(goals.subarray(from, from + numbers), t * stride)
      inputs[t * stride + numbers] = t / frames / counterScale
    }
}
