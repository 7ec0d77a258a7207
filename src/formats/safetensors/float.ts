// Widening a stored tensor to float32, the type every kernel takes.

import { firstNonFinite, placeIn } from '../../base/finite.js'
import { fromHalves } from '../../base/half.js'
import { badCheckpoint, type Tensor } from './types.js'

/**
 * The tensor's numbers as float32: its own array if it is F32 already, otherwise a copy. 64-bit numbers are rounded.
 *
 * Exact for F16, BF16, BOOL and whole numbers up to 2^24.
 */
export function asFloat32(tensor: Tensor): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data
    case 'F16':
      return fromHalves(tensor.data)
    case 'BF16':
      return widened(tensor.data)
    case 'I64':
    case 'U64':
      return Float32Array.from(tensor.data as Iterable<bigint>, Number)
    default:
      return new Float32Array(tensor.data)
  }
}

/** bfloat16 is float32's upper half. */
function widened(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits)
  for (let i = 0; i < words.length; i++) words[i]! <<= 16
  return new Float32Array(words.buffer)
}

const FLOATS: readonly string[] = ['F16', 'BF16', 'F32', 'F64'] satisfies Tensor['dtype'][]

/**
 * A tensor of weights as float32. Throws ERR_CHECKPOINT naming the tensor for whole numbers, which nobody trains, and for the first number that
 * is NaN, infinite or beyond float32.
 */
export function asWeights(name: string, tensor: Tensor, who: string): Float32Array {
  const where = `${who}: tensor "${name}"`
  if (!FLOATS.includes(tensor.dtype))
    throw badCheckpoint(where, `wanted weights as ${FLOATS.join(', ')}, got ${tensor.dtype}`, 'Export the weights as they were trained')
  const data = asFloat32(tensor)
  const at = firstNonFinite(data)
  if (at < 0) return data
  const got = tensor.dtype === 'F64' ? tensor.data[at]! : data[at]!
  throw badCheckpoint(where, `wanted finite float32 numbers, got ${got} at ${placeIn(tensor.shape, at)}`, NOT_FINITE)
}

const NOT_FINITE = 'Take a checkpoint from before the training diverged'
