// A training in its folder, whatever the task: started, stopped, killed and resumed.

import type { Gpu } from '../../device/gpu.js'
import type { TrainingConfig } from '../config/parts.js'
import type { LossReport, Preparing, Task } from '../task.js'
import { type TrainedStep, Trainer } from '../trainer.js'
import { loadRunOf } from './file.js'
import { type FolderOptions, inRunFolder, lastCheckpoint, type RunFolder } from './folder.js'
import { type RunEvent, runTraining } from './loop.js'
import { checkOwnCheckpoint, fixedOf } from './same_run.js'
import { settleTuning } from './tuning.js'

export interface TrainRunOptions extends FolderOptions, Preparing {
  /** Aborting saves a checkpoint after the step that is under way, which is still reported, and ends the stream. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a training to its end, as a stream of what happens.
 *
 * Throws ERR_USAGE where the folder already holds a run and neither `resume` nor `overwrite` is set, or where another process works in
 * it, ERR_CONFIG where that run was begun with other data, sizes or batches, ERR_OUTPUT where it cannot be written, ERR_DATA and ERR_CONFIG
 * for what cannot be trained on, ERR_CHECKPOINT for a checkpoint of another model or run.
 */
export async function* runTask<Config extends TrainingConfig, Report extends LossReport, Scores extends object>(
  task: Task<Config, Report, Scores>,
  gpu: Gpu,
  config: Config,
  options: TrainRunOptions = {},
): AsyncGenerator<RunEvent<TrainedStep<Report>, Scores>> {
  gpu.check()
  yield* inRunFolder(config.out, options, (folder) => trainIn(folder, task, gpu, config, options))
}

async function* trainIn<Config extends TrainingConfig, Report extends LossReport, Scores extends object>(
  folder: RunFolder,
  task: Task<Config, Report, Scores>,
  gpu: Gpu,
  runFile: Config,
  { signal, onPrepare }: TrainRunOptions,
): AsyncGenerator<RunEvent<TrainedStep<Report>, Scores>> {
  const { resumed } = folder
  const loaded = await task.load(runFile, { resumed, onPrepare })
  const { config } = loaded
  await folder.begin(config, task.fixedKeys, (path) => loadRunOf(task, path))
  const tuned = await settleTuning(gpu, config.out, resumed)
  const { training, notes, state } = resumed
    ? await loaded.resume(tuned, lastCheckpoint(config.out), { onPrepare })
    : { ...(await loaded.begin(tuned, { onPrepare })), state: undefined }
  const trainer = new Trainer(config, training, { owns: true, run: fixedOf(config, task.fixedKeys) })
  if (state) {
    try {
      checkOwnCheckpoint(task, config, state, lastCheckpoint(config.out))
    } catch (error) {
      await trainer.destroy()
      throw error
    }
    trainer.restore(state)
  }
  yield* runTraining(trainer, config, { resumed, notes: [...notes, ...loaded.notes], signal })
}
