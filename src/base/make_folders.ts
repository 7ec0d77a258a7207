// Makes a folder and those above it. Node's own `recursive` never returns where a file system answers that a folder to be made does not exist, as /proc does and
// mounts that have gone.

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes `path` and what is missing above it. Returns the topmost folder that it made; undefined where all were there. Throws what the system says of the first
 * that cannot be made.
 *
 * @param mode permissions of the folders made
 */
export function makeFolders(path: string, mode?: number): string | undefined {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at)
  // Where all are there, making it says whether it is a folder.
  const made = (missing.length > 0 ? missing : [resolve(path)]).filter((folder) => makeOne(folder, mode))
  return made[0]
}

/** Whether it was this call that made it: another process may be faster. */
function makeOne(folder: string, mode: number | undefined): boolean {
  try {
    mkdirSync(folder, mode === undefined ? {} : { mode })
    return true
  } catch (error) {
    if (isFolder(folder)) return false
    throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
