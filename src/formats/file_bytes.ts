// A file's bytes, of what is a file and not larger than what it can be: a device that never ends would otherwise be read until memory is full.

import { readFile, stat } from 'node:fs/promises'
import { SignError } from '../base/errors.js'

/** One read takes less than 2 GiB. */
const MOST = 2 ** 31 - 1

/** Throws ERR_DATA naming the path where it cannot be read, is no regular file, or has more than 2 GiB. */
export async function fileBytes(path: string): Promise<Uint8Array> {
  const size = await sizeOfFile(path, 'a readable file')
  if (size > MOST) throw refused(path, `wanted a file of at most ${MOST} bytes, got ${size}`)
  return readFile(path).catch((cause: Error) => {
    throw refused(path, `wanted a readable file, got ${cause.message}`, cause)
  })
}

/**
 * The bytes that a regular file has, before it is opened: a pipe would wait for somebody to write to it. Throws ERR_DATA naming the path, as `wanted …, got …`,
 * where there is none.
 */
export async function sizeOfFile(path: string, wanted: string): Promise<number> {
  const stats = await stat(path).catch((cause: Error) => {
    throw refused(path, `wanted ${wanted}, got ${cause.message}`, cause)
  })
  if (stats.isFile()) return stats.size
  throw refused(path, `wanted ${wanted}, got ${stats.isDirectory() ? 'a folder' : 'no regular file'}`)
}

function refused(path: string, problem: string, cause?: Error): SignError {
  return new SignError('ERR_DATA', path, problem, 'Check the path', { cause })
}
