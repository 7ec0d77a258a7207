// A run file on disk: which task it is of, and its configuration.

import { stringify } from 'yaml'
import { SignError } from '../../base/errors.js'
import { readText } from '../../base/text_file.js'
import { readYaml } from '../config/yaml_errors.js'

/** Told of what a run file says in a way that will go: a sentence with its place. */
export type Warn = (note: string) => void

/** What of a task reading its run files takes. */
export interface RunFileOf<Config> {
  readonly name: string
  /** Whether a run file that names no task is of this one. */
  readonly byDefault?: boolean
  parse(source: string, who: string, warn?: Warn): Config
}

/** Reads a run file's text, and which task it names; undefined where it names none. Throws ERR_CONFIG. */
export async function readRunFile(path: string): Promise<{ readonly source: string; readonly written: unknown; readonly task: unknown }> {
  const source = await readText(path, { code: 'ERR_CONFIG', wanted: 'to read a run file' })
  const { value } = readYaml(source, path)
  return { source, written: value, task: typeof value === 'object' && value !== null && 'task' in value ? value.task : undefined }
}

/** Reads the run file of a task. Throws ERR_CONFIG with file, line and column of what is wrong, and for a run of another task. */
export async function loadRunOf<Config>(task: RunFileOf<Config>, path: string, warn?: Warn): Promise<Config> {
  const { source, task: named } = await readRunFile(path)
  if (named === task.name || (task.byDefault && named === undefined)) return task.parse(source, path, warn)
  const got = named === undefined ? 'one that names none, which is another' : String(named)
  throw new SignError('ERR_CONFIG', path, `wanted a run of task ${task.name}, got ${got}`, 'Name another run file')
}

/** The run file of a complete config: reading it gives the same config again. */
export function formatRunFile(config: object): string {
  return stringify(config, { aliasDuplicateObjects: false })
}
