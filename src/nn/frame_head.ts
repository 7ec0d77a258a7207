// What frames are before a sign encoder, be they poses or features of images: a linear layer, and batch norm over the frames of the batch.

import type { Tensor } from '../device/memory.js'
import { batchNorm, project } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { batchNormSpecs, defaultLinearSpecs } from './specs.js'

/** BN(x·wᵀ + b) of x [B, T, inputs] over the frames before each of lengths u32 [B], 0 at padding: [B, T, outputs]. */
export function frameHead(r: Recording, name: string, x: Tensor, lengths: Tensor): Tensor {
  const idleBias = { first: 0, count: r.weights.get(`${name}/bias`).value.shape[0]! }
  return batchNorm(r, `${name}/norm`, project(r, name, x, { idleBias }), lengths)
}

/** The linear layer begins as PyTorch's do. */
export function frameHeadSpecs(name: string, inputs: number, outputs: number): ParameterSpec[] {
  return [...defaultLinearSpecs(name, inputs, outputs), ...batchNormSpecs(`${name}/norm`, outputs)]
}
