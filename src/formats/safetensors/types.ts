// What a safetensors file holds: named arrays, each with a number type and a shape. The types that its reader and writer share.

import { SignError } from '../../base/errors.js'

// How each number type of the format is held in memory. JavaScript has no 16-bit floats here (Node 20), so those stay raw bits:
// `asFloat32` widens them.
const arrayTypes = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
} as const

/** The number types read and written, by the format's own names. */
export type Dtype = keyof typeof arrayTypes

/** The names of the number types, for messages and checks. */
export const dtypes = Object.keys(arrayTypes) as readonly Dtype[]

/**
 * One array: `data` holds the product of `shape` numbers in row-major order, in the typed array that goes with `dtype`
 * (`F16` and `BF16` as raw bits in a Uint16Array, `BOOL` as bytes 0 and 1).
 */
export type Tensor = {
  [D in Dtype]: {
    readonly dtype: D
    readonly shape: readonly number[]
    readonly data: InstanceType<(typeof arrayTypes)[D]>
  }
}[Dtype]

/** What a tensor is, without its numbers. */
export type TensorKind = Pick<Tensor, 'dtype' | 'shape'>

/** A file: tensors by name in the header's order, and its free-form strings. */
export interface TensorFile {
  readonly tensors: Map<string, Tensor>
  readonly metadata: Record<string, string>
  /** Whether the file has checksums, all of which hold then. Without them damage goes unseen. */
  readonly checked: boolean
}

/** Bytes that one number of the type takes. */
export function bytesOf(dtype: Dtype): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT
}

/** Views `bytes`, aligned and exactly as many as the shape takes, as the numbers of a tensor. */
export function viewAs(dtype: Dtype, shape: readonly number[], { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Tensor {
  return { dtype, shape, data: new arrayTypes[dtype](buffer, byteOffset, byteLength / bytesOf(dtype)) } as Tensor
}

/** How many numbers a shape holds; 1 for the empty shape, a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/** A complaint about a checkpoint file, always naming the file and the place in it. */
export function badCheckpoint(
  who: string,
  problem: string,
  nextMove = 'Fetch or write the file again',
  options?: { cause?: unknown },
): SignError {
  return new SignError('ERR_CHECKPOINT', who, problem, nextMove, options)
}
