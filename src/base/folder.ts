// What lies in a folder for its owner. Systems leave files of their own beside it (macOS `._name` and `__MACOSX`, thumbnails), which are nobody's clips or frames;
// links are what they lead to.

import { existsSync, readlinkSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { SignError } from './errors.js'

const ofTheSystem = /^(\..*|__MACOSX|@eaDir|Thumbs\.db|desktop\.ini)$/i

/** The names in a folder, sorted, without those that begin with a dot and what systems put there. Throws ERR_DATA naming the folder where it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !ofTheSystem.test(name)).sort()
  } catch (cause) {
    throw unreadable(folder, cause)
  }
}

/**
 * The names of the folders in a folder, links to folders included, as {@link namesIn}. A link that leads nowhere is among them: whoever reads it says so, and it is
 * not lost in silence.
 */
export async function foldersIn(folder: string): Promise<string[]> {
  const names = await namesIn(folder)
  const kept = await Promise.all(names.map((name) => isFolderOrLost(join(folder, name))))
  return names.filter((_, i) => kept[i])
}

async function isFolderOrLost(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return true
  }
}

/**
 * The files in a folder and in the folders below it, as paths from it, sorted, without what systems put there. Links to files are among them, links to folders are not
 * followed: they may lead back. Throws ERR_DATA naming the folder where it cannot be read.
 */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .filter((path) => !path.split(sep).some((name) => ofTheSystem.test(name)))
      .sort()
  } catch (cause) {
    throw unreadable(folder, cause)
  }
}

/** The second of two names that differ only in how accents are put together (macOS takes them apart); undefined where all differ. */
export function twinAmong(names: Iterable<string>): string | undefined {
  const seen = new Set<string>()
  for (const name of names) if (seen.size === seen.add(name.normalize('NFC')).size) return name
  return undefined
}

/** A file's path as its folder spells the name, however accents are put together in `path`; the path itself where there is no such file. */
export async function asStored(path: string): Promise<string> {
  if (existsSync(path) || !existsSync(dirname(path))) return path
  const name = (await namesIn(dirname(path))).find((other) => other.normalize('NFC') === basename(path).normalize('NFC'))
  return name === undefined ? path : join(dirname(path), name)
}

/** What reading a path gave, as an error of ours. */
export function unreadable(path: string, cause: unknown): SignError {
  const target = linkTarget(path)
  const { code, message } = cause as NodeJS.ErrnoException
  if (target !== undefined && (code === 'ENOENT' || code === 'ELOOP')) {
    const where = code === 'ELOOP' ? 'which is circular' : 'which does not exist'
    const problem = `wanted to read it, got a link to '${target}', ${where}`
    return new SignError('ERR_DATA', path, problem, 'Repair the link, or remove it', { cause })
  }
  if (code === 'ENOTDIR') return new SignError('ERR_DATA', path, 'wanted a folder, got a file', 'Name the folder it is in', { cause })
  return new SignError('ERR_DATA', path, `wanted to read it, got ${message}`, 'Check the path', { cause })
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
