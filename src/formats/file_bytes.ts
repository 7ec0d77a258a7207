// A file's bytes, of what is a file and not larger than what it can be: a device that never ends would otherwise be read until memory is full.

import { readFile, stat } from 'node:fs/promises'
import { SignError } from '../base/errors.js'

/** One read takes less than 2 GiB. */
const MOST = 2 ** 31 - 1

/** Throws ERR_DATA naming the path where it cannot be read, is no regular file, or has more than `most` bytes. */
export async function fileBytes(path: string, most = MOST): Promise<Uint8Array> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new SignError('ERR_DATA', path, problem, 'Check the path', { cause })
  }
  const unreadable = (cause: Error): never => refuse(`wanted a readable file, got ${cause.message}`, cause)
  const stats = await stat(path).catch(unreadable)
  if (!stats.isFile()) refuse(`wanted a readable file, got ${stats.isDirectory() ? 'a folder' : 'no regular file'}`)
  if (stats.size > most) refuse(`wanted a file of at most ${most} bytes, got ${stats.size}`)
  return readFile(path).catch(unreadable)
}
