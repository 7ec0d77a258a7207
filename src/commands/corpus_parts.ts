// The parts of a corpus in one folder, as commands that make them find it.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'

/** Throws ERR_USAGE where the folder has a part already, and nothing says to overwrite it. */
export function refuseParts(folder: string, { overwrite = false }: { readonly overwrite?: boolean | undefined }): void {
  const there = ['train', 'dev', 'test'].map((part) => join(folder, `${part}.skels`)).find((path) => existsSync(path))
  if (!there || overwrite) return
  throw new SignError('ERR_USAGE', folder, `wanted a folder without parts, got ${there}`, 'Pass --overwrite, or name another folder')
}
