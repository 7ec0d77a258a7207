// Safetensors: the checkpoint format other tools read too. A length, a JSON header, then the tensors' bytes without gaps.
// All numbers are little-endian, as is every machine that Node runs a GPU on; the typed arrays below rely on it.

import { type FileHandle, open } from 'node:fs/promises'
import { bug } from '../base/errors.js'
import { isSystemError, refusedInput } from '../base/system_errors.js'
import { blankChecksums, sealHeader, verifyTensor } from './safetensors_checksums.js'
import { type Header, headerLength, PREFIX_BYTES, parseHeader, type TensorPlace } from './safetensors_header.js'
import { badCheckpoint, bytesOf, sizeOf, type Tensor, type TensorFile, viewAs } from './safetensors_types.js'

export { asFloat32, asWeights } from './safetensors_float.js'
export type { Dtype, Tensor, TensorFile } from './safetensors_types.js'

// One read call takes less than 2 GiB on every system.
const READ_BYTES = 2 ** 30

/**
 * Reads a file tensor by tensor, so that no second copy of a large model is ever in memory.
 *
 * @param wants which tensors to read; of the others not a byte is touched. Default: all
 * @throws ERR_CHECKPOINT naming the file and the tensor or byte at fault: cut short, damaged, overlapping, unnamed bytes, a key twice,
 * a shape that does not fit its bytes, an unknown number type, or a file that cannot be opened
 */
export async function readSafetensors(
  path: string,
  { wants = () => true }: { wants?: (name: string) => boolean } = {},
): Promise<TensorFile> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const { size } = await file.stat()
    const prefix = await readAt(file, 0, Math.min(size, PREFIX_BYTES), path)
    const length = headerLength(new Uint8Array(prefix), size, path)
    const dataStart = PREFIX_BYTES + length
    const json = new Uint8Array(await readAt(file, PREFIX_BYTES, length, path))
    const header = parseHeader(json, size - dataStart, path)
    const tensors: [string, Tensor][] = []
    for (const place of header.places.filter(({ name }) => wants(name)))
      tensors.push(tensorOf(place, await readAt(file, dataStart + place.begin, place.end - place.begin, path), header, path))
    return fileOf(header, tensors)
  } catch (cause) {
    if (isSystemError(cause)) throw refusedInput(path, 'read a checkpoint', cause, 'ERR_CHECKPOINT')
    throw cause
  } finally {
    await file?.close()
  }
}

/**
 * Reads a file that is already in memory. Every tensor gets its own copy, so `bytes` may be reused.
 *
 * @param who the file's name, for messages
 * @throws ERR_CHECKPOINT as `readSafetensors`
 */
export function parseSafetensors(bytes: Uint8Array, who: string): TensorFile {
  const dataStart = PREFIX_BYTES + headerLength(bytes, bytes.length, who)
  const header = parseHeader(bytes.subarray(PREFIX_BYTES, dataStart), bytes.length - dataStart, who)
  const tensors = header.places.map((place) => {
    const copy = new Uint8Array(place.end - place.begin) // a copy is also aligned, which the file need not be
    copy.set(bytes.subarray(dataStart + place.begin, dataStart + place.end))
    return tensorOf(place, copy.buffer, header, who)
  })
  return fileOf(header, tensors)
}

/**
 * The bytes of a file, with checksums. The same tensors and metadata in the same order give the same bytes.
 *
 * The header names the tensors in the order given; their data lies widest numbers first, so that every tensor stays aligned for
 * tools that map the file into memory.
 *
 * @throws ERR_BUG where a shape does not fit its data: that is the caller's mistake, not a file's
 */
export function formatSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const places = layOut(tensors)
  const dataBytes = places.reduce((most, place) => Math.max(most, place.end), 0)
  const checksums = blankChecksums(places.map(({ name }) => [name, bytesIn(tensors.get(name)!)]))
  const json = new TextEncoder().encode(headerJson(places, { ...metadata, ...checksums }))
  const padded = Math.ceil(json.length / 8) * 8
  const out = new Uint8Array(PREFIX_BYTES + padded + dataBytes)
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true)
  out.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + padded)
  out.set(json, PREFIX_BYTES)
  sealHeader(out.subarray(0, PREFIX_BYTES + padded))
  for (const { name, begin } of places) out.set(bytesIn(tensors.get(name)!), PREFIX_BYTES + padded + begin)
  return out
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

function tensorOf({ name, dtype, shape }: TensorPlace, buffer: ArrayBuffer, { checksums }: Header, who: string): [string, Tensor] {
  if (checksums) verifyTensor(name, new Uint8Array(buffer), checksums, who)
  return [name, viewAs(dtype, shape, buffer)]
}

function fileOf({ metadata, checksums }: Header, tensors: readonly (readonly [string, Tensor])[]): TensorFile {
  return { tensors: new Map(tensors), metadata, checked: checksums !== undefined }
}

async function readAt(file: FileHandle, position: number, length: number, who: string): Promise<ArrayBuffer> {
  const out = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(out, done, Math.min(READ_BYTES, length - done), position + done)
    if (bytesRead === 0)
      throw badCheckpoint(`${who}: byte ${position + done}`, `wanted ${length - done} more bytes, got the end of the file`)
    done += bytesRead
  }
  return out.buffer
}
