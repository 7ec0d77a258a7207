// Writing safetensors, with checksums.

import { bug } from '../../base/errors.js'
import { blankChecksums, sealHeader } from './checksums.js'
import { PREFIX_BYTES, type TensorPlace } from './header.js'
import { bytesOf, sizeOf, type Tensor } from './types.js'

/**
 * The bytes of a file, with checksums. The same tensors and metadata in the same order give the same bytes.
 *
 * The header names the tensors in the order given; their data lies widest numbers first, so that every tensor stays aligned for
 * tools that map the file into memory.
 *
 * @throws ERR_BUG where a shape does not fit its data: that is the caller's mistake, not a file's
 */
export function formatSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const pieces = safetensorsPieces(tensors, metadata)
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** The same bytes in pieces, the header first, those of tensors where they lie: for writing one after another, without all of them once more in memory. */
export function safetensorsPieces(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array[] {
  const places = layOut(tensors)
  const checksums = blankChecksums(places.map(({ name }) => [name, bytesIn(tensors.get(name)!)]))
  const json = new TextEncoder().encode(headerJson(places, { ...metadata, ...checksums }))
  const padded = Math.ceil(json.length / 8) * 8
  const header = new Uint8Array(PREFIX_BYTES + padded)
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true)
  header.fill(0x20, PREFIX_BYTES)
  header.set(json, PREFIX_BYTES)
  sealHeader(header)
  const inOrder = places.toSorted((a, b) => a.begin - b.begin || a.end - b.end)
  return [header, ...inOrder.map(({ name }) => bytesIn(tensors.get(name)!))]
}

const bytesIn = ({ data: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

function layOut(tensors: ReadonlyMap<string, Tensor>): TensorPlace[] {
  const places = new Map<string, TensorPlace>()
  const widestFirst = [...tensors].sort(([, a], [, b]) => bytesOf(b.dtype) - bytesOf(a.dtype))
  let begin = 0
  for (const [name, { dtype, shape, data }] of widestFirst) {
    if (name === '__metadata__') throw bug('formatSafetensors', 'a tensor may not be called "__metadata__"')
    if (data.length !== sizeOf(shape)) throw bug('formatSafetensors', `"${name}" [${shape.join(', ')}] holds ${data.length} numbers`)
    const end = begin + data.byteLength
    places.set(name, { name, dtype, shape, begin, end })
    begin = end
  }
  return [...tensors.keys()].map((name) => places.get(name)!)
}

function headerJson(places: readonly TensorPlace[], metadata: Readonly<Record<string, string>>): string {
  const entries: [string, unknown][] = places.map(({ name, dtype, shape, begin, end }) => [
    name,
    { dtype, shape, data_offsets: [begin, end] },
  ])
  entries.unshift(['__metadata__', metadata])
  // Written pair by pair: an object would move keys that look like numbers to its front.
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}
