// Detectors write one JSON file a frame into one folder a clip. This file finds and orders them; what is in them is the detector's own business.

import { opendir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'

export interface FrameFile {
  readonly path: string
  readonly number: number
}

/** Takes a file's name apart: its frame number and what the other names must share; undefined for a file that is no frame. */
export type FrameName = (file: string) => { readonly number: number; readonly stem: string } | undefined

/** Frame numbers are kept in 32 bits. */
const LAST = 2 ** 31 - 2

/**
 * The frames of a folder by rising number. Throws ERR_DATA naming the folder where it cannot be read or holds no frame, and both files where two have the same
 * number or differ in their stem.
 */
export async function frameFiles(folder: string, nameOf: FrameName, expected: string): Promise<FrameFile[]> {
  const found = (await listed(folder))
    .flatMap((file) => {
      const name = nameOf(file)
      return name ? [{ file, ...name }] : []
    })
    .sort((a, b) => a.number - b.number)
  if (found.length === 0)
    throw new SignError('ERR_DATA', folder, `wanted files named ${expected}, got none`, 'Name the folder that holds the frames of one clip')
  for (const [i, { file, number, stem }] of found.entries()) {
    if (number > LAST)
      throw new SignError('ERR_DATA', join(folder, file), `wanted a frame number up to ${LAST}, got ${number}`, 'Rename the file')
    const before = found[i - 1]
    if (before && (before.number === number || before.stem !== stem)) {
      const problem = `wanted the frames of one clip, each number once, got '${before.file}' and '${file}'`
      throw new SignError('ERR_DATA', folder, problem, 'Put each clip into a folder of its own')
    }
  }
  return found.map(({ file, number }) => ({ path: join(folder, file), number }))
}

/** Folders directly under `root`, by name. Throws ERR_DATA naming the root where it cannot be read or has none. */
export async function clipFolders(root: string): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const entry of await opendir(root)) if (entry.isDirectory()) names.push(entry.name)
  } catch (cause) {
    throw unreadable(root, cause)
  }
  if (names.length === 0)
    throw new SignError('ERR_DATA', root, 'wanted a folder for each clip, got none', 'Name the folder above the clips')
  return names.sort()
}

/** Throws ERR_DATA naming the file. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function listed(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    throw unreadable(folder, cause)
  }
}

/** What reading a path gave, as an error of ours. */
export function unreadable(path: string, cause: unknown): SignError {
  return new SignError('ERR_DATA', path, `wanted to read it, got ${(cause as Error).message}`, 'Check the path', { cause })
}
