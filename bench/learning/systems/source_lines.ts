// How many lines of source a system took.

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Lines that are not empty, of files and of all in folders, tests aside. */
export async function sourceLines(paths: readonly string[]): Promise<number> {
  const files = (await Promise.all(paths.map(filesAt))).flat()
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return texts.reduce((sum, text) => sum + text.split('\n').filter((line) => line.trim() !== '').length, 0)
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.ts') && !/\.(test|testing)\.ts$/.test(name))
  return names.sort().map((name) => join(path, name))
}
