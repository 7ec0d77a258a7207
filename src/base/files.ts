// Writing so that nothing is ever half there: a temporary name beside the target, flushed, then renamed.

import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SignError } from './errors.js'

/** Writes `data` to `path` whole or not at all. Makes the folder. Throws ERR_OUTPUT naming the path and the system's reason. */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial-${process.pid}`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(partial, 'w')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined)
    throw new SignError(
      'ERR_OUTPUT',
      path,
      `wanted to write ${data.length} bytes, got ${(cause as Error).message}`,
      'Choose a folder you may write to, with room left',
      { cause },
    )
  }
}
