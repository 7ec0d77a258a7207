// Reads a zip archive whole, as `.npz` files are: by its central directory, every entry checked against its checksum.
// By hand because a changed bit must not become a changed motion: fflate, which writes ours, does not look at checksums when it reads.

import { crc32, inflateRawSync } from 'node:zlib'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { mostUnpacked } from './unpacked_limit.js'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Uint8Array
  /** Where its data begin in the archive. */
  readonly offset: number
}

/** An entry as the directory has it. */
interface Listed {
  readonly name: string
  readonly deflated: boolean
  readonly checksum: number
  /** Bytes unpacked, as the directory says. */
  readonly size: number
  /** Where its own header is, and where its data begin and end. */
  readonly local: number
  readonly offset: number
  readonly end: number
}

/** A file, and how its faults are told. */
interface Archive {
  readonly file: Buffer
  fail(offset: number, wanted: string, got: string, cause?: unknown): never
  /** Throws where the file ends before `offset + size`. */
  need(offset: number, size: number, what: string): void
}

const END = Buffer.from('PK\x05\x06')
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** A comment, which comes last, is at most this long. */
const LONGEST_COMMENT = 0xffff
/** Stands for what only the larger kind of archive, zip64, can tell. */
const ZIP64 = 0xffffffff

/**
 * The entries of an archive in its own order. Whatever the bytes are, it returns what their checksums vouch for or throws ERR_DATA naming `who` and the byte;
 * it inflates no part of the archive twice, and to no more than {@link mostUnpacked} in all.
 */
export function readZip(bytes: Uint8Array, who: string): ZipEntry[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fail: Archive['fail'] = (offset, wanted, got, cause) => {
    throw new SignError('ERR_DATA', who, `wanted ${wanted} at byte ${offset}, got ${got}`, 'Fetch or write the file again', { cause })
  }
  const need: Archive['need'] = (offset, size, what) => {
    if (offset + size > file.length) fail(offset, `${counted(size, 'byte')} for ${what}`, `${Math.max(0, file.length - offset)}`)
  }
  const archive = { file, fail, need }
  const entries = readDirectory(archive)
  checkPlaces(archive, entries)
  return entries.map((entry) => ({ name: entry.name, bytes: unpack(archive, entry), offset: entry.offset }))
}

function readDirectory(archive: Archive): Listed[] {
  const { file, fail, need } = archive
  const from = Math.max(0, file.length - 22 - LONGEST_COMMENT)
  const end = file.subarray(from).lastIndexOf(END)
  if (end < 0) fail(file.length, 'the end of a zip archive', 'none')
  const endAt = from + end
  need(endAt, 22, 'the end of the archive')

  const entries: Listed[] = []
  const names = new Set<string>()
  let at = file.readUInt32LE(endAt + 16)
  if (at === ZIP64) fail(endAt + 16, 'an archive of less than 4 GiB', 'zip64')
  for (let left = file.readUInt16LE(endAt + 10); left > 0; left--) {
    need(at, 46, 'an entry of the directory')
    if (file.readUInt32LE(at) !== CENTRAL) fail(at, 'an entry of the directory', 'other bytes')
    const [nameLength, extra, comment] = [file.readUInt16LE(at + 28), file.readUInt16LE(at + 30), file.readUInt16LE(at + 32)]
    need(at + 46, nameLength + extra + comment, 'the name of an entry')
    const name = file.toString('utf8', at + 46, at + 46 + nameLength)
    // A name goes into messages, which are lines.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u001f]/.test(name) || names.has(name)) fail(at + 46, 'a name of its own', JSON.stringify(name))
    names.add(name)
    entries.push(readEntry(archive, at, name))
    at += 46 + nameLength + extra + comment
  }
  if (at !== endAt) fail(at, 'the end of the archive', `${counted(endAt - at, 'byte')} more`)
  return entries
}

/** The entry whose directory record is at byte `at`. */
function readEntry({ file, fail, need }: Archive, at: number, name: string): Listed {
  const flags = file.readUInt16LE(at + 8)
  const method = file.readUInt16LE(at + 10)
  const checksum = file.readUInt32LE(at + 16)
  const [packed, size, local] = [file.readUInt32LE(at + 20), file.readUInt32LE(at + 24), file.readUInt32LE(at + 42)]
  if (flags & 1) fail(at + 8, `'${name}' in the clear`, 'an encrypted entry')
  if (method !== 0 && method !== 8) fail(at + 10, `'${name}' stored or deflated`, `method ${method}`)
  if ([size, packed, local].includes(ZIP64)) fail(at + 20, `'${name}' of less than 4 GiB`, 'a larger one')

  need(local, 30, `'${name}'`)
  if (file.readUInt32LE(local) !== LOCAL) fail(local, `'${name}'`, 'other bytes')
  const offset = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
  need(offset, packed, `'${name}'`)
  return { name, deflated: method === 8, checksum, size, local, offset, end: offset + packed }
}

/** Each entry has bytes of its own, and all together unpack to no more than such an archive may. */
function checkPlaces({ file, fail }: Archive, entries: readonly Listed[]): void {
  const inOrder = entries.toSorted((a, b) => a.local - b.local)
  for (const [i, { name, local }] of inOrder.entries()) {
    const before = inOrder[i - 1]
    if (before && local < before.end) fail(local, 'entries that do not overlap', `'${before.name}' and '${name}'`)
  }
  const most = mostUnpacked(file.length)
  let total = 0
  for (const { name, size, offset } of entries) {
    total += size
    if (total > most) fail(offset, `at most ${most} bytes unpacked of a file of ${file.length}`, `${total} up to '${name}'`)
  }
}

function unpack({ file, fail }: Archive, { name, deflated, checksum, size, offset, end }: Listed): Uint8Array {
  const data = deflated ? inflated() : file.subarray(offset, end)
  if (data.length !== size) fail(offset, `${size} bytes of '${name}'`, `${data.length}`)
  if (crc32(data) !== checksum) fail(offset, `'${name}' with checksum ${checksum}`, `${crc32(data)}`)
  return data

  function inflated(): Uint8Array {
    try {
      return inflateRawSync(file.subarray(offset, end), { maxOutputLength: Math.max(1, size) })
    } catch (cause) {
      return fail(offset, `'${name}'`, (cause as Error).message, cause)
    }
  }
}
