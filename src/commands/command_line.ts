// A command as it can be typed again, for what it leaves behind.

import { basename, isAbsolute, relative } from 'node:path'

/** `signllm` with these words, quoted where a shell would not take them as they are. */
export const commandLine = (words: readonly string[]): string =>
  ['signllm', ...words.map((word) => (/^[\w./:=+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))].join(' ')

/** A path that tells nothing of anybody's machine: of an absolute one, only what is below this folder, or the name. */
export function toldPath(path: string): string {
  if (!isAbsolute(path)) return path
  const here = relative(process.cwd(), path)
  return here.startsWith('..') ? basename(path) : here
}

/** The options that have a value, as words. */
export const optionWords = (options: Readonly<Record<string, string | number | undefined>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))
