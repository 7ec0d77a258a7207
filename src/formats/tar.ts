// `.tar` archives without unpacking them: their entries by where they lie, each read when it is wanted. The headers of POSIX (ustar, with pax records before an entry)
// and of GNU (long names); after POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format".

import { type FileHandle, open } from 'node:fs/promises'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { sizeOfFile } from './file_bytes.js'

export interface TarEntry {
  /** As it is there, folders apart by `/`. */
  readonly name: string
  /** Bytes of its data, and where in the archive they begin. */
  readonly size: number
  readonly offset: number
}

const BLOCK = 512
/** A name, or the few records of one entry. */
const LONGEST_RECORDS = 2 ** 20
/** Data read at once are one array. */
const MOST_DATA = 2 ** 31 - 1

/** The regular files in an archive, in its order. Throws ERR_DATA naming the archive and the byte for what is no header and for data that are cut off. */
export async function* tarEntries(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<TarEntry> {
  const size = await sizeOfFile(path, 'a readable file')
  const file = await open(path)
  try {
    const archive = new Archive(file, path, size)
    for (;;) {
      options.signal?.throwIfAborted()
      const entry = await archive.next()
      if (!entry) return
      yield entry
    }
  } finally {
    await file.close()
  }
}

/** The data of an entry. Throws ERR_DATA naming archive and entry where they cannot be read whole. */
export async function readTarEntry(path: string, { name, size, offset }: TarEntry): Promise<Uint8Array> {
  if (size > MOST_DATA) throw broken(path, `wanted '${name}' of at most ${MOST_DATA} bytes, got ${size}`)
  const file = await open(path)
  try {
    return await bytesAt(file, path, offset, size, `'${name}'`)
  } finally {
    await file.close()
  }
}

class Archive {
  readonly #file: FileHandle
  readonly #path: string
  readonly #size: number
  #at = 0

  constructor(file: FileHandle, path: string, size: number) {
    this.#file = file
    this.#path = path
    this.#size = size
  }

  /** The next regular file; undefined at the end. */
  async next(): Promise<TarEntry | undefined> {
    // What headers before the entry's own say about it.
    let told: { path?: string; size?: number } = {}
    for (;;) {
      const header = await this.#header()
      if (!header) return undefined
      const { kind, name, size } = header
      const offset = this.#at + BLOCK
      const length = kind === 'x' || kind === 'g' || kind === 'L' || kind === 'K' ? size : (told.size ?? size)
      if (offset + length > this.#size) this.#fail(`${counted(length, 'byte')} of '${name}'`, String(Math.max(0, this.#size - offset)))
      this.#at = offset + Math.ceil(length / BLOCK) * BLOCK
      if (kind === 'x')
        told = { ...told, ...paxRecords(await this.#records(offset, size), (wanted) => this.#fail(wanted, 'other bytes', offset)) }
      else if (kind === 'L') told = { ...told, path: textOf(await this.#records(offset, size)) }
      else if (kind === 'file') return { name: told.path ?? name, size: length, offset }
      else if (kind === 'other') told = {}
    }
  }

  /** The header at the cursor; undefined at the end, which is a block of zeros, or that of the file. */
  async #header(): Promise<{ kind: 'file' | 'other' | 'x' | 'g' | 'L' | 'K'; name: string; size: number } | undefined> {
    if (this.#at >= this.#size) {
      if (this.#at === 0) this.#fail('the header of an entry', 'an empty file')
      return undefined
    }
    const block = await bytesAt(this.#file, this.#path, this.#at, Math.min(BLOCK, this.#size - this.#at), 'a header')
    if (block.length < BLOCK) this.#fail('the header of an entry', counted(block.length, 'byte'))
    if (block.every((byte) => byte === 0)) return undefined
    const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
    if (numberIn(block.subarray(148, 156)) !== sum) this.#fail('the header of an entry', 'other bytes')
    const size = numberIn(block.subarray(124, 136))
    if (!Number.isSafeInteger(size) || size < 0) this.#fail('the size of an entry', 'no number', this.#at + 124)
    const type = String.fromCharCode(block[156]!)
    const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textOf(block.subarray(345, 500)) : ''
    const name = `${prefix === '' ? '' : `${prefix}/`}${textOf(block.subarray(0, 100))}`
    // In archives of before POSIX a folder is a file whose name ends in a slash.
    const isFile = ['0', '\0', '7'].includes(type) && !name.endsWith('/')
    const kind = isFile ? 'file' : (['x', 'g', 'L', 'K'] as const).find((known) => known === type)
    return { kind: kind ?? 'other', name, size: ['1', '2', '3', '4', '5', '6'].includes(type) ? 0 : size }
  }

  async #records(offset: number, size: number): Promise<Buffer> {
    if (size > LONGEST_RECORDS) this.#fail(`records of at most ${LONGEST_RECORDS} bytes`, String(size), offset)
    return bytesAt(this.#file, this.#path, offset, size, 'records')
  }

  #fail(wanted: string, got: string, at = this.#at): never {
    throw broken(this.#path, `wanted ${wanted} at byte ${at}, got ${got}`)
  }
}

function broken(path: string, problem: string): SignError {
  return new SignError('ERR_DATA', path, problem, 'Fetch the archive again')
}

async function bytesAt(file: FileHandle, path: string, offset: number, size: number, what: string): Promise<Buffer> {
  const buffer = Buffer.alloc(size)
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(buffer, done, size - done, offset + done)
    if (bytesRead === 0) throw broken(path, `wanted ${counted(size, 'byte')} of ${what} at byte ${offset}, got ${done}`)
    done += bytesRead
  }
  return buffer
}

/** Up to the first zero. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

/** Octal digits, or, of GNU for what is larger, a number of all bits but the first. */
function numberIn(field: Buffer): number {
  if (field[0]! & 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, field[0]! & 0x7f)
  const digits = textOf(field).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

/** The records `length key=value` that tell where an entry belongs and how large it is; `length` counts itself. */
function paxRecords(bytes: Buffer, fail: (wanted: string) => never): { path?: string; size?: number } {
  const told: { path?: string; size?: number } = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const length = space < 0 ? 0 : Number(bytes.toString('latin1', at, space))
    const equals = bytes.indexOf(61, at)
    const end = at + length
    if (!Number.isInteger(length) || end > bytes.length || equals < space || equals >= end || bytes[end - 1] !== 10)
      fail('records of an entry')
    const [key, value] = [bytes.toString('utf8', space + 1, equals), bytes.toString('utf8', equals + 1, end - 1)]
    if (key === 'path') told.path = value
    if (key === 'size') {
      if (!/^\d{1,15}$/.test(value)) fail('the size of an entry')
      told.size = Number(value)
    }
    at = end
  }
  return told
}
