// `signllm train run.yaml`: a run from its file, with progress for whoever watches.

import { counted } from '../base/counted.js'
import { once } from '../base/once.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { runTask } from '../train/run/run.js'
import type { TaskRun } from '../train/task.js'
import { openAdapter, openAsRun } from './adapter.js'
import { Progress, type ProgressStream } from './progress.js'
import { type Listener, noteLine, warn } from './say.js'

export interface TrainCommandOptions extends Listener {
  readonly adapter?: string | undefined
  readonly resume?: boolean
  readonly overwrite?: boolean
  readonly signal?: AbortSignal
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
  return trainTask(await loadTaskRun(path, (note) => warn(note, options)), options)
}

/** Trains a run that was read. */
export async function trainTask({ task, config }: TaskRun, options: TrainCommandOptions): Promise<TrainSummary> {
  const { gpu } = await openAdapter(openAsRun(config, options.adapter), options)
  const { steps } = config.stop
  const progress = new Progress({ total: steps, stream: options.stream ?? process.stderr, json: options.json ?? false, unit: task.unit })
  let summary: TrainSummary | undefined
  let units = 0
  let began = 0
  let notes: readonly string[] = []
  try {
    for await (const event of runTask(task, gpu, config, { ...options, onPrepare: preparations(options) })) {
      if (event.kind === 'start') {
        began = event.step
        const where = event.resumed ? `; resumed at step ${event.step}` : ''
        progress.note(`${event.parameters.toLocaleString('en')} parameters, ${counted(event.clips, task.example)}, on ${gpu.label}${where}`)
        notes = event.notes
        for (const note of notes) progress.note(noteLine(note, options))
      } else if (event.kind === 'step') {
        units += task.unitsOf(event)
        if (event.step % config.log.every !== 0 && event.step !== steps) continue
        progress.update({ step: event.step, loss: event.loss, frames: units, rate: event.rate, gradientNorm: event.gradientNorm })
        units = 0
      } else if (event.kind === 'validation') {
        progress.note(`validation at step ${event.step}${event.best ? ' (best so far)' : ''}:\n${task.format(event)}`)
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
  } finally {
    progress.done()
    await gpu.destroy()
  }
  return summary!
}

/** Shows work that goes on before the first step, one bar a kind of it. */
export function preparations({ stream = process.stderr, json = false }: Pick<TrainCommandOptions, 'stream' | 'json'>) {
  const shown = new Map<string, Progress>()
  return (work: string, done: number, all: number): void => {
    const progress = once(shown, work, () => new Progress({ total: all, stream, json, stage: work, counts: 'clip' }))
    progress.update({ step: done, frames: 0 })
    if (done === all) progress.done()
  }
}

/** How a run ended, as a line for people. A reason is given where it is not the number of steps or epochs that was asked for. */
export function formatTrained({ out, step, reason, interrupted, trained }: TrainSummary): string {
  if (trained === 0 && !interrupted) return `nothing is left to train: ${reason}; results are in ${out}`
  const why = interrupted || reason.endsWith('done') ? '' : ` (${reason})`
  return `training ${interrupted ? 'interrupted' : 'finished'} after ${counted(step, 'step')}${why}; results are in ${out}`
}
