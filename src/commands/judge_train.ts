// `signllm judge train run.yaml`: judges from one run file, one a seed, so that what they say of a system can be told from the luck of a seed.

import { join } from 'node:path'
import { poseToText } from '../tasks/pose_to_text/task.js'
import { loadPoseToTextConfig } from '../tasks/run_file.js'
import { refuseAnyRun } from '../train/run/folder.js'
import { taskRun } from '../train/task.js'
import { warn } from './say.js'
import { type TrainCommandOptions, type TrainSummary, trainTask } from './train.js'

export interface JudgeTrainOptions extends TrainCommandOptions {
  /** Default: that of the run file alone. */
  readonly seeds?: readonly number[] | undefined
}

export interface JudgeTrainSummary {
  /** Each judge, as it did best on held-out clips. */
  readonly judges: readonly string[]
  readonly runs: readonly TrainSummary[]
  readonly interrupted: boolean
}

/** Trains a judge a seed, in `<out>/seed-<n>`; one alone in the run's own folder. Throws ERR_CONFIG for a run of another task, and what training throws. */
export async function judgeTrain(path: string, { seeds, ...options }: JudgeTrainOptions): Promise<JudgeTrainSummary> {
  const config = await loadPoseToTextConfig(path, (note) => warn(note, options))
  const runs: TrainSummary[] = []
  const ofSeed = (seed: number) => ({ ...config, seed, name: `${config.name}-seed-${seed}`, out: join(config.out, `seed-${seed}`) })
  const configs = seeds?.map(ofSeed) ?? [config]
  // Of all of them, before the first is trained.
  if (!options.resume && !options.overwrite) for (const { out } of configs) refuseAnyRun(out)
  for (const own of configs) {
    runs.push(await trainTask(taskRun(poseToText, own), options))
    if (runs.at(-1)!.interrupted) break
  }
  return {
    judges: runs.map(({ out }) => join(out, 'best.safetensors')),
    runs,
    interrupted: runs.some(({ interrupted }) => interrupted),
  }
}
