// `signllm train run.yaml`: a run from its file, with progress for whoever watches.

import { counted } from '../base/counted.js'
import { formatScores } from '../metrics/scores.js'
import { formatTextScores } from '../metrics/text_scores.js'
import { type GlossTrainEvent, trainGlossRun } from '../train/gloss_run.js'
import { type TrainEvent, trainRun } from '../train/run.js'
import { loadRunFile } from '../train/run_file.js'
import { openAdapter, openAsRun } from './adapter.js'
import { Progress, type ProgressStream } from './progress.js'

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
  /** What to know of the data. */
  readonly notes: readonly string[]
}

/** Trains as the file says, whatever its task. Throws what reading the file, opening the adapter, `trainRun` and `trainGlossRun` throw. */
export async function train(path: string, options: TrainCommandOptions = {}): Promise<TrainSummary> {
  const config = await loadRunFile(path)
  const { gpu } = await openAdapter(openAsRun(config, options.adapter))
  const isGloss = config.task === 'text-to-gloss'
  const progress = new Progress({
    total: config.stop.steps,
    stream: options.stream ?? process.stderr,
    json: options.json ?? false,
    ...(isGloss ? { unit: 'tokens' } : {}),
  })
  const events = isGloss ? trainGlossRun(gpu, config, options) : trainRun(gpu, config, options)
  let summary: TrainSummary | undefined
  let frames = 0
  let notes: readonly string[] = []
  try {
    for await (const event of events as AsyncGenerator<TrainEvent | GlossTrainEvent>) {
      if (event.kind === 'start') {
        const examples = counted(event.clips, isGloss ? 'sentence' : 'clip')
        const where = event.resumed ? `; resumed at step ${event.step}` : ''
        progress.note(`${event.parameters.toLocaleString('en')} parameters, ${examples}, on ${gpu.label}${where}`)
        notes = event.notes
        for (const note of notes) progress.note(`note: ${note}`)
      } else if (event.kind === 'step') {
        frames += 'frames' in event ? event.frames : event.tokens
        if (event.step % config.log.every !== 0 && event.step !== config.stop.steps) continue
        progress.update({ step: event.step, loss: event.loss, frames, rate: event.rate, gradientNorm: event.gradientNorm })
        frames = 0
      } else if (event.kind === 'validation') {
        const scores = 'rows' in event ? formatScores(event.rows) : formatTextScores(event.scores)
        progress.note(`step ${event.step}${event.best ? ', the best so far' : ''}\n${scores}`)
      } else if (event.kind === 'end') {
        summary = { out: config.out, step: event.step, reason: event.reason, interrupted: event.interrupted, notes }
      }
    }
  } finally {
    progress.done()
    await gpu.dispose()
  }
  return summary!
}
