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
    const what = typeof data === 'string' || data instanceof Uint8Array ? `${data.length} bytes` : 'this file'
    throw outputError(path, `write ${what}`, cause) // or what the stream threw
  }
}

/**
 * What to throw where a file-system call on a user's output failed: ERR_OUTPUT naming the path and the system's reason.
 * What no system call threw is given back as it is.
 *
 * @param wanted what was to be done, as in 'remove the older run'
 */
export function outputError(path: string, wanted: string, cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException | undefined)?.syscall === undefined) return cause
  const problem = `wanted to ${wanted}, got ${(cause as Error).message}`
  return new SignError('ERR_OUTPUT', path, problem, 'Choose a folder you may write to, with room left', { cause })
}

/** Runs file-system work on a user's output; throws what {@link outputError} makes of its failure. */
export async function output<T>(path: string, wanted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw outputError(path, wanted, cause)
  }
}
