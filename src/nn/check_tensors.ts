// What is to be uploaded must be a model's tensors, all of them, and numbers that they can hold.

import { SignError } from '../base/errors.js'
import { firstNonFinite, placeIn } from '../base/finite.js'
import { MAX_HALF } from '../base/half.js'
import type { HostTensor, HostTensors } from './host_tensor.js'
import type { ParameterSpec } from './parameter_spec.js'

/** Throws ERR_CHECKPOINT for a tensor that is missing, unknown, wrongly shaped, not finite, or too large for what it is stored as. */
export function checkTensors(tensors: HostTensors, specs: readonly ParameterSpec[], who: string): void {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_CHECKPOINT', who, problem, nextMove)
  const known = new Set(specs.map(({ name }) => name))
  const unknown = [...tensors.keys()].find((name) => !known.has(name))
  if (unknown !== undefined) throw refuse(`wanted only this model's tensors, got '${unknown}' too`, 'Check that the model sizes match')
  for (const spec of specs) {
    const tensor = tensors.get(spec.name)
    if (!tensor) throw refuse(`wanted tensor '${spec.name}', got none`, 'Check that the file belongs to this model')
    checkTensor(tensor, spec, who)
  }
}

/** Throws ERR_CHECKPOINT for a tensor that is wrongly shaped, not finite, or too large for what it is stored as. */
export function checkTensor(tensor: HostTensor, { name, shape, dtype }: ParameterSpec, who: string): void {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_CHECKPOINT', who, problem, nextMove)
  const { data } = tensor
  if (tensor.shape.join() !== shape.join())
    throw refuse(
      `wanted '${name}' as [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`,
      'Check that the model sizes and the vocabulary match',
    )
  const at = firstNonFinite(data)
  if (at >= 0)
    throw refuse(
      `wanted finite numbers in '${name}', got ${data[at]} at ${placeIn(shape, at)}`,
      'Take weights from before the training diverged',
    )
  const large = dtype === 'f16' ? firstBeyond(data, MAX_HALF) : -1
  if (large >= 0)
    throw refuse(
      `wanted numbers in '${name}' that f16 holds, up to ±${MAX_HALF}, got ${data[large]} at ${placeIn(shape, large)}`,
      'Store it as f32',
    )
}

/** The place of the first number further from 0 than `most`; -1 where there is none. */
function firstBeyond(data: Float32Array, most: number): number {
  for (let i = 0; i < data.length; i++) if (data[i]! > most || data[i]! < -most) return i
  return -1
}
