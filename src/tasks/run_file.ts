// A run file of any task.

import { loadRunOf, readRunFile, type Warn } from '../train/run/file.js'
import { type TaskRun, taskRun } from '../train/task.js'
import type { GlossRunConfig } from './text_to_gloss/config.js'
import { textToGloss } from './text_to_gloss/task.js'
import type { RunConfig } from './text_to_pose/config.js'
import { textToPose } from './text_to_pose/task.js'

/** Reads a run file; its `task` says which. Throws ERR_CONFIG with `file:line:column` of what is wrong; `warn` is told of older names of keys. */
export async function loadTaskRun(path: string, warn?: Warn): Promise<TaskRun> {
  const { source, task } = await readRunFile(path)
  return task === textToGloss.name
    ? taskRun(textToGloss, textToGloss.parse(source, path, warn))
    : taskRun(textToPose, textToPose.parse(source, path, warn))
}

/** As {@link loadTaskRun}, the configuration alone. */
export async function loadRunFile(path: string, warn?: Warn): Promise<RunConfig | GlossRunConfig> {
  return (await loadTaskRun(path, warn)).config as RunConfig | GlossRunConfig
}

/** Reads the run file of a text-to-pose training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadRunConfig(path: string, warn?: Warn): Promise<RunConfig> {
  return loadRunOf(textToPose, path, warn)
}

/** Reads the run file of a text-to-gloss training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadGlossConfig(path: string, warn?: Warn): Promise<GlossRunConfig> {
  return loadRunOf(textToGloss, path, warn)
}
