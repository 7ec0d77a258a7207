// Where on this machine things are: what npm installed, and what we keep between runs.

import { accessSync, constants, existsSync, lstatSync, mkdtempSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeFolders } from '../../base/make_folders.js'

/**
 * Where unpacked drivers and tuning results are looked for, the best first: SIGNLLM_CACHE or the user's cache folder, and a temporary
 * folder of this user's for where that one cannot be written. Some may not be there.
 */
export function cacheFolders(): string[] {
  const wished = wishedCacheFolder()
  const temporary = temporaryCacheFolder()
  return [wished, temporary].filter((folder) => folder !== undefined)
}

/** The first of {@link cacheFolders} that can be written, made where it was not there; where none can, the first of all. */
export function writableCacheFolder(): string {
  const folders = cacheFolders()
  return folders.find(isWritable) ?? folders[0] ?? join(tmpdir(), 'signllm')
}

/** What SIGNLLM_CACHE or the system's conventions name; undefined for a user without a home. */
function wishedCacheFolder(): string | undefined {
  if (process.env.SIGNLLM_CACHE) return process.env.SIGNLLM_CACHE
  const convention = process.env.XDG_CACHE_HOME
  if (convention && isAbsolute(convention)) return join(convention, 'signllm')
  try {
    return join(homedir(), '.cache', 'signllm')
  } catch {
    return undefined // neither HOME nor an entry among the system's users, as in containers started under a bare number
  }
}

let ownFolder: string | undefined

/**
 * The same folder for every process of a user, so that nothing is unpacked twice; unless it turns out to be somebody else's, who could put
 * libraries of theirs in it: then one of this process's alone. Undefined where nothing temporary can be written.
 */
function temporaryCacheFolder(): string | undefined {
  const usual = join(tmpdir(), `signllm-cache-${process.getuid?.() ?? 'user'}`)
  try {
    makeFolders(usual, 0o700)
    if (isOnlyOurs(usual)) return usual
    ownFolder ??= mkdtempSync(`${usual}-`)
    return ownFolder
  } catch {
    return undefined
  }
}

function isOnlyOurs(folder: string): boolean {
  const found = lstatSync(folder)
  if (!found.isDirectory()) return false
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
}

function isWritable(folder: string): boolean {
  try {
    makeFolders(folder)
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The folder of an installed package, whether or not it lets itself be imported. */
export function packageFolder(name: string): string | undefined {
  for (const modules of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const folder = join(modules, name)
    if (existsSync(join(folder, 'package.json'))) return folder
  }
  return undefined
}

/** What the package.json in a package's folder gives as its version. */
export async function packageVersion(folder: string): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}
