// Runs a training to its end, whatever the task: steps, validations, checkpoints and logs in their turns, as a stream of events.

import { join } from 'node:path'
import { anyRank, type Communicator } from '../../base/communicator.js'
import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { Meter, type Progress } from '../../base/progress.js'
import type { TrainingConfig } from '../config/parts.js'
import type { PendingStep } from '../pending_step.js'
import type { Validation } from '../task.js'
import type { TrainingProgress } from '../training_progress.js'
import { keepOlder, lastCheckpoint } from './folder.js'
import { RunLogs, type Scalars } from './logs.js'

/** A step that is done, whatever the task. */
export interface StepEvent {
  readonly kind: 'step'
  readonly progress: Progress
}

/** A validation, whatever the task. */
export interface ValidationEvent extends Pick<Validation<object>, 'score' | 'scalars'> {
  readonly kind: 'validation'
  readonly step: number
  readonly best: boolean
}

/**
 * What happens in a run; `Trained` is what a step reports, `Validated` what a validation does. Progress is only a part of it: a step carries how far the run is
 * as any other work tells it, and beside that there are results and files.
 */
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
  | (StepEvent & Trained)
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
  /** Throws ERR_CONFIG where ranks do not train the same thing: before the first step. */
  checkBegin?(): Promise<void>
  /** Throws ERR_DIVERGED where the weights of ranks are no longer the same: before they are saved. */
  checkRanks?(): Promise<void>
  /** Saves the model; with `state`, everything to go on from too. */
  save(path: string, options: { readonly state: boolean }): Promise<void>
  destroy(): Promise<void>
}

/** What of a run file the loop reads. */
export type LoopSettings = Pick<TrainingConfig, 'out' | 'log' | 'checkpoint' | 'validate' | 'stop'>

export interface LoopOptions<Trained> {
  readonly resumed: boolean
  /** What to know of the data and of the checkpoint it goes on from. */
  readonly notes: readonly string[]
  readonly signal?: AbortSignal | undefined
  /** The ranks that train together: the first writes, and all end after the same step, whoever is asked to. */
  readonly ranks?: Communicator | undefined
  /** What the speed of steps counts, in the singular, and how many of them a step had. */
  readonly speed: { readonly unit: string; of(trained: Trained): number }
}

/**
 * Trains to the end, or until `signal` aborts: then a checkpoint is saved after the step under way; also where another rank is lost, if the steps
 * since the last checkpoint are done. Destroys the training.
 */
export async function* runTraining<Trained extends object, Validated extends object>(
  training: RunnableTraining<Trained, Validated>,
  config: LoopSettings,
  { resumed, notes, signal, ranks, speed }: LoopOptions<Trained>,
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { progress, parameters, examples } = training
  const writes = ranks === undefined || ranks.rank === 0
  let logs: RunLogs | undefined
  try {
    await training.checkBegin?.()
    if (writes) logs = await RunLogs.open(config, resumed ? progress.step : undefined)
    yield { kind: 'start', step: progress.step, parameters, clips: examples, resumed, notes }
    const meter = new Meter({ work: 'training', unit: 'step', all: config.stop.steps ?? undefined, speedOf: speed.unit })
    const measured = (trained: Trained, step: number) => meter.at(step, speed.of(trained))
    yield* trainToEnd(training, config, { signal, ranks, logs, measured })
  } finally {
    try {
      logs?.close()
    } finally {
      await training.destroy()
    }
  }
}

interface LoopState<Trained> extends Pick<LoopOptions<Trained>, 'signal' | 'ranks'> {
  /** Of the rank that writes. */
  readonly logs: RunLogs | undefined
  /** How far the run is with that step. */
  readonly measured: (trained: Trained, step: number) => Progress
}

