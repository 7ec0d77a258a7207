// Reading safetensors, the checkpoint format that other tools read too: a length, a JSON header, then the tensors' bytes without gaps. Out of
// memory, or out of whatever can be read from a byte on.
// All numbers are little-endian, as is every machine that runs a GPU; the typed arrays below rely on it.

import { verifyTensor } from './checksums.js'
import { type Header, headerLength, PREFIX_BYTES, parseHeader, type TensorPlace } from './header.js'
import { bytesOf, type Tensor, type TensorFile, type TensorKind, viewAs } from './types.js'

/** What a file's bytes are read from. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number
  /** `length` bytes from byte `begin` on, in memory of their own. */
  read(begin: number, length: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Which tensors to read. */
export interface ReadTensorsOptions {
  /** By name; no bytes of the others are read beyond the first 64 KiB of the file. Default: all. */
  readonly wants?: (name: string) => boolean
  /** Is given each tensor as it is read, one at a time; they are not kept then, so a file may be larger than memory. */
  readonly visit?: (name: string, tensor: Tensor) => void
}

/** Read at first, in the hope that the header ends there. */
const FIRST_READ_BYTES = 2 ** 16
/** Neighbouring tensors are read at once up to so much; a larger tensor by itself. */
const JOINT_READ_BYTES = 2 ** 26

/**
 * Reads tensors in few large reads, and never has a second copy of a large model in memory.
 *
 * @param who the file's name, for messages
 * @throws ERR_CHECKPOINT naming the file and the tensor or byte at fault: cut short, damaged, overlapping, unnamed bytes, a key twice,
 * a shape that does not fit its bytes, or an unknown number type
 */
export async function readTensors(
  source: ByteSource,
  who: string,
  { wants = () => true, visit }: ReadTensorsOptions = {},
): Promise<TensorFile> {
  const { header, dataStart } = await readHeader(source, who)
  const found = new Map<string, Tensor>()
  const wanted = header.places.filter(({ name }) => wants(name))
  for (const places of visit ? wanted.map((place) => [place]) : neighbours(wanted)) {
    const { begin } = places[0]!
    const bytes = await source.read(dataStart + begin, places.at(-1)!.end - begin)
    for (const place of places) {
      const tensor = tensorIn(bytes, begin, place, header, who)
      if (visit) visit(place.name, tensor)
      else found.set(place.name, tensor)
    }
  }
  return fileOf(header, found)
}

/** What a file says of its tensors, none of which is read. Throws ERR_CHECKPOINT as {@link readTensors}. */
export async function readKinds(source: ByteSource, who: string): Promise<Map<string, TensorKind>> {
  const { header } = await readHeader(source, who)
  return new Map(header.places.map(({ name, dtype, shape }) => [name, { dtype, shape }]))
}

/** Where each tensor lies in the file, from its first byte on. Throws ERR_CHECKPOINT as {@link readTensors}. */
export async function readPlaces(source: ByteSource, who: string): Promise<Map<string, TensorPlace>> {
  const { header, dataStart } = await readHeader(source, who)
  return new Map(header.places.map((place) => [place.name, { ...place, begin: dataStart + place.begin, end: dataStart + place.end }]))
}

async function readHeader(source: ByteSource, who: string): Promise<{ header: Header; dataStart: number }> {
  const { size } = source
  const first = await source.read(0, Math.min(size, FIRST_READ_BYTES))
  const dataStart = PREFIX_BYTES + headerLength(first, size, who)
  const start = dataStart <= first.length ? first : await source.read(0, dataStart)
  return { header: parseHeader(start.subarray(PREFIX_BYTES, dataStart), size - dataStart, who), dataStart }
}

/**
 * Reads a file that is already in memory. The tensors get a copy of it, so `bytes` may be reused.
 *
 * @param who the file's name, for messages
 * @throws ERR_CHECKPOINT as {@link readTensors}
 */
export function parseSafetensors(bytes: Uint8Array, who: string): TensorFile {
  const dataStart = PREFIX_BYTES + headerLength(bytes, bytes.length, who)
  const header = parseHeader(bytes.subarray(PREFIX_BYTES, dataStart), bytes.length - dataStart, who)
  const data = new Uint8Array(bytes.subarray(dataStart))
  return fileOf(header, new Map(header.places.map((place) => [place.name, tensorIn(data, 0, place, header, who)])))
}

/** Divides tensors into those that one read brings, in the order of their bytes. */
function neighbours(places: readonly TensorPlace[]): TensorPlace[][] {
  const groups: TensorPlace[][] = []
  for (const place of places.slice().sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const group = groups.at(-1)
    const joins = group && group.at(-1)!.end === place.begin && place.end - group[0]!.begin <= JOINT_READ_BYTES
    if (joins) group.push(place)
    else groups.push([place])
  }
  return groups
}

/** A tensor out of the file's data from byte `begin` on, verified. */
function tensorIn(data: Uint8Array<ArrayBuffer>, begin: number, place: TensorPlace, { checksums }: Header, who: string): Tensor {
  const { name, dtype, shape } = place
  const bytes = data.subarray(place.begin - begin, place.end - begin)
  if (checksums) verifyTensor(name, bytes, checksums, who)
  // The format does not promise that numbers are aligned; a copy is.
  return viewAs(dtype, shape, bytes.byteOffset % bytesOf(dtype) === 0 ? bytes : new Uint8Array(bytes))
}

function fileOf({ places, metadata, checksums }: Header, found: ReadonlyMap<string, Tensor>): TensorFile {
  const inOrder = places.flatMap(({ name }) => (found.has(name) ? [[name, found.get(name)!] as const] : []))
  return { tensors: new Map(inOrder), metadata, checked: checksums !== undefined }
}
