// Runs a training to its end, whatever the task: steps, validations, checkpoints and logs in their turns, as a stream of events.

import { join } from 'node:path'
import { writeWhole } from '../../base/files.js'
import type { TrainingConfig } from '../config/parts.js'
import type { PendingStep } from '../pending_step.js'
import type { Validation } from '../task.js'
import type { TrainingProgress } from '../training_progress.js'
import { keepOlder, lastCheckpoint } from './folder.js'
import { RunLogs, type Scalars } from './logs.js'

/** A validation, whatever the task. */
export interface ValidationEvent extends Pick<Validation<object>, 'score' | 'scalars'> {
  readonly kind: 'validation'
  readonly step: number
  readonly best: boolean
}

/** What happens in a run; `Trained` is what a step reports, `Validated` what a validation does. */
export type RunEvent<Trained, Validated> =
  | {
      readonly kind: 'start'
      readonly step: number
      readonly parameters: number
      /** Examples trained on. */
      readonly clips: number
      readonly resumed: boolean
      /** What to know of the data and of the checkpoint it goes on from: nothing stops the run, but a model may not learn what is wanted. */
      readonly notes: readonly string[]
    }
  | ({ readonly kind: 'step' } & Trained)
  | (ValidationEvent & Validated)
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly kind: 'end'; readonly step: number; readonly reason: string; readonly interrupted: boolean }

/** A training that can be run to its end. `Trainer` is one. */
export interface RunnableTraining<Trained, Scores> {
  readonly progress: TrainingProgress
  /** Numbers the whole model learns. */
  readonly parameters: number
  /** Examples trained on. */
  readonly examples: number
  /** Gives the GPU its next step. At most two are with it: the one before the last is read before this is called again. */
  submitStep(): Promise<PendingStep<Trained>>
  stepScalars(trained: Trained): Scalars
  /** Logged when an epoch begins; empty where there is nothing to say. */
  epochScalars(): Scalars
  validate(): Promise<Validation<Scores>>
  /** Saves the model; with `state`, everything to go on from too. */
  save(path: string, options: { readonly state: boolean }): Promise<void>
  destroy(): Promise<void>
}

/** What of a run file the loop reads. */
export type LoopSettings = Pick<TrainingConfig, 'out' | 'log' | 'checkpoint' | 'validate'>

export interface LoopOptions {
  readonly resumed: boolean
  /** What to know of the data and of the checkpoint it goes on from. */
  readonly notes: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Trains to the end, or until `signal` aborts: then a checkpoint is saved after the step under way. Destroys the training. */
export async function* runTraining<Trained extends object, Validated extends object>(
  training: RunnableTraining<Trained, Validated>,
  config: LoopSettings,
  { resumed, notes, signal }: LoopOptions,
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { progress, parameters, examples } = training
  let logs: RunLogs | undefined
  try {
    logs = await RunLogs.open(config, resumed ? progress.step : undefined)
    yield { kind: 'start', step: progress.step, parameters, clips: examples, resumed, notes }
    yield* trainToEnd(training, config, signal, logs)
  } finally {
    try {
      logs?.close()
    } finally {
      await training.destroy()
    }
  }
}

/** While a step runs, the one before it is reported and the one after it made ready. What looks at the model waits for what runs. */
async function* trainToEnd<Trained extends object, Validated extends object>(
  training: RunnableTraining<Trained, Validated>,
  config: LoopSettings,
  signal: AbortSignal | undefined,
  logs: RunLogs,
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { out, validate, checkpoint } = config
  const { progress } = training
  const stopped = (): boolean => signal?.aborted === true || logs.failure !== undefined
  /** Of the last checkpoint, where there is one. */
  let savedStep = progress.step
  let running: PendingStep<Trained> | undefined
  while (progress.ended === undefined && !stopped()) {
    const last = running
    running = await training.submitStep()
    if (last) yield await reportStep(training, last, config, logs)
    const { step } = running
    const over = progress.ended !== undefined || stopped()
    if (!over && step % validate.every !== 0 && step % checkpoint.every !== 0) continue

    yield await reportStep(training, running, config, logs)
    running = undefined
    if (step % validate.every === 0 || progress.ended !== undefined) yield await validated(training, step, config, logs)
    if (step % checkpoint.every === 0 || progress.ended !== undefined || stopped()) {
      await keepOlder(out, checkpoint.keep, savedStep)
      savedStep = step
      yield await saved(training, step, out)
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
async function reportStep<Trained extends object, Validated>(
  training: RunnableTraining<Trained, Validated>,
  pending: PendingStep<Trained>,
  { log: { every } }: LoopSettings,
  logs: RunLogs,
): Promise<{ readonly kind: 'step' } & Trained> {
  const trained = await pending.read()
  const { step, endsEpoch } = pending
  if (step % every === 0) logs.append(step, training.stepScalars(trained))
  const scalars = endsEpoch ? training.epochScalars() : {}
  if (Object.keys(scalars).length > 0) logs.append(step, scalars)
  return { kind: 'step', ...trained }
}

/** Scores the model and keeps it if it is the best. */
async function validated<Trained, Validated extends object>(
  training: RunnableTraining<Trained, Validated>,
  step: number,
  { out }: LoopSettings,
  logs: RunLogs,
): Promise<ValidationEvent & Validated> {
  const { result, score, scalars } = await training.validate()
  const best = training.progress.validated(score)
  logs.append(step, scalars)
  if (best) await training.save(join(out, 'best.safetensors'), { state: false })
  return { ...result, kind: 'validation', step, best, score, scalars }
}

/** Saves everything to go on from. */
async function saved<Trained, Validated>(training: RunnableTraining<Trained, Validated>, step: number, out: string) {
  const path = lastCheckpoint(out)
  await training.save(path, { state: true })
  return { kind: 'checkpoint', step, path } as const
}
