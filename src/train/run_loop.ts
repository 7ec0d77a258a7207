// Carries a training through, whatever the task: steps, validations, checkpoints and logs in their turns, told as a stream of events.

import { join } from 'node:path'
import { writeWhole } from '../base/files.js'
import type { Course } from './course.js'
import { MetricsLog, truncateAfter } from './metrics_log.js'
import type { RunConfig } from './run_config.js'
import { keepOlder, lastCheckpoint } from './run_folder.js'
import { TensorBoardLog } from './tensorboard.js'

/** What happens in a run; `Trained` is what a step tells, `Validated` what a validation does. */
export type RunEvent<Trained, Validated> =
  | { readonly kind: 'start'; readonly step: number; readonly parameters: number; readonly clips: number; readonly resumed: boolean }
  | ({ readonly kind: 'step' } & Trained)
  | ({ readonly kind: 'validation'; readonly step: number; readonly best: boolean } & Validated)
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly kind: 'end'; readonly step: number; readonly reason: string; readonly interrupted: boolean }

/** Numbers for the logs, by name. */
export type Scalars = Readonly<Record<string, number>>

/** One training of some task. */
export interface Job<Trained, Validated> {
  readonly course: Course
  /** Of the whole model. */
  readonly parameters: number
  /** Examples trained on. */
  readonly clips: number
  trainStep(): Promise<Trained>
  stepScalars(trained: Trained): Scalars
  /** Logged when an epoch begins; empty where there is nothing to say. */
  epochScalars(): Scalars
  /** `score` chooses the best, lower is better. */
  validate(): Promise<{ readonly result: Validated; readonly score: number; readonly scalars: Scalars }>
  /** Saves the model; with `state`, everything to go on from too. */
  save(path: string, options: { readonly state: boolean }): Promise<void>
  destroy(): Promise<void>
}

/** What of a run file the loop reads. */
export type LoopSettings = Pick<RunConfig, 'out' | 'log' | 'checkpoint'> & { readonly validate: { readonly every: number } }

/** Trains to the end, or until `signal` aborts: then a checkpoint is saved after the current step. Destroys the job. */
export async function* carryThrough<Trained extends object, Validated extends object>(
  job: Job<Trained, Validated>,
  config: LoopSettings,
  { resumed, signal }: { readonly resumed: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { out } = config
  const { course, parameters, clips } = job
  const path = join(out, 'metrics.jsonl')
  if (resumed) await truncateAfter(path, course.step)
  const metrics = new MetricsLog(path)
  const board = config.log.tensorboard ? new TensorBoardLog(out, resumed ? { resumedAt: course.step } : {}) : undefined
  const log = (step: number, values: Scalars) => {
    metrics.append({ step, ...values })
    board?.scalars(step, values)
  }
  try {
    yield { kind: 'start', step: course.step, parameters, clips, resumed }
    yield* trainToEnd(job, config, signal, log)
  } finally {
    metrics.close()
    board?.close()
    await job.destroy()
  }
}

async function* trainToEnd<Trained extends object, Validated extends object>(
  job: Job<Trained, Validated>,
  { out, log: { every: logEvery }, validate, checkpoint }: LoopSettings,
  signal: AbortSignal | undefined,
  log: (step: number, values: Scalars) => void,
): AsyncGenerator<RunEvent<Trained, Validated>> {
  const { course } = job
  const last = lastCheckpoint(out)
  while (course.ended === undefined && !signal?.aborted) {
    const { epoch } = course
    const trained = await job.trainStep()
    const { step } = course
    if (step % logEvery === 0) log(step, job.stepScalars(trained))
    const scalars = course.epoch === epoch ? {} : job.epochScalars()
    if (Object.keys(scalars).length > 0) log(step, scalars)
    yield { kind: 'step', ...trained }

    if (step % validate.every === 0 || course.ended !== undefined) {
      const { result, score, scalars } = await job.validate()
      const best = course.validated(score)
      log(step, scalars)
      if (best) await job.save(join(out, 'best.safetensors'), { state: false })
      yield { kind: 'validation', step, best, ...result }
    }
    if (step % checkpoint.every === 0 || course.ended !== undefined || signal?.aborted) {
      await keepOlder(out, checkpoint, step)
      await job.save(last, { state: true })
      yield { kind: 'checkpoint', step, path: last }
    }
  }
  const reason = course.ended ?? 'interrupted'
  const { step, epoch, best } = course
  await writeWhole(join(out, 'summary.json'), `${JSON.stringify({ step, epoch, best, reason }, null, 2)}\n`)
  yield { kind: 'end', step, reason, interrupted: course.ended === undefined }
}
