// A text-to-gloss training in its folder: started, stopped, killed and resumed, as a text-to-pose training is.

import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../base/errors.js'
import { trainerState } from '../checkpoint/checkpoint.js'
import { readGlossCheckpoint, saveGlossCheckpoint } from '../checkpoint/file.js'
import { restoreGlossModel } from '../checkpoint/restore.js'
import type { Gpu } from '../device/gpu.js'
import { GlossDecoder } from '../infer/gloss_decoder.js'
import type { TextScores } from '../metrics/text_scores.js'
import { GlossModel, type GlossModelDescription } from '../model/text_to_gloss.js'
import type { GlossRunConfig } from './gloss_config.js'
import { type GlossLine, loadGlossData, readingOf } from './gloss_dataset.js'
import { type GlossStep, GlossTrainer, type GlossTrainerState } from './gloss_trainer.js'
import { scoreLines } from './gloss_validation.js'
import { scaleScalars } from './loss_scale.js'
import type { PendingStep } from './pending_step.js'
import type { TrainRunOptions } from './run.js'
import { loadGlossConfig } from './run_file.js'
import { inRunFolder, lastCheckpoint, type RunFolder } from './run_folder.js'
import type { Scalars } from './run_logs.js'
import { type Begun, carryThrough, type Job, type RunEvent } from './run_loop.js'
import { settleTuning } from './run_tuning.js'

/** What a validation tells. */
export interface GlossValidated {
  readonly scores: TextScores
}

export type GlossTrainEvent = RunEvent<GlossStep, GlossValidated>

/** What decides which batch a step has; the rest of a run file may change when a run goes on. */
const fixedKeys = [
  'task',
  'seed',
  'data',
  'reads',
  'naming',
  'gloss',
  'tokens',
  'minCount',
  'model',
  'precision',
  'batch',
  'smoothing',
] as const

/** Runs a training to its end, telling what happens. Throws as `trainRun`. */
export async function* trainGlossRun(gpu: Gpu, config: GlossRunConfig, options: TrainRunOptions = {}): AsyncGenerator<GlossTrainEvent> {
  gpu.check()
  yield* inRunFolder(config.out, options, (folder) => trainIn(folder, gpu, config, options))
}

async function* trainIn(folder: RunFolder, gpu: Gpu, config: GlossRunConfig, { signal }: TrainRunOptions): AsyncGenerator<GlossTrainEvent> {
  const { resumed } = folder
  const { train, dev, description, notes: dataNotes } = await loadGlossData(config)
  await folder.begin(config, fixedKeys, loadGlossConfig)
  const tuned = await settleTuning(gpu, config.out, resumed)
  const { trainer, notes } = resumed
    ? await resume(tuned, config, train, description, lastCheckpoint(config.out))
    : { trainer: begin(tuned, config, train, description), notes: [] }
  yield* carryThrough(new GlossJob(trainer, heldOut(train, dev, config), [...dataNotes, ...notes]), config, { resumed, signal })
}

/** The lines a validation scores: held-out ones, or those learned from where there are none. */
function heldOut(train: readonly GlossLine[], dev: readonly GlossLine[], { validate }: GlossRunConfig): readonly GlossLine[] {
  const held = dev.length > 0 ? dev : train
  return held.slice(0, validate.sentences ?? held.length)
}

function begin(gpu: Gpu, config: GlossRunConfig, train: readonly GlossLine[], description: GlossModelDescription): GlossTrainer {
  const { precision, seed } = config
  return new GlossTrainer(config, new GlossModel(gpu, description, { training: true, precision, seed }), train)
}

async function resume(
  gpu: Gpu,
  config: GlossRunConfig,
  train: readonly GlossLine[],
  description: GlossModelDescription,
  last: string,
): Promise<Begun<GlossTrainer>> {
  const checkpoint = await readGlossCheckpoint(last)
  const state = trainerState(checkpoint) as GlossTrainerState
  if (!isDeepStrictEqual(plain(checkpoint.description), plain(description))) {
    const problem = 'wanted a model of the run file’s sizes and words, got another'
    throw new SignError('ERR_CHECKPOINT', last, problem, 'Resume with the run file and data it was started with')
  }
  const trainer = new GlossTrainer(config, restoreGlossModel(gpu, checkpoint, { training: true, precision: config.precision }), train)
  trainer.restore(state)
  return { trainer, notes: checkpoint.notes }
}

/** What a description says, for comparing. */
function plain({ source, gloss, ...rest }: GlossModelDescription): object {
  return { ...rest, source: source.toJSON(), gloss: gloss.toJSON() }
}

class GlossJob implements Job<GlossStep, GlossValidated> {
  readonly notes: readonly string[]
  readonly #trainer: GlossTrainer
  readonly #held: readonly GlossLine[]
  readonly #readings: readonly string[]
  readonly #decoder: GlossDecoder

  constructor(trainer: GlossTrainer, held: readonly GlossLine[], notes: readonly string[]) {
    this.notes = notes
    this.#trainer = trainer
    const { source } = trainer.model
    // A line without a word cannot be glossed.
    const readable = held
      .map((line, i) => ({ line, reading: readingOf(line, trainer.config, ['held', i]) }))
      .filter(({ reading }) => source.tokensOf(reading).length > 0)
    this.#held = readable.map(({ line }) => line)
    this.#readings = readable.map(({ reading }) => reading)
    this.#decoder = new GlossDecoder(trainer.model.gpu, trainer.model)
  }

  get progress() {
    return this.#trainer.progress
  }

  get parameters(): number {
    return this.#trainer.model.weights.specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  }

  get clips(): number {
    return this.#trainer.lines.length
  }

  submitStep(): Promise<PendingStep<GlossStep>> {
    return this.#trainer.submitStep()
  }

  stepScalars({ loss, gradientNorm, rate, lossScale }: GlossStep): Scalars {
    return { loss, gradientNorm, rate, ...scaleScalars(lossScale) }
  }

  epochScalars(): Scalars {
    return {}
  }

  async validate() {
    const { beams, lengthPenalty } = this.#trainer.config.validate
    const { scores } = await scoreLines(this.#decoder, this.#held, this.#readings, { beams, lengthPenalty })
    const { bleu, rouge, exact, lengthRatio } = scores
    const scalars = { 'dev/bleu1': bleu[0], 'dev/bleu4': bleu[3], 'dev/rouge': rouge, 'dev/exact': exact, 'dev/lengthRatio': lengthRatio }
    // Short glosses have no 4-grams, so BLEU-4 alone may stay 0: ROUGE settles what it leaves open.
    return { result: { scores }, score: 200 - bleu[3] - rouge, scalars }
  }

  async save(path: string, { state }: { state: boolean }): Promise<void> {
    await saveGlossCheckpoint(path, this.#trainer.model, state ? await this.#trainer.state() : undefined)
  }

  async destroy(): Promise<void> {
    await this.#decoder.destroy()
    await this.#trainer.destroy()
    this.#trainer.model.destroy()
  }
}
