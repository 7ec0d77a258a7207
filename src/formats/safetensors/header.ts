// The header of a safetensors file: 8 bytes of length, then JSON that says where each tensor's bytes lie. A checkpoint comes from
// anywhere, so nothing in it is believed: every range is checked against the file before a byte of data is touched.

import { isObject } from '../json/shape.js'
import { type Checksums, readChecksums } from './checksums.js'
import { foreignFile } from './foreign.js'
import { findDuplicateKey } from './keys.js'
import { badCheckpoint, bytesOf, type Dtype, dtypes, sizeOf } from './types.js'

/** Bytes before the JSON: its length as a little-endian u64. */
export const PREFIX_BYTES = 8

const MAX_HEADER_BYTES = 100_000_000

/** Where one tensor lies; offsets count from the end of the header. */
export interface TensorPlace {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface Header {
  /** In the header's order. */
  readonly places: readonly TensorPlace[]
  /** What others wrote into it: without our checksums. */
  readonly metadata: Record<string, string>
  /** Of the tensors, by name; undefined in a file that has none. */
  readonly checksums: Checksums | undefined
}

/** The length of the JSON, from the file's first bytes. Throws ERR_CHECKPOINT where the file cannot hold it. */
export function headerLength(prefix: Uint8Array, fileBytes: number, who: string): number {
  if (fileBytes < PREFIX_BYTES || prefix.length < PREFIX_BYTES)
    throw badCheckpoint(who, `wanted at least ${PREFIX_BYTES} bytes of header length, got ${Math.min(fileBytes, prefix.length)}`)
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true)
  const end = BigInt(PREFIX_BYTES) + length
  if (length <= MAX_HEADER_BYTES && end <= fileBytes) return Number(length)
  // Any bytes are some length, so only one that cannot be is looked at as something else.
  const foreign = foreignFile(prefix)
  if (foreign) throw badCheckpoint(who, `wanted a safetensors file, got ${foreign.what}`, foreign.nextMove)
  if (length > MAX_HEADER_BYTES)
    throw badCheckpoint(
      `${who}: byte 0`,
      `wanted a header of at most ${MAX_HEADER_BYTES} bytes, got ${length}`,
      'Check that it is a safetensors file',
    )
  throw badCheckpoint(`${who}: byte 0`, `wanted ${end} bytes up to the end of the header, got a file of ${fileBytes}`)
}

/**
 * Reads and checks the header's JSON.
 *
 * @param json the header's bytes, without the length before them
 * @param dataBytes how many bytes follow the header in the file
 * @throws ERR_CHECKPOINT naming the tensor, or the byte of the file, at fault
 */
export function parseHeader(json: Uint8Array, dataBytes: number, who: string): Header {
  const { __metadata__: texts, ...entries } = parseJson(json, who)
  // Damage is called damage, before it is taken for a wrong shape or place.
  const { metadata, checksums } = readChecksums(json, texts === undefined ? {} : readMetadata(texts, who), who)
  const places = Object.entries(entries).map(([name, value]) => readPlace(name, value, who))
  checkCover(places, dataBytes, PREFIX_BYTES + json.length, who)
  return { places, metadata, checksums }
}

function parseJson(bytes: Uint8Array, who: string): Record<string, unknown> {
  const start = `${who}: byte ${PREFIX_BYTES}`
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw badCheckpoint(start, `wanted a header in UTF-8, got ${(cause as Error).message}`, 'Check that it is a safetensors file')
  }
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (cause) {
    throw badCheckpoint(start, `wanted a header of JSON, got ${(cause as Error).message}`, 'Check that it is a safetensors file')
  }
  if (!isObject(header)) throw badCheckpoint(start, `wanted a JSON object, got ${show(header)}`, 'Check that it is a safetensors file')
  const twice = findDuplicateKey(text)
  if (twice) {
    const offset = PREFIX_BYTES + new TextEncoder().encode(text.slice(0, twice.at)).length
    throw badCheckpoint(`${who}: byte ${offset}`, `wanted each key once, got ${show(twice.key)} again`)
  }
  return header
}

function readPlace(name: string, value: unknown, who: string): TensorPlace {
  const where = `${who}: tensor ${show(name)}`
  if (!isObject(value)) throw badCheckpoint(where, `wanted dtype, shape and data_offsets, got ${show(value)}`)
  const { dtype, shape, data_offsets: offsets } = value
  if (!isDtype(dtype)) throw badCheckpoint(where, `wanted a dtype of ${dtypes.join(', ')}, got ${show(dtype)}`, 'Convert the tensor first')
  if (!isCounts(shape)) throw badCheckpoint(where, `wanted a shape of whole numbers, got ${show(shape)}`)
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw badCheckpoint(where, `wanted data_offsets [begin, end], got ${show(offsets)}`)
  const [begin, end] = offsets as [number, number]
  const bytes = sizeOf(shape) * bytesOf(dtype)
  if (bytes !== end - begin)
    throw badCheckpoint(where, `wanted ${bytes} bytes for ${dtype} ${show(shape)}, got ${end - begin} (data_offsets ${begin} to ${end})`)
  return { name, dtype, shape, begin, end }
}

function readMetadata(value: unknown, who: string): Record<string, string> {
  const where = `${who}: "__metadata__"`
  if (!isObject(value)) throw badCheckpoint(where, `wanted an object of strings, got ${show(value)}`)
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string') throw badCheckpoint(where, `wanted a string under ${show(key)}, got ${show(text)}`)
  return value as Record<string, string>
}

/** The tensors must cover the data exactly: what overlaps or lies unnamed is either damage or something smuggled in. */
function checkCover(places: readonly TensorPlace[], dataBytes: number, dataStart: number, who: string): void {
  const total = places.reduce((most, place) => Math.max(most, place.end), 0)
  if (total > dataBytes) throw badCheckpoint(who, `wanted ${dataStart + total} bytes, got ${dataStart + dataBytes}: the file is cut short`)
  const inOrder = places.slice().sort((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  let previous = 'the header'
  for (const { name, begin, end } of inOrder) {
    const where = `${who}: tensor ${show(name)}`
    if (begin < covered)
      throw badCheckpoint(
        where,
        `wanted it to begin at byte ${dataStart + covered} after ${previous}, got an overlap from byte ${dataStart + begin}`,
      )
    if (begin > covered)
      throw badCheckpoint(
        where,
        `wanted it to begin at byte ${dataStart + covered} after ${previous}, got a hole up to byte ${dataStart + begin}`,
      )
    covered = end
    previous = show(name)
  }
  if (covered < dataBytes)
    throw badCheckpoint(
      `${who}: byte ${dataStart + covered}`,
      `wanted the end of the file after ${previous}, got ${dataBytes - covered} more bytes`,
    )
}

function isDtype(value: unknown): value is Dtype {
  return dtypes.includes(value as Dtype)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

/** The value in short, for a message. */
function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
