// `signllm train run.yaml`: a run from its file, with progress for whoever watches.

import { openGpu } from '../device/open.js'
import { formatScores } from '../metrics/scores.js'
import { Progress, type ProgressStream } from '../train/progress.js'
import { trainRun } from '../train/run.js'
import { loadRunConfig } from '../train/run_config.js'

export interface TrainCommandOptions {
  readonly adapter?: string | undefined
  readonly resume?: boolean
  readonly overwrite?: boolean
  readonly json?: boolean
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
}

/** Trains as the file says. Throws what reading the file, opening the adapter and `trainRun` throw. */
export async function train(path: string, options: TrainCommandOptions = {}): Promise<TrainSummary> {
  const config = await loadRunConfig(path)
  const { gpu } = await openGpu({ adapter: options.adapter ?? config.adapter ?? undefined })
  const progress = new Progress({ total: config.stop.steps, stream: options.stream ?? process.stderr, json: options.json ?? false })
  let summary: TrainSummary | undefined
  let frames = 0
  try {
    for await (const event of trainRun(gpu, config, options)) {
      if (event.kind === 'start') {
        progress.note(
          `${event.parameters.toLocaleString('en')} parameters, ${event.clips} clips, on ${gpu.label}${event.resumed ? `; resumed at step ${event.step}` : ''}`,
        )
      } else if (event.kind === 'step') {
        frames += event.frames
        if (event.step % config.log.every !== 0 && event.step !== config.stop.steps) continue
        progress.update({ step: event.step, loss: event.loss, frames, rate: event.rate, gradientNorm: event.gradientNorm })
        frames = 0
      } else if (event.kind === 'validation') {
        progress.note(`step ${event.step}${event.best ? ', the best so far' : ''}\n${formatScores(event.rows)}`)
      } else if (event.kind === 'end') {
        summary = { out: config.out, step: event.step, reason: event.reason, interrupted: event.interrupted }
      }
    }
  } finally {
    progress.done()
    await gpu.dispose()
  }
  return summary!
}
