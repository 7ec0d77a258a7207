// Safetensors files for tests.

import type { Tensor } from './types.js'

/** A file by hand: the header's JSON as given, then the data. */
export function file(json: string, data: readonly number[] = []): Uint8Array {
  const header = new TextEncoder().encode(json)
  const out = new Uint8Array(8 + header.length + data.length)
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true)
  out.set(header, 8)
  out.set(data, 8 + header.length)
  return out
}

export const oneAndHalf = [0, 0, 0xc0, 0x3f] // 1.5 in little-endian float32

export const sample = new Map<string, Tensor>([
  ['flags', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
  ['w', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }],
  ['steps', { dtype: 'I64', shape: [], data: BigInt64Array.of(-5n) }],
])
