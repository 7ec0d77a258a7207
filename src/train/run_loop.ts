// Carries a training through, whatever the task: steps, validations, checkpoints and logs in their turns, told as a stream of events.

import { join } from 'node:path'
import { writeWhole } from '../base/files.js'
import type { PendingStep } from './pending_step.js'
import type { RunConfig } from './run_config.js'
import { keepOlder, lastCheckpoint } from './run_folder.js'
import { RunLogs, type Scalars } from './run_logs.js'
import type { TrainingProgress } from './training_progress.js'

/** What happens in a run; `Trained` is what a step tells, `Validated` what a validation does. */
export type RunEvent<Trained, Validated> =
  | {
      readonly kind: 'start'
      readonly step: number
      readonly parameters: number
      readonly clips: number
      readonly resumed: boolean
      /** What to know of the data and of the checkpoint it goes on from: nothing stops the run, but a model may not learn what is wanted. */
      readonly notes: readonly string[]
    }
  | ({ readonly kind: 'step' } & Trained)
  | ({ readonly kind: 'validation'; readonly step: number; readonly best: boolean } & Validated)
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly kind: 'end'; readonly step: number; readonly reason: string; readonly interrupted: boolean }

/** One training of some task. */
export interface Job<Trained, Validated> {
  readonly progress: TrainingProgress
  /** Of the whole model. */
  readonly parameters: number
  /** Examples trained on. */
  readonly clips: number
  /** What to know of the data. */
  readonly notes: readonly string[]
  /** Gives the GPU its next step. At most two are with it: the one before the last is read before this is called again. */
  submitStep(): Promise<PendingStep<Trained>>
  stepScalars(trained: Trained): Scalars
  /** Logged when an epoch begins; empty where there is nothing to say. */
  epochScalars(): Scalars
  /** `score` chooses the best, lower is better. */
  validate(): Promise<{ readonly result: Validated; readonly score: number; readonly scalars: Scalars }>
  /** Saves the model; with `state`, everything to go on from too. */
  save(path: string, options: { readonly state: boolean }): Promise<void>
  destroy(): Promise<void>
}

/** A trainer ready to go, and what its user should know of where it began. */
export interface Begun<Trainer> {
  readonly trainer: Trainer
  readonly notes: readonly string[]
}

/** What of a run file the loop reads. */
export type LoopSettings = Pick<RunConfig, 'out' | 'log' | 'checkpoint'> & { readonly validate: { readonly every: number } }

/** Trains to the end, or until `signal` aborts: then a checkpoint is saved after the step under way. Destroys the job. */
export async function* carryThrough<Trained extends object, Validated extends object>(
  job: Job<Trained, Validated>,
  config: LoopSettings,
  { resumed, signal }: { readonly resumed: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { progress, parameters, clips, notes } = job
  let logs: RunLogs | undefined
  try {
    logs = await RunLogs.open(config, resumed ? progress.step : undefined)
    yield { kind: 'start', step: progress.step, parameters, clips, resumed, notes }
    yield* trainToEnd(job, config, signal, logs)
  } finally {
    try {
      logs?.close()
    } finally {
      await job.destroy()
    }
  }
}

/** While a step runs, the one before it is told and the one after it made ready. What looks at the model waits for what runs. */
async function* trainToEnd<Trained extends object, Validated extends object>(
  job: Job<Trained, Validated>,
  config: LoopSettings,
  signal: AbortSignal | undefined,
  logs: RunLogs,
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { out, validate, checkpoint } = config
  const { progress } = job
  const stopped = (): boolean => signal?.aborted === true || logs.failure !== undefined
  /** Of the last checkpoint, where there is one. */
  let savedStep = progress.step
  let running: PendingStep<Trained> | undefined
  while (progress.ended === undefined && !stopped()) {
    const last = running
    running = await job.submitStep()
    if (last) yield await told(job, last, config, logs)
    const { step } = running
    const over = progress.ended !== undefined || stopped()
    if (!over && step % validate.every !== 0 && step % checkpoint.every !== 0) continue

    yield await told(job, running, config, logs)
    running = undefined
    if (step % validate.every === 0 || progress.ended !== undefined) yield await validated(job, step, config, logs)
    if (step % checkpoint.every === 0 || progress.ended !== undefined || stopped()) {
      await keepOlder(out, checkpoint.keep, savedStep)
      savedStep = step
      yield await saved(job, step, out)
    }
  }
  // The steps are in the checkpoint by now.
  if (logs.failure !== undefined) throw logs.failure
  const reason = progress.ended ?? 'interrupted'
  const { step, epoch, best } = progress
  await writeWhole(join(out, 'summary.json'), `${JSON.stringify({ step, epoch, best, reason }, null, 2)}\n`)
  yield { kind: 'end', step, reason, interrupted: progress.ended === undefined }
}

/** Waits for a step and logs it. */
async function told<Trained extends object, Validated>(
  job: Job<Trained, Validated>,
  pending: PendingStep<Trained>,
  { log: { every } }: LoopSettings,
  logs: RunLogs,
): Promise<{ readonly kind: 'step' } & Trained> {
  const trained = await pending.read()
  const { step, endsEpoch } = pending
  if (step % every === 0) logs.append(step, job.stepScalars(trained))
  const scalars = endsEpoch ? job.epochScalars() : {}
  if (Object.keys(scalars).length > 0) logs.append(step, scalars)
  return { kind: 'step', ...trained }
}

/** Scores the model and keeps it if it is the best. */
async function validated<Trained, Validated extends object>(
  job: Job<Trained, Validated>,
  step: number,
  { out }: LoopSettings,
  logs: RunLogs,
): Promise<{ readonly kind: 'validation'; readonly step: number; readonly best: boolean } & Validated> {
  const { result, score, scalars } = await job.validate()
  const best = job.progress.validated(score)
  logs.append(step, scalars)
  if (best) await job.save(join(out, 'best.safetensors'), { state: false })
  return { kind: 'validation', step, best, ...result }
}

/** Saves everything to go on from. */
async function saved<Trained, Validated>(job: Job<Trained, Validated>, step: number, out: string) {
  const path = lastCheckpoint(out)
  await job.save(path, { state: true })
  return { kind: 'checkpoint', step, path } as const
}
