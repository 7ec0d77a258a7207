// A training in its folder, whatever the task: started, stopped, killed and resumed.

import { type Communicator, fromFirst, together } from '../../base/communicator.js'
import type { OnProgress } from '../../base/progress.js'
import type { Gpu } from '../../device/gpu.js'
import type { TrainingConfig } from '../config/parts.js'
import { refuseWhole } from '../ranks/shares.js'
import type { Loaded, LossReport, Task, Training } from '../task.js'
import { type TrainedStep, Trainer } from '../trainer.js'
import { loadRunOf } from './file.js'
import { type FolderOptions, inOpenFolder, lastCheckpoint, RunFolder } from './folder.js'
import { type RunEvent, runTraining } from './loop.js'
import { checkOwnCheckpoint, checkSameClips, fixedOf } from './same_run.js'
import { settleTuning } from './tuning.js'

export interface TrainRunOptions extends FolderOptions {
  /** Told of long work before the first step. Steps are told of in the stream, each with its own progress. */
  readonly onProgress?: OnProgress | undefined
  /** Aborting saves a checkpoint after the step that is under way, which is still reported, and ends the stream. */
  readonly signal?: AbortSignal | undefined
  /** The ranks that train together, each with a stream of its own; the first writes into the folder, which the others only read. Default: none. */
  readonly ranks?: Communicator | undefined
}

/**
 * Runs a training to its end, as a stream of what happens.
 *
 * Throws ERR_USAGE where the folder already holds a run and neither `resume` nor `overwrite` is set, or where another process works in
 * it, ERR_CONFIG where that run was begun with other data, sizes or batches, ERR_OUTPUT where it cannot be written, ERR_DATA and ERR_CONFIG
 * for what cannot be trained on, ERR_CHECKPOINT for a checkpoint of another model or run, ERR_RANKS where a rank is lost or trains something else.
 */
export async function* runTask<Config extends TrainingConfig, Report extends LossReport, Scores extends object>(
  task: Task<Config, Report, Scores>,
  gpu: Gpu,
  config: Config,
  options: TrainRunOptions = {},
): AsyncGenerator<RunEvent<TrainedStep<Report>, Scores>> {
  gpu.check()
  const { ranks } = options
  const first = isFirst(ranks)
  const folder = await together(ranks, async () => {
    if (ranks) refuseWhole(task, config, ranks.size)
    return first ? RunFolder.open(config.out, options) : undefined
  })
  if (folder) yield* inOpenFolder(folder, () => trainIn(folder, task, gpu, config, options))
  else yield* trainIn(undefined, task, gpu, config, options)
}

/** @param folder of the rank that writes; undefined for the others */
async function* trainIn<Config extends TrainingConfig, Report extends LossReport, Scores extends object>(
  folder: RunFolder | undefined,
  task: Task<Config, Report, Scores>,
  gpu: Gpu,
  runFile: Config,
  { signal, onProgress, ranks }: TrainRunOptions,
): AsyncGenerator<RunEvent<TrainedStep<Report>, Scores>> {
  const resumed = await ofFirst(ranks, async () => folder!.resumed)
  // What the first rank leaves in caches, the others find there.
  const ahead = await together(ranks, async () => (folder ? task.load(runFile, { resumed, onProgress }) : undefined))
  const loaded = await together(ranks, async () => ahead ?? task.load(runFile, { resumed }))
  const { config } = loaded
  await together(ranks, async () => folder?.begin(config, task.fixedKeys, (path) => loadRunOf(task, path)))
  const tuned = gpu.tunedAs(await ofFirst(ranks, async () => (await settleTuning(gpu, config.out, resumed)).tuning))
  const { trainer, notes } = await together(ranks, () => begun(task, tuned, loaded, { resumed, onProgress, ranks }))
  const speed = { unit: task.unit, of: (report: Report) => task.unitsOf(report) }
  yield* runTraining<TrainedStep<Report>, Scores>(trainer, config, { resumed, notes, signal, ranks, speed })
}

/** A training as it begins or goes on. */
async function begun<Config extends TrainingConfig, Report extends LossReport, Scores extends object>(
  task: Task<Config, Report, Scores>,
  gpu: Gpu,
  loaded: Loaded<Config, Training<Report, Scores>>,
  { resumed, onProgress, ranks }: Pick<TrainRunOptions, 'onProgress' | 'ranks'> & { readonly resumed: boolean },
): Promise<{ readonly trainer: Trainer<Report, Scores>; readonly notes: readonly string[] }> {
  const { config } = loaded
  const path = lastCheckpoint(config.out)
  const { training, notes, state } = resumed
    ? await loaded.resume(gpu, path, { onProgress })
    : { ...(await loaded.begin(gpu, { onProgress })), state: undefined }
  const trainer = new Trainer(config, training, { owns: true, run: fixedOf(config, task.fixedKeys), clips: loaded.clips, ranks })
  if (state) {
    try {
      checkOwnCheckpoint(task, config, state, path)
      checkSameClips(loaded.clips, state.clips, path)
    } catch (error) {
      await trainer.destroy()
      throw error
    }
    trainer.restore(state)
  }
  return { trainer, notes: [...notes, ...loaded.notes] }
}

const isFirst = (ranks: Communicator | undefined): boolean => ranks === undefined || ranks.rank === 0

const ofFirst = <T>(ranks: Communicator | undefined, make: () => Promise<T>): Promise<T> => (ranks ? fromFirst(ranks, make) : make())
