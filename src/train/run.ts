// A text-to-pose training in its folder: started, stopped, killed and resumed.

import { SignError } from '../base/errors.js'
import { trainerState } from '../checkpoint/checkpoint.js'
import { readPoseCheckpoint, savePoseCheckpoint } from '../checkpoint/file.js'
import { restoreModel } from '../checkpoint/restore.js'
import type { PoseCheckpoint } from '../checkpoint/text_to_pose.js'
import type { Gpu } from '../device/gpu.js'
import type { ScoreRow } from '../metrics/scores.js'
import { sameConfig } from '../model/config.js'
import { SignModel } from '../model/sign_model.js'
import { type LanguageData, loadData, startFrom, withRates } from './dataset.js'
import { scaleScalars } from './loss_scale.js'
import type { PendingStep } from './pending_step.js'
import type { RunConfig } from './run_config.js'
import { loadRunConfig } from './run_file.js'
import { type FolderOptions, inRunFolder, lastCheckpoint, type RunFolder } from './run_folder.js'
import type { Scalars } from './run_logs.js'
import { type Begun, carryThrough, type Job, type RunEvent } from './run_loop.js'
import { settleTuning } from './run_tuning.js'
import { type TrainedStep, Trainer, type TrainerState } from './trainer.js'
import { validate } from './validation.js'

/** What a validation tells: the model's row first, then the baselines'. */
export interface Validated {
  readonly rows: readonly ScoreRow[]
}

export type TrainEvent = RunEvent<TrainedStep, Validated>

export interface TrainRunOptions extends FolderOptions {
  /** Aborting saves a checkpoint after the step that is under way, which is still told of, and ends the stream. */
  readonly signal?: AbortSignal | undefined
}

/** What decides which batch a step has and what the model sees of it; the rest of a run file may change when a run goes on. */
const fixedKeys = [
  'task',
  'seed',
  'data',
  'groups',
  'tokens',
  'scaling',
  'model',
  'precision',
  'batch',
  'learning',
  'base',
  'start',
] as const

/**
 * Runs a training to its end, telling what happens.
 *
 * Throws ERR_USAGE where the folder already holds a run and neither `resume` nor `overwrite` is set, or where another process works in
 * it, ERR_CONFIG where that run was begun with other data, sizes or batches, ERR_OUTPUT where it cannot be written, ERR_DATA and ERR_CONFIG
 * for what cannot be trained on, ERR_CHECKPOINT for a checkpoint of another model.
 */
export async function* trainRun(gpu: Gpu, config: RunConfig, options: TrainRunOptions = {}): AsyncGenerator<TrainEvent> {
  gpu.check()
  yield* inRunFolder(config.out, options, (folder) => trainIn(folder, gpu, config, options))
}

async function* trainIn(folder: RunFolder, gpu: Gpu, runFile: RunConfig, { signal }: TrainRunOptions): AsyncGenerator<TrainEvent> {
  const { resumed } = folder
  const config = await withRates(runFile)
  const loaded = await loadData(config)
  // A run that goes on has its base in its checkpoint.
  const base = config.base && !resumed ? await readBase(config.base.model, loaded) : undefined
  const start = config.start && !resumed ? await readPoseCheckpoint(config.start) : undefined
  if (start) for (const language of loaded) startFrom(language, start)
  await folder.begin(config, fixedKeys, loadRunConfig)
  const tuned = await settleTuning(gpu, config.out, resumed)
  const { trainer, notes } = resumed
    ? await resumeTrainer(tuned, config, loaded, lastCheckpoint(config.out))
    : { trainer: await startTrainer(tuned, config, loaded, { base, start }), notes: [base, start].flatMap((from) => from?.notes ?? []) }
  yield* carryThrough(new PoseJob(trainer, notes), config, { resumed, signal })
}

class PoseJob implements Job<TrainedStep, Validated> {
  readonly #trainer: Trainer
  readonly notes: readonly string[]

  /** @param notes what to know of the checkpoints it goes on from; what to know of the data is added */
  constructor(trainer: Trainer, notes: readonly string[]) {
    this.#trainer = trainer
    this.notes = [...notes, ...trainer.data.flatMap((language) => language.notes)]
  }

  get progress() {
    return this.#trainer.progress
  }

  get parameters(): number {
    return this.#trainer.model.groups
      .flatMap(({ weights }) => weights.specs)
      .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  }

