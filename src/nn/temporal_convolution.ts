// What makes a quarter as many tokens of frames in GFSLT-VLP (Zhou et al. 2023): twice a convolution over five frames, batch norm, ReLU and the larger of
// each two; and the linear layer that its translation has behind them.

import type { Tensor } from '../device/memory.js'
import { type WindowSteps, windowsAlong } from '../ops/convolution.js'
import { maxPool } from '../ops/max_pool.js'
import { relu } from '../ops/relu.js'
import { type ConvolutionShape, convolutionSpecs, convolve } from './convolution.js'
import { frameHead, frameHeadSpecs } from './frame_head.js'
import { batchNorm } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { batchNormSpecs } from './specs.js'

/** Convolutions, one behind the other. */
const TIMES = 2

const overFrames: WindowSteps = { kernelHeight: 1, kernelWidth: 5, step: 1, edge: 0 }
const inPairs: WindowSteps = { kernelHeight: 1, kernelWidth: 2, step: 2, edge: 0 }

/** What stands past a clip's end: nothing; or frames of ones that count like others, as in the released code. */
export type FramePadding = 'cut' | 'ones'

/** Rows left of so many frames behind each convolution and behind each pool: the last number is that of the tokens. */
export function rowsLeft(frames: number): number[] {
  const left: number[] = []
  let rows = frames
  for (let i = 0; i < TIMES; i++) {
    for (const steps of [overFrames, inPairs]) {
      rows = windowsAlong(rows, steps.kernelWidth, steps)
      left.push(rows)
    }
  }
  return left
}

const shapeOf = (time: number, inputs: number, outputs: number): ConvolutionShape => ({
  ...overFrames,
  ...{ inputs: time === 0 ? inputs : outputs, outputs, bias: true },
})

/**
 * x [B, T, inputs] to tokens [B, T', outputs]. lengths: u32 [B] of frames and then behind each step, as `rowsLeft` tells. With `ones`, frames past a clip's
 * length are ones whatever x holds, and all lengths but the first are those of the padded batch.
 */
export function temporalConvolution(
  r: Pick<Recording, 'graph' | 'weights'>,
  name: string,
  x: Tensor,
  lengths: readonly Tensor[],
  { inputs, outputs, padding }: { readonly inputs: number; readonly outputs: number; readonly padding: FramePadding },
): Tensor {
  let y = x
  for (let i = 0; i < TIMES; i++) {
    const filled = i === 0 && padding === 'ones'
    const convolved = convolve(r, `${name}.${i}`, y, lengths[2 * i]!, { ...shapeOf(i, inputs, outputs), filled })
    const normed = batchNorm(r, `${name}.${i}/norm`, convolved, lengths[2 * i + 1]!)
    y = r.graph.recorder.scope(`${name}.${i}`, () => maxPool(r.graph, normed, lengths[2 * i + 1]!, inPairs))
  }
  return y
}

export const temporalConvolutionSpecs = (name: string, inputs: number, outputs: number): ParameterSpec[] =>
  Array.from({ length: TIMES }, (_, i) => [
    ...convolutionSpecs(`${name}.${i}`, shapeOf(i, inputs, outputs)),
    ...batchNormSpecs(`${name}.${i}/norm`, outputs),
  ]).flat()

/** max(0, BN(x·wᵀ + b)) of tokens x [B, T, width] over those before each of lengths u32 [B]. */
export function tokenHead(r: Recording, name: string, x: Tensor, lengths: Tensor): Tensor {
  const normed = frameHead(r, name, x, lengths)
  return r.graph.recorder.scope(name, () => relu(r.graph, normed))
}

export const tokenHeadSpecs = (name: string, inputs: number, outputs: number): ParameterSpec[] => frameHeadSpecs(name, inputs, outputs)
