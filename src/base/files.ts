// Writing so that nothing is ever half there: a temporary name beside the target, flushed, then renamed.

import { open, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { counted } from './counted.js'
import { makeFolders } from './make_folders.js'
import { isSystemError, refusedOutput } from './system_errors.js'

/**
 * Writes `data` to `path` whole or not at all; pieces one after another, those of a stream as they come, so that a file may be larger than memory. Makes the folder, which does not
 * stay empty where the file cannot be written.
 * Throws ERR_OUTPUT naming the path and the system's reason, and what the stream throws.
 */
export async function writeWhole(
  path: string,
  data: string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>,
): Promise<void> {
  const partial = `${path}.partial-${process.pid}`
  let folder: string | undefined
  try {
    folder = await foldersMade(dirname(path))
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
    if (folder !== undefined) await removeEmpty(dirname(path), folder)
    const bytes = bytesIn(data)
    const what = bytes === undefined ? 'this file' : counted(bytes, 'byte')
    throw outputError(path, `write ${what}`, cause) // or what the stream threw
  }
}

function bytesIn(data: string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>): number | undefined {
  if (typeof data === 'string' || data instanceof Uint8Array) return data.length
  return Array.isArray(data) ? data.reduce((sum: number, { length }: Uint8Array) => sum + length, 0) : undefined
}

/**
 * What to throw where a file-system call on a user's output failed: ERR_OUTPUT naming the path and the system's reason.
 * What no system call threw is given back as it is.
 *
 * @param wanted what was to be done, as in 'remove the older run'
 */
export function outputError(path: string, wanted: string, cause: unknown): unknown {
  return isSystemError(cause) ? refusedOutput(path, wanted, cause) : cause
}

/** Runs file-system work on a user's output; throws what {@link outputError} makes of its failure. */
export async function output<T>(path: string, wanted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw outputError(path, wanted, cause)
  }
}

/** Makes a folder and those above it. Returns the topmost that was not there yet, for {@link removeEmpty}. Throws ERR_OUTPUT. */
export function makeFolder(path: string): Promise<string | undefined> {
  return output(path, 'make this folder', () => foldersMade(path))
}

async function foldersMade(path: string): Promise<string | undefined> {
  // Asked first without blocking, so that where the disk does not answer signals are still heard.
  await stat(path).catch(() => undefined)
  return makeFolders(path)
}

/** Removes `folder` and those above it up to `top`, as long as they are empty. */
export async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let at = resolve(folder); at.length >= resolve(top).length; at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}
