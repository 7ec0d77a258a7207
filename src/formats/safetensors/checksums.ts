// Checksums in a safetensors file, so that no damage is taken for weights. The format has none of its own; ours stand in its free-form strings,
// where other tools pass them by: CRC-32 of each tensor's bytes, and of the header (its length before it included) with this one's own digits as zeros.

import { crc32 } from '../../base/crc.js'
import { badCheckpoint } from './types.js'

/** CRC-32 of each tensor's bytes as eight digits, by name. */
export type Checksums = Readonly<Record<string, string>>

// Two keys: damage to the name of one does not make the file pass for an older one, which has neither.
const OF_TENSORS = 'crc32.tensors'
const OF_HEADER = 'crc32.header'
const BLANK = '00000000'

const REWRITTEN = `Fetch or write the file again; a tool that changes it must leave out '${OF_TENSORS}' and '${OF_HEADER}' of its metadata`

const digits = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(BLANK.length, '0')

/** Checksums of tensors as metadata, with that of the header still blank. */
export function blankChecksums(tensors: Iterable<readonly [name: string, bytes: Uint8Array]>): Record<string, string> {
  const ofTensors = Object.fromEntries([...tensors].map(([name, bytes]) => [name, digits(bytes)]))
  return { [OF_HEADER]: BLANK, [OF_TENSORS]: JSON.stringify(ofTensors) }
}

/** Fills in the header's own checksum. `header` is the file up to the first tensor's bytes, as {@link blankChecksums} left it. */
export function sealHeader(header: Uint8Array): void {
  header.set(new TextEncoder().encode(digits(header)), valueAt(header, OF_HEADER))
}

/**
 * Divides a header's strings into what others wrote and our checksums, the header's own being verified.
 *
 * @param json the header's bytes, without the length before them
 * @throws ERR_CHECKPOINT where the header is damaged
 */
export function readChecksums(
  json: Uint8Array,
  strings: Readonly<Record<string, string>>,
  who: string,
): { readonly metadata: Record<string, string>; readonly checksums: Checksums | undefined } {
  const { [OF_HEADER]: ofHeader, [OF_TENSORS]: ofTensors, ...metadata } = strings
  if (ofHeader === undefined && ofTensors === undefined) return { metadata, checksums: undefined }
  const found = ofHeader === undefined || ofTensors === undefined ? undefined : headerDigits(json)
  if (found === undefined || found !== ofHeader)
    throw badCheckpoint(who, `wanted a header with checksum ${ofHeader ?? '(lost)'}, got ${found ?? 'another'}: it is damaged`, REWRITTEN)
  return { metadata, checksums: parseChecksums(ofTensors!, who) }
}

/** Damage is out of the question by now, but anybody can write a checksum that fits. */
function parseChecksums(text: string, who: string): Checksums {
  const wrong = (cause?: unknown) => badCheckpoint(who, `wanted '${OF_TENSORS}' as a JSON object, got another text`, REWRITTEN, { cause })
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw wrong(cause)
  }
  if (typeof parsed !== 'object' || parsed === null) throw wrong()
  return parsed as Checksums
}

/** Throws ERR_CHECKPOINT where a tensor's bytes are not those that were written. */
export function verifyTensor(name: string, bytes: Uint8Array, checksums: Checksums, who: string): void {
  const wanted = Object.hasOwn(checksums, name) ? checksums[name] : 'none'
  const got = digits(bytes)
  if (got === wanted) return
  throw badCheckpoint(`${who}: tensor "${name}"`, `wanted bytes with checksum ${wanted}, got ${got}: they are damaged`, REWRITTEN)
}

/** The checksum that a header should have; undefined where the place of its own digits cannot be told. */
function headerDigits(json: Uint8Array): string | undefined {
  const header = new Uint8Array(8 + json.length)
  new DataView(header.buffer).setBigUint64(0, BigInt(json.length), true)
  header.set(json, 8)
  const at = valueAt(header, OF_HEADER)
  if (at < 0) return undefined
  header.set(new TextEncoder().encode(BLANK).subarray(0, header.length - at), at)
  return digits(header)
}

/** Where the value of a key begins in JSON without spaces between them; -1 for none. Inside another string its quotes would be escaped. */
function valueAt(header: Uint8Array, key: string): number {
  const pattern = `"${key}":"`
  const at = new TextDecoder('latin1').decode(header).indexOf(pattern) // a character a byte
  return at < 0 ? at : at + pattern.length
}
