// A whole training run in its folder: config, checkpoints, logs; started, stopped, killed and resumed.
//
//   config.yaml            the run file, complete
//   last.safetensors       everything to go on from        best.safetensors    the weights with the best validation
//   step-000400.safetensors  older ones, when more than one is kept
//   metrics.jsonl          a line a report and a validation     summary.json     how it ended     events.out.tfevents.*  TensorBoard

import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Gpu } from '../device/gpu.js'
import type { ScoreRow } from '../metrics/scores.js'
import { SignModel } from '../model/sign_model.js'
import { type Checkpoint, readCheckpoint, restoreModel, saveCheckpoint } from './checkpoint.js'
import { type LanguageData, loadData } from './dataset.js'
import { MetricsLog, truncateAfter } from './metrics_log.js'
import { formatRunConfig, loadRunConfig, type RunConfig } from './run_config.js'
import { TensorBoardLog } from './tensorboard.js'
import { type TrainedStep, Trainer, type TrainerState } from './trainer.js'
import { validate } from './validation.js'

export type TrainEvent =
  | { readonly kind: 'start'; readonly step: number; readonly parameters: number; readonly clips: number; readonly resumed: boolean }
  | ({ readonly kind: 'step' } & TrainedStep)
  | { readonly kind: 'validation'; readonly step: number; readonly rows: readonly ScoreRow[]; readonly best: boolean }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly kind: 'end'; readonly step: number; readonly reason: string; readonly interrupted: boolean }

