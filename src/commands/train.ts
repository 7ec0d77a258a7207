// `signllm train run.yaml`: a run from its file, with progress for whoever watches.

import { type Communicator, EndedElsewhere, together } from '../base/communicator.js'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { runTask } from '../train/run/run.js'
import type { TaskRun } from '../train/task.js'
import { openAdapter, openAsRun } from './adapter.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'
import { type Listener, noteLine, warn } from './say.js'

export interface TrainCommandOptions extends Listener {
  readonly adapter?: string | undefined
  readonly resume?: boolean
  readonly overwrite?: boolean
  readonly signal?: AbortSignal
  /** The ranks that train together; the first says how it goes. Default: none. */
  readonly ranks?: Communicator | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

/** How a run ended. */
export interface TrainSummary {
  readonly out: string
  readonly step: number
  readonly reason: string
  readonly interrupted: boolean
  /** Steps that were trained this time. */
  readonly trained: number
  /** What to know of the data. */
  readonly notes: readonly string[]
}

/** Trains as the file says, whatever its task. Throws what reading the file, opening the adapter and `runTask` throw. */
export async function train(path: string, options: TrainCommandOptions = {}): Promise<TrainSummary> {
  return trainTask(await together(options.ranks, () => loadTaskRun(path, (note) => warn(note, options))), options)
}

/** Trains a run that was read. */
export async function trainTask({ task, config }: TaskRun, options: TrainCommandOptions): Promise<TrainSummary> {
  const { ranks } = options
  const { gpu } = await together(ranks, () => openAdapter({ ...openAsRun(config, options.adapter), index: ranks?.localRank }, options))
  const first = ranks === undefined || ranks.rank === 0
  const stream = first ? (options.stream ?? process.stderr) : silence
  const { steps } = config.stop
  const display = new ProgressDisplay({ stream, json: options.json })
  let summary: TrainSummary | undefined
  let began = 0
  let notes: readonly string[] = []
  try {
    for await (const event of runTask(task, gpu, config, { ...options, onProgress: display.show })) {
      if (event.kind === 'start') {
        began = event.step
        const where = event.resumed ? `; resumed at step ${event.step}` : ''
        const many = ranks ? `, ${ranks.size} ranks` : ''
        display.note(
          `${event.parameters.toLocaleString('en')} parameters, ${counted(event.clips, task.example)}, on ${gpu.label}${many}${where}`,
        )
        notes = event.notes
        for (const note of notes) display.note(noteLine(note, options))
      } else if (event.kind === 'step') {
        const { progress, step, loss, rate, gradientNorm } = event
        if (step % config.log.every === 0 || step === steps) display.show(progress, { loss, rate, gradientNorm })
      } else if (event.kind === 'validation') {
        display.note(`validation at step ${event.step}${event.best ? ' (best so far)' : ''}:\n${task.format(event)}`)
      } else if (event.kind === 'end') {
        summary = {
          out: config.out,
          step: event.step,
          reason: event.reason,
          interrupted: event.interrupted,
          trained: event.step - began,
          notes,
        }
      }
    }
  } catch (error) {
    // All ranks see the same loss: one of them says so.
    if (first || !(error instanceof SignError) || error.code !== 'ERR_DIVERGED') throw error
    throw new EndedElsewhere(0, error.exitStatus)
  } finally {
    display.done()
    await gpu.destroy()
  }
  return summary!
}

const silence: ProgressStream = { write: () => undefined }

/** How a run ended, as a line for people. A reason is given where it is not the number of steps or epochs that was asked for. */
export function formatTrained({ out, step, reason, interrupted, trained }: TrainSummary): string {
  if (trained === 0 && !interrupted) return `nothing is left to train: ${reason}; results are in ${out}`
  const why = interrupted || reason.endsWith('done') ? '' : ` (${reason})`
  return `training ${interrupted ? 'interrupted' : 'finished'} after ${counted(step, 'step')}${why}; results are in ${out}`
}
