// The end of every training step: the gradient's norm, its clip, and the optimiser over the arenas.

import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { adamw } from '../kernels/adamw.js'
import { add } from '../kernels/add.js'
import { clipScale } from '../kernels/clip_scale.js'
import { elementClip } from '../kernels/element_clip.js'
import { lossScaleUpdate } from '../kernels/loss_scale.js'
import { sgd } from '../kernels/sgd.js'
import { PARTIALS, sumSquares } from '../kernels/sum_squares.js'
import { toHalf } from '../kernels/to_half.js'
import type { ParameterSet } from '../nn/parameter_set.js'

/** What the end of a step reads and writes of parameters: those of one set, or of several that are trained together. */
export type TrainedWeights = Pick<ParameterSet, 'ranges' | 'dummy' | 'scaling'>

export interface UpdateOptions {
  /** Global norm that gradients are clipped to; null or 0 for none. */
  readonly clip: number | null
  readonly optimiser: {
    /** `sgd`: descent with momentum, as Nesterov has it. */
    readonly kind: 'adam' | 'adamw' | 'sgd'
    readonly weightDecay: number
    /** What decays: weights of layers; tables too; or all there is, biases and gains too. Default `matrices`. */
    readonly decayed?: 'weights' | 'matrices' | 'all'
    /** What each number of a gradient is clipped to before the norm is taken; null or none for nothing. */
    readonly clipElements?: number | null
  }
}

/** Clips numbers, takes the global norm, clips that, then the optimiser over the arenas. Returns clip = (norm, scale). */
export function recordUpdate(
  recorder: Recorder,
  weights: TrainedWeights,
  hyper: Tensor,
  { clip: limit, optimiser }: UpdateOptions,
): Tensor {
  const ranges = weights.ranges
  if (optimiser.clipElements) recordElementClip(recorder, weights, optimiser.clipElements)
  let partial: Tensor | undefined
  for (const range of ranges) {
    const more = recorder.tensor('partial', [PARTIALS])
    recorder.run(sumSquares, { x: range.grad, partial: more }, { n: range.length })
    partial = partial ? sumOf(recorder, partial, more) : more
  }
  recorder.mark('norm')
  const { clip, tuned } = recordClip(recorder, partial!, weights.scaling, hyper, limit ?? 0)
  recorder.mark('clip')
  const decoupled = optimiser.kind === 'adamw' ? 1 : 0
  const { weightDecay } = optimiser
  for (const { grad, value, first, second, length, weightNumbers, matrixNumbers } of ranges) {
    const decayed = { weights: weightNumbers, matrices: matrixNumbers, all: length }[optimiser.decayed ?? 'matrices']
    if (optimiser.kind === 'sgd') {
      recorder.run(sgd, { gradient: grad, clip, hyper: tuned, weight: value, first }, { n: length, decayed, weightDecay, nesterov: 1 })
      continue
    }
    if (!second) throw bug('update', `second moments are for ${optimiser.kind}`)
    recorder.run(
      adamw,
      { gradient: grad, clip, hyper: tuned, weight: value, first, second },
      { n: length, decayed, weightDecay, decoupled },
    )
  }
  return clip
}

/** The gradients of a scaled loss are clipped as if it were not scaled. */
function recordElementClip(recorder: Recorder, weights: TrainedWeights, limit: number): void {
  const scaled = weights.scaling ? 1 : 0
  for (const { grad, length } of weights.ranges)
    recorder.run(elementClip, { scaling: weights.scaling ?? weights.dummy, x: grad }, { n: length, limit, scaled })
}

/** Steps without overflow after which the loss scale doubles, as PyTorch's GradScaler has it. */
const GROWTH_INTERVAL = 2000

/** The norm and the factor; where the loss is scaled, also the next scale and Adam's corrections, which skipped steps do not move. */
function recordClip(recorder: Recorder, partial: Tensor, scaling: Tensor | undefined, hyper: Tensor, limit: number) {
  const clip = recorder.tensor('clip', [2])
  if (!scaling) {
    recorder.run(clipScale, { partial, clip }, { partials: PARTIALS, limit })
    return { clip, tuned: hyper }
  }
  const tuned = recorder.tensor('tuned', hyper.shape)
  recorder.run(lossScaleUpdate, { partial, hyper, scaling, clip, tuned }, { partials: PARTIALS, limit, interval: GROWTH_INTERVAL })
  return { clip, tuned }
}

/** The working copies of a step that multiplies halves, made anew at its beginning: whatever wrote the weights, they are those. */
export function recordHalves(recorder: Recorder, weights: TrainedWeights): void {
  for (const { value, half } of weights.ranges) if (half) recorder.run(toHalf, { x: value, y: half }, { n: half.shape[0]! })
}

function sumOf(recorder: Recorder, a: Tensor, b: Tensor): Tensor {
  const y = recorder.tensor('partial', a.shape)
  recorder.run(add, { a, b, y }, { n: a.shape[0]! })
  return y
}
