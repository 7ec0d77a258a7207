// Convolutions with the parameters under a name, and their specs.

import type { Tensor } from '../device/memory.js'
import { convolution, type WindowSteps } from '../ops/convolution.js'
import { type Init, uniformFanIn } from './init.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'

export interface ConvolutionShape extends WindowSteps {
  readonly inputs: number
  readonly outputs: number
  /** Whether something is added to each output that a norm behind it takes off again; default not. */
  readonly bias?: boolean
}

/** x [B, H, W, inputs] to [B, H', W', outputs]; lengths u32 [B]: columns that count, with `filled` as `convolution` has it. */
export function convolve(
  { graph, weights }: Pick<Recording, 'graph' | 'weights'>,
  name: string,
  x: Tensor,
  lengths: Tensor,
  { inputs, outputs, bias = false, ...steps }: ConvolutionShape & { readonly filled?: boolean },
): Tensor {
  const given = { weight: weights.get(`${name}/weight`), ...(bias && { bias: weights.get(`${name}/bias`) }) }
  // Batch norm, which is behind every convolution here, takes a bias off again.
  const idleBias = { first: 0, count: given.bias?.value.shape[0] ?? outputs }
  return graph.recorder.scope(name, () => convolution(graph, x, lengths, given, { ...steps, channels: inputs, idleBias }))
}

/** The weight is [outputs, taps·inputs]: tap by tap. It begins as PyTorch's convolutions do, unless `init` says otherwise. */
export function convolutionSpecs(name: string, shape: ConvolutionShape, init?: Init): ParameterSpec[] {
  const { inputs, outputs, kernelHeight, kernelWidth, bias = false } = shape
  const fanIn = kernelHeight * kernelWidth * inputs
  const usual = uniformFanIn(fanIn)
  return [
    { name: `${name}/weight`, shape: [outputs, fanIn], init: init ?? usual },
    ...(bias ? [{ name: `${name}/bias`, shape: [outputs], init: usual }] : []),
  ]
}

/** A convolution's weight as PyTorch has it, [outputs, inputs, …taps], in our order: [outputs, taps·inputs]. */
export function tapByTap(data: Float32Array, [outputs, inputs, ...kernel]: readonly number[]): Float32Array {
  const taps = kernel.reduce((product, extent) => product * extent, 1)
  const moved = new Float32Array(data.length)
  for (let o = 0; o < outputs!; o++)
    for (let k = 0; k < inputs!; k++)
      for (let tap = 0; tap < taps; tap++) moved[(o * taps + tap) * inputs! + k] = data[(o * inputs! + k) * taps + tap]!
  return moved
}
