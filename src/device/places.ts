// Where on this machine things are: what npm installed, and what we keep between runs.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where unpacked drivers and tuning results live: SIGNLLM_CACHE, or the user's cache folder. */
export function cacheFolder(): string {
  return process.env.SIGNLLM_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'signllm')
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