export interface TrainRunOptions {
  /** Go on from the folder's last checkpoint; without one, start anew. */
  readonly resume?: boolean
  /** Throw away what the folder holds. */
  readonly overwrite?: boolean
  /** Aborting saves a checkpoint after the current step and ends the stream. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a training to its end, telling what happens.
 *
 * Throws ERR_USAGE where the folder already holds a run and neither `resume` nor `overwrite` is set, ERR_CONFIG where that run was
 * begun with other data, sizes or batches, ERR_OUTPUT where it cannot be
 * written, ERR_DATA and ERR_CONFIG for what cannot be trained on, ERR_CHECKPOINT for a checkpoint of another model.
 */
export async function* trainRun(gpu: Gpu, config: RunConfig, options: TrainRunOptions = {}): AsyncGenerator<TrainEvent> {
  const data = await loadData(config)
  const last = join(config.out, 'last.safetensors')
  // Read before the folder is touched: a base that cannot be used leaves nothing behind. A run that goes on has it in its checkpoint.
  const goesOn = existsSync(last) && !options.overwrite
  const base = config.base && !goesOn ? await readBase(config.base.model, data) : undefined
  await prepareFolder(config, last, options)
  const resumed = existsSync(last)
  const trainer = resumed ? await resumeTrainer(gpu, config, data, last) : await startTrainer(gpu, config, data, base)
  const metricsPath = join(config.out, 'metrics.jsonl')
  if (resumed) await truncateAfter(metricsPath, trainer.step)
  const metrics = new MetricsLog(metricsPath)
  const board = config.log.tensorboard ? new TensorBoardLog(config.out, resumed ? { resumedAt: trainer.step } : {}) : undefined
  const parameters = trainer.model.groups
    .flatMap(({ weights }) => weights.specs)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  yield { kind: 'start', step: trainer.step, parameters, clips: data.reduce((sum, { train }) => sum + train.length, 0), resumed }
  try {
    yield* trainToEnd(trainer, last, options.signal, (step, values) => {
      metrics.append({ step, ...values })
      board?.scalars(step, values)
    })
  } finally {
    metrics.close()
    board?.close()
    await trainer.destroy()
    trainer.model.destroy()
  }
}

async function* trainToEnd(
  trainer: Trainer,
  last: string,
  signal: AbortSignal | undefined,
  log: (step: number, values: Record<string, number>) => void,
): AsyncGenerator<TrainEvent> {
  const { config, model } = trainer
  while (trainer.ended === undefined && !signal?.aborted) {
    const trained = await trainer.trainStep()
    const { step } = trained
    if (step % config.log.every === 0) log(step, stepScalars(trained))
    const skips = trainer.epoch === trained.epoch ? {} : trainer.skipScalars()
    if (Object.keys(skips).length > 0) log(step, skips)
    yield { kind: 'step', ...trained }

    if (step % config.validate.every === 0 || trainer.ended !== undefined) {
      const rows = await validate(model, trainer.data, config.validate)
      const best = trainer.validated(rows[0]!.dtw)
      log(step, validationScalars(rows[0]!))
      if (best) await saveCheckpoint(join(config.out, 'best.safetensors'), model)
      yield { kind: 'validation', step, rows, best }
    }
    if (step % config.checkpoint.every === 0 || trainer.ended !== undefined || signal?.aborted) {
      await keepOlder(config, last, step)
      await saveCheckpoint(last, model, trainer.state())
      yield { kind: 'checkpoint', step, path: last }
    }
  }
  const reason = trainer.ended ?? 'interrupted'
  const { step, epoch, best } = trainer
  await writeWhole(join(config.out, 'summary.json'), `${JSON.stringify({ step, epoch, best, reason }, null, 2)}\n`)
  yield { kind: 'end', step, reason, interrupted: trainer.ended === undefined }
}

async function prepareFolder(config: RunConfig, last: string, { resume = false, overwrite = false }: TrainRunOptions): Promise<void> {
  const { out } = config
  const holdsRun = existsSync(last)
  if (holdsRun && !resume && !overwrite) {
    throw new SignError(
      'ERR_USAGE',
      out,
      'wanted an empty run folder, got one with a run in it',
      'Pass --resume to go on, or --overwrite to start anew',
    )
  }
  const anew = !holdsRun || overwrite
  if (!anew) await checkSameRun(config)
  // A process that was killed while it wrote leaves a partial file behind.
  for (const name of existsSync(out) ? await readdir(out) : []) if (isPartial(name) || (anew && isOurs(name))) await rm(join(out, name))
  try {
    await mkdir(out, { recursive: true })
  } catch (cause) {
    throw new SignError(
      'ERR_OUTPUT',
      out,
      `wanted a folder for the run, got ${(cause as Error).message}`,
      'Choose a folder you may write to',
      { cause },
    )
  }
  await writeWhole(join(out, 'config.yaml'), formatRunConfig(config))
}

/** Only what a run writes is ever removed from its folder. */
const isOurs = (name: string): boolean =>
  /^(config\.yaml|summary\.json|metrics\.jsonl|(last|best|step-\d+)\.safetensors|events\.out\.tfevents\..*)$/.test(name)
const isPartial = (name: string): boolean => /\.partial-\d+$/.test(name)

/** What decides which batch a step has and what the model sees of it; the rest of a run file may change when a run goes on. */
const fixedKeys = ['seed', 'data', 'tokens', 'scaling', 'model', 'batch', 'learning', 'base'] as const

/** Throws ERR_CONFIG where the run in the folder was begun with another value of a key that must stay. */
async function checkSameRun(config: RunConfig): Promise<void> {
  const path = join(config.out, 'config.yaml')
  if (!existsSync(path)) return
  const begun = await loadRunConfig(path)
  const changed = fixedKeys.find((key) => !isDeepStrictEqual(begun[key], config[key]))
  if (changed === undefined) return
  throw new SignError(
    'ERR_CONFIG',
    path,
    `wanted \`${changed}\` as the run was begun with, got another`,
    'Change it back, or start anew with --overwrite',
  )
}

async function startTrainer(gpu: Gpu, config: RunConfig, data: readonly LanguageData[], base: Checkpoint | undefined): Promise<Trainer> {
  const { seed } = config
  const clone = config.base?.clone
  const model = new SignModel(gpu, { training: true })
  for (const description of base?.groups ?? []) {
    const tensors = base!.tensors('weights', description.language)
    model.addLanguage(description, { tensors, training: false, who: base!.path })
  }
  for (const { group } of data) {
    if (clone) await model.cloneLanguage(group, clone, { seed })
    else model.addLanguage(group, { seed })
  }
  return new Trainer(config, model, data)
}

/** The checkpoint that languages are added to. Throws ERR_CONFIG where it has one of them already. */
async function readBase(path: string, data: readonly LanguageData[]): Promise<Checkpoint> {
  const base = await readCheckpoint(path)
  const taken = data.find(({ language }) => base.groups.some((group) => group.language === language))
  if (!taken) return base
  const problem = `wanted languages that it does not have yet, got ${taken.language}`
  throw new SignError('ERR_CONFIG', path, problem, 'Leave it out of data, or give the new group another tag')
}

async function resumeTrainer(gpu: Gpu, config: RunConfig, data: readonly LanguageData[], last: string): Promise<Trainer> {
  const checkpoint = await readCheckpoint(last)
  for (const { group } of data) {
    const saved = checkpoint.groups.find(({ language }) => language === group.language)
    const same =
      saved &&
      JSON.stringify(saved.config) === JSON.stringify(group.config) &&
      saved.vocabulary.tokens.join(' ') === group.vocabulary.tokens.join(' ')
    if (!same)
      throw new SignError(
        'ERR_CHECKPOINT',
        last,
        `wanted the run file's ${group.language} model, got another`,
        'Resume with the run file it was started with',
      )
  }
  const model = restoreModel(gpu, checkpoint, { training: true })
  const trainer = new Trainer(config, model, data)
  trainer.restore(checkpoint.state as TrainerState)
  return trainer
}

/** Before `last` is replaced, keeps it under its step's name; drops the oldest beyond the number wanted. */
async function keepOlder({ out, checkpoint: { keep, every } }: RunConfig, last: string, step: number): Promise<void> {
  if (keep < 2 || !existsSync(last)) return
  const older = join(out, `step-${String(step - every).padStart(6, '0')}.safetensors`)
  await copyFile(last, `${older}.partial-${process.pid}`)
  await rename(`${older}.partial-${process.pid}`, older)
  const kept = (await readdir(out)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort()
  for (const name of kept.slice(0, Math.max(0, kept.length - (keep - 1)))) await rm(join(out, name))
}

function stepScalars({ loss, gradientNorm, rate, samples, lengthLoss }: TrainedStep): Record<string, number> {
  const reward = samples.reduce((sum, sample) => sum + sample.reward, 0) / samples.length
  return { loss, gradientNorm, rate, reward, ...(lengthLoss === undefined ? {} : { lengthLoss }) }
}

function validationScalars({ dtw, dtwMje, wristPathRatio, durationRatio, poseStdRatio }: ScoreRow): Record<string, number> {
  return {
    'dev/dtw': dtw,
    'dev/dtwMje': dtwMje,
    'dev/wristPathRatio': wristPathRatio,
    'dev/durationRatio': durationRatio,
    'dev/poseStdRatio': poseStdRatio,
  }
}
