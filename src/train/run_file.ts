// A run file of any task.

import { SignError } from '../base/errors.js'
import { readText } from '../base/text_file.js'
import { type GlossRunConfig, parseGlossConfig } from './gloss_config.js'
import { parseRunConfig, type RunConfig } from './run_config.js'
import { readYaml } from './run_config_where.js'

/** Reads a run file; its `task` says which. Throws ERR_CONFIG with `file:line:column` of what is wrong. */
export async function loadRunFile(path: string): Promise<RunConfig | GlossRunConfig> {
  const source = await readText(path, { code: 'ERR_CONFIG', wanted: 'to read a run file' })
  const { value } = readYaml(source, path)
  const isGloss = typeof value === 'object' && value !== null && 'task' in value && value.task === 'text-to-gloss'
  return isGloss ? parseGlossConfig(source, path) : parseRunConfig(source, path)
}

/** Reads the run file of a text-to-pose training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export async function loadRunConfig(path: string): Promise<RunConfig> {
  const config = await loadRunFile(path)
  return config.task === 'text-to-pose' ? config : otherTask(path, 'text-to-pose', config.task)
}

/** Reads the run file of a text-to-gloss training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export async function loadGlossConfig(path: string): Promise<GlossRunConfig> {
  const config = await loadRunFile(path)
  return config.task === 'text-to-gloss' ? config : otherTask(path, 'text-to-gloss', config.task)
}

function otherTask(path: string, wanted: string, got: string): never {
  throw new SignError('ERR_CONFIG', path, `wanted a run of task ${wanted}, got ${got}`, 'Name another run file')
}
