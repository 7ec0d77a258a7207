// Reads a zip archive whole, as `.npz` files are: by its central directory, every entry checked against its checksum.
// By hand because a changed bit must not become a changed motion: fflate, which writes ours, does not look at checksums when it reads.

import { crc32, inflateRawSync } from 'node:zlib'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Uint8Array
  /** Where its data begin in the archive. */
  readonly offset: number
}

const END = Buffer.from('PK\x05\x06')
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** A comment, which comes last, is at most this long. */
const LONGEST_COMMENT = 0xffff

/**
 * The entries of an archive in its own order. Whatever the bytes are, it returns what their checksums vouch for or throws ERR_DATA naming `who` and the byte,
 * and inflates no part of the archive twice.
 */
export function readZip(bytes: Uint8Array, who: string): ZipEntry[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fail = (offset: number, wanted: string, got: string, cause?: unknown): never => {
    throw new SignError('ERR_DATA', who, `wanted ${wanted} at byte ${offset}, got ${got}`, 'Fetch or write the file again', { cause })
  }
  const need = (offset: number, size: number, what: string): void => {
    if (offset + size > file.length) fail(offset, `${counted(size, 'byte')} for ${what}`, `${Math.max(0, file.length - offset)}`)
  }
  const from = Math.max(0, file.length - 22 - LONGEST_COMMENT)
  const end = file.subarray(from).lastIndexOf(END)
  if (end < 0) fail(file.length, 'the end of a zip archive', 'none')
  const endAt = from + end
  need(endAt, 22, 'the end of the archive')

  const entries: ZipEntry[] = []
  let unread = file.length
  let at = file.readUInt32LE(endAt + 16)
  for (let left = file.readUInt16LE(endAt + 10); left > 0; left--) {
    need(at, 46, 'an entry of the directory')
    if (file.readUInt32LE(at) !== CENTRAL) fail(at, 'an entry of the directory', 'other bytes')
    const flags = file.readUInt16LE(at + 8)
    const method = file.readUInt16LE(at + 10)
    const checksum = file.readUInt32LE(at + 16)
    const [packed, size, local] = [file.readUInt32LE(at + 20), file.readUInt32LE(at + 24), file.readUInt32LE(at + 42)]
    const [nameLength, extra, comment] = [file.readUInt16LE(at + 28), file.readUInt16LE(at + 30), file.readUInt16LE(at + 32)]
    need(at + 46, nameLength + extra + comment, 'the name of an entry')
    const name = file.toString('utf8', at + 46, at + 46 + nameLength)
    // A name goes into messages, which are lines.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u001f]/.test(name) || entries.some((entry) => entry.name === name))
      fail(at + 46, 'a name of its own', JSON.stringify(name))
    if (flags & 1) fail(at + 8, `'${name}' in the clear`, 'an encrypted entry')
    if (method !== 0 && method !== 8) fail(at + 10, `'${name}' stored or deflated`, `method ${method}`)
    if (size === 0xffffffff || packed === 0xffffffff) fail(at + 20, `'${name}' of less than 4 GiB`, 'a larger one')

    need(local, 30, `'${name}'`)
    if (file.readUInt32LE(local) !== LOCAL) fail(local, `'${name}'`, 'other bytes')
    const offset = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    need(offset, packed, `'${name}'`)
    unread -= packed
    if (unread < 0) fail(at + 20, 'entries that do not overlap', `${counted(packed, 'byte')} more for '${name}'`)
    const data = unpack(file.subarray(offset, offset + packed), method === 8, size, (got, cause) => fail(offset, `'${name}'`, got, cause))
    if (data.length !== size) fail(offset, `${counted(size, 'byte')} of '${name}'`, `${data.length}`)
    if (crc32(data) !== checksum) fail(offset, `'${name}' with checksum ${checksum}`, `${crc32(data)}`)
    entries.push({ name, bytes: data, offset })
    at += 46 + nameLength + extra + comment
  }
  if (at !== endAt) fail(at, 'the end of the archive', `${counted(endAt - at, 'byte')} more`)
  return entries
}

function unpack(packed: Uint8Array, deflated: boolean, size: number, fail: (got: string, cause: unknown) => never): Uint8Array {
  if (!deflated) return packed
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    return fail((cause as Error).message, cause)
  }
}
