// What tells a model's files from those of another, without reading gigabytes.

import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { isSystemError, refusedInput } from '../../base/system_errors.js'
import { shardFiles } from './index_file.js'

/** Bytes that are looked at where a file begins and where it ends: trained weights differ in all of them. */
const LOOKED_AT = 2 ** 20

/**
 * 16 hexadecimal digits that stand for the weights of a safetensors file, or of all the files of an index: of their sizes, beginnings and ends. Throws
 * ERR_CHECKPOINT for what cannot be read.
 */
export async function modelMark(path: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of await shardFiles(path)) {
    const { size, ends } = await endsOf(file)
    hash.update(`${size} `)
    for (const end of ends) hash.update(end)
  }
  return hash.digest('hex').slice(0, 16)
}

async function endsOf(path: string): Promise<{ size: number; ends: Uint8Array[] }> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const ends: Uint8Array[] = []
    for (const from of [0, Math.max(0, size - LOOKED_AT)]) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(LOOKED_AT), 0, LOOKED_AT, from)
      ends.push(buffer.subarray(0, bytesRead))
    }
    return { size, ends }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    throw refusedInput(path, 'read a model', cause, 'ERR_CHECKPOINT')
  }
}