/** While a step runs, the one before it is reported and the one after it made ready. What looks at the model waits for what runs. */
async function* trainToEnd<Trained extends object, Validated extends object>(
  training: RunnableTraining<Trained, Validated>,
  config: LoopSettings,
  state: LoopState<Trained>,
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { signal, ranks, logs } = state
  const { out, validate, checkpoint } = config
  const { progress } = training
  const isOver = async (): Promise<boolean> => {
    const asked = signal?.aborted === true || logs?.failure !== undefined
    // Each rank asks the others here, so that all ask as often.
    const stopped = ranks ? await anyRank(ranks, asked) : asked
    return stopped || progress.ended !== undefined
  }
  /** Of the last checkpoint, where there is one. */
  let savedStep = progress.step
  const save = async () => {
    const { step } = progress
    await keepOlder(out, checkpoint.keep, savedStep)
    savedStep = step
    return saved(training, step, out)
  }
  let running: PendingStep<Trained> | undefined
  try {
    let over = await isOver()
    while (!over) {
      const last = running
      running = await training.submitStep()
      if (last) yield await reportStep(training, last, config, state)
      const { step } = running
      over = await isOver()
      if (!over && step % validate.every !== 0 && step % checkpoint.every !== 0) continue

      yield await reportStep(training, running, config, state)
      running = undefined
      if (step % validate.every === 0 || progress.ended !== undefined) yield await validated(training, step, config, logs)
      over = await isOver()
      if (step % checkpoint.every === 0 || over) {
        await training.checkRanks?.()
        if (logs) yield await save()
      }
      over = await isOver()
    }
  } catch (error) {
    const lost = error instanceof SignError && error.code === 'ERR_RANKS'
    // The step that another rank left unfinished has changed nothing. The one before it is in the checkpoint, so its line has to be in the log.
    if (lost && logs && progress.step > savedStep) {
      if (running) yield await reportStep(training, running, config, state)
      yield await save()
    }
    throw error
  }
  if (!logs) return yield ended(training)
  // The steps are in the checkpoint by now.
  if (logs.failure !== undefined) throw logs.failure
  const end = ended(training)
  const { step, reason } = end
  const { epoch, best } = progress
  await writeWhole(join(out, 'summary.json'), `${JSON.stringify({ step, epoch, best, reason }, null, 2)}\n`)
  yield end
}

const ended = ({ progress }: { readonly progress: TrainingProgress }) =>
  ({ kind: 'end', step: progress.step, reason: progress.ended ?? 'interrupted', interrupted: progress.ended === undefined }) as const

/** Waits for a step and logs it. */
async function reportStep<Trained extends object, Validated>(
  training: RunnableTraining<Trained, Validated>,
  pending: PendingStep<Trained>,
  { log: { every } }: LoopSettings,
  { logs, measured }: LoopState<Trained>,
): Promise<StepEvent & Trained> {
  const trained = await pending.read()
  const { step, endsEpoch } = pending
  if (step % every === 0) logs?.append(step, training.stepScalars(trained))
  const scalars = endsEpoch ? training.epochScalars() : {}
  if (Object.keys(scalars).length > 0) logs?.append(step, scalars)
  return { ...trained, kind: 'step', progress: measured(trained, step) }
}

/** Scores the model and keeps it if it is the best. */
async function validated<Trained, Validated extends object>(
  training: RunnableTraining<Trained, Validated>,
  step: number,
  { out }: LoopSettings,
  logs: RunLogs | undefined,
): Promise<ValidationEvent & Validated> {
  const { result, score, scalars } = await training.validate()
  const best = training.progress.validated(score)
  logs?.append(step, scalars)
  if (best && logs) await training.save(join(out, 'best.safetensors'), { state: false })
  return { ...result, kind: 'validation', step, best, score, scalars }
}

/** Saves everything to go on from. */
async function saved<Trained, Validated>(training: RunnableTraining<Trained, Validated>, step: number, out: string) {
  const path = lastCheckpoint(out)
  await training.save(path, { state: true })
  return { kind: 'checkpoint', step, path } as const
}
