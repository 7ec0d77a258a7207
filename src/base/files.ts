// Writing so that nothing is ever half there: a temporary name beside the target, flushed, then renamed.

import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SignError } from './errors.js'

/**
 * Writes `data` to `path` whole or not at all; pieces of a stream one after another, so that a file may be larger than memory. Makes the folder.
 * Throws ERR_OUTPUT naming the path and the system's reason, and what the stream throws.
 */
export async function writeWhole(path: string, data: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const partial = `${path}.partial-${process.pid}`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(partial, 'w')
    try {
      await writeFile(file, data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined)
    // Of the stream, not of the file.
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause
    const what = typeof data === 'string' || data instanceof Uint8Array ? `${data.length} bytes` : 'this file'
    throw new SignError(
      'ERR_OUTPUT',
      path,
      `wanted to write ${what}, got ${(cause as Error).message}`,
      'Choose a folder you may write to, with room left',
      { cause },
    )
  }
}