  get clips(): number {
    return this.#trainer.data.reduce((sum, { train }) => sum + train.length, 0)
  }

  submitStep(): Promise<PendingStep<TrainedStep>> {
    return this.#trainer.submitStep()
  }

  stepScalars({ loss, gradientNorm, rate, samples, lengthLoss, lossScale }: TrainedStep): Scalars {
    const reward = samples.reduce((sum, sample) => sum + sample.reward, 0) / samples.length
    return { loss, gradientNorm, rate, reward, ...(lengthLoss === undefined ? {} : { lengthLoss }), ...scaleScalars(lossScale) }
  }

  epochScalars(): Scalars {
    return this.#trainer.skipScalars()
  }

  async validate() {
    const { model, data, config } = this.#trainer
    const rows = await validate(model, data, config.validate)
    const { dtw, dtwMje, wristPathRatio, durationRatio, poseStdRatio } = rows[0]!
    const scores = { dtw, dtwMje, wristPathRatio, durationRatio, poseStdRatio }
    const scalars = Object.fromEntries(Object.entries(scores).map(([name, value]) => [`dev/${name}`, value]))
    return { result: { rows }, score: dtw, scalars }
  }

  async save(path: string, { state }: { state: boolean }): Promise<void> {
    const trainer = this.#trainer
    await savePoseCheckpoint(path, trainer.model, state ? await trainer.state() : undefined)
  }

  async destroy(): Promise<void> {
    await this.#trainer.destroy()
    this.#trainer.model.destroy()
  }
}

async function startTrainer(
  gpu: Gpu,
  config: RunConfig,
  loaded: readonly LanguageData[],
  { base, start }: { readonly base: PoseCheckpoint | undefined; readonly start: PoseCheckpoint | undefined },
): Promise<Trainer> {
  const { seed } = config
  const data = start ? loaded.map((language) => startFrom(language, start)) : loaded
  const clone = config.base?.clone
  const model = new SignModel(gpu, { training: true, precision: config.precision })
  for (const description of base?.groups ?? []) {
    const tensors = base!.tensors('weights', description.language)
    model.addLanguage(description, { tensors, training: false, who: base!.path })
  }
  for (const { group, language } of data) {
    if (clone) await model.cloneLanguage(group, clone, { seed })
    else if (start) model.addLanguage(group, { tensors: start.tensors('weights', language), who: start.path })
    else model.addLanguage(group, { seed })
  }
  return new Trainer(config, model, data)
}

/** The checkpoint that languages are added to. Throws ERR_CONFIG where it has one of them already. */
async function readBase(path: string, data: readonly LanguageData[]): Promise<PoseCheckpoint> {
  const base = await readPoseCheckpoint(path)
  const taken = data.find(({ language }) => base.groups.some((group) => group.language === language))
  if (!taken) return base
  const problem = `wanted languages that it does not have yet, got ${taken.language}`
  throw new SignError('ERR_CONFIG', path, problem, 'Leave it out of data, or give the new group another tag')
}

async function resumeTrainer(gpu: Gpu, config: RunConfig, loaded: readonly LanguageData[], last: string): Promise<Begun<Trainer>> {
  const checkpoint = await readPoseCheckpoint(last)
  const state = trainerState(checkpoint) as TrainerState
  if (checkpoint.exchanged.length > 0 && config.data.some((entry) => 'synthetic' in entry)) {
    const problem = 'wanted a run on the built-in signer, who faces the camera, got one on its mirror image of earlier versions'
    throw new SignError('ERR_CHECKPOINT', last, problem, 'Start anew with --overwrite')
  }
  // What a run started from is in its own checkpoint by now.
  const data = config.start ? loaded.map((language) => startFrom(language, checkpoint)) : loaded
  for (const { group } of data) {
    const saved = checkpoint.groups.find(({ language }) => language === group.language)
    const same = saved && sameConfig(saved.config, group.config) && saved.vocabulary.tokens.join(' ') === group.vocabulary.tokens.join(' ')
    if (!same)
      throw new SignError(
        'ERR_CHECKPOINT',
        last,
        `wanted the run file's ${group.language} model, got another`,
        'Resume with the run file it was started with',
      )
  }
  const model = restoreModel(gpu, checkpoint, { training: true, precision: config.precision })
  const trainer = new Trainer(config, model, data)
  trainer.restore(state)
  return { trainer, notes: checkpoint.notes }
}
