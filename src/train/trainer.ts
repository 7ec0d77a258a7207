// Training, whatever the task: one step after another. Everything that decides the next step is in `state()` or drawn from the seed, so a
// run that is stopped anywhere goes on to the same bits.

import { type Communicator, fromFirst } from '../base/communicator.js'
import { Lifetime } from '../base/lifetime.js'
import { once } from '../base/once.js'
import { Turns } from '../base/turns.js'
import type { Gpu } from '../device/gpu.js'
import { SlotPool } from '../device/memory.js'
import { trainedNumbers } from '../nn/parameter_spec.js'
import type { BatchPlan } from './batches.js'
import type { TrainingConfig } from './config/parts.js'
import { FeatureProgram } from './features.js'
import { type LossScale, scaleScalars } from './loss_scale.js'
import { type BatchPasses, OwnPasses } from './passes.js'
import { PendingStep, refuseDivergence } from './pending_step.js'
import { checkAlike, checkWeights } from './ranks/alike.js'
import { SharedPasses } from './ranks/shared_passes.js'
import { passSize } from './ranks/shares.js'
import type { Scalars } from './run/logs.js'
import { StepProgram } from './step_program.js'
import type { BatchShape, LossReport, Training, Validation } from './task.js'
import { hyperOf, type ProgressState, TrainingProgress } from './training_progress.js'

/** What one step did; the task adds what it has to tell. */
export type TrainedStep<Report extends LossReport = LossReport> = Report & {
  readonly step: number
  readonly epoch: number
  readonly rate: number
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number
  /** In f16. */
  readonly lossScale: LossScale | undefined
}

/** Plain JSON: all that decides how training goes on, weights and moments aside. The task's own keys lie beside these. */
export interface SavedTraining extends ProgressState {
  /** Of the run; absent in older checkpoints. */
  readonly seed?: number
  /** What of the run file may not change when the run goes on; absent in older checkpoints. */
  readonly run?: object
  /** As {@link TrainerOptions.clips}; absent in older checkpoints. */
  readonly clips?: string
  /** Optimiser steps of each group, for Adam's bias correction; in f16 the GPU counts those that are not skipped. */
  readonly updates?: Readonly<Record<string, number>>
  /** In f16, the state of each group's loss scale. */
  readonly scaling?: Readonly<Record<string, readonly number[]>>
}

export type TrainerConfig = Pick<TrainingConfig, 'seed' | 'stop' | 'schedule' | 'optimiser'> & {
  readonly batch: Pick<TrainingConfig['batch'], 'size' | 'microBatch'>
}

export interface TrainerOptions {
  /** Batches of every epoch, instead of the task's plan: for measuring. */
  readonly plan?: readonly BatchPlan[]
  /** Whether the training's model is freed with the trainer. Default false. */
  readonly owns?: boolean
  /** What its state keeps of the run file, as plain JSON, for telling whose checkpoint it is. */
  readonly run?: object
  /** What its state keeps of the clips, for telling whether a run that goes on learns from the same. */
  readonly clips?: string | undefined
  /** The ranks that go through each batch together; all train the same weights by the same steps. Default: this process alone. */
  readonly ranks?: Communicator | undefined
}

/** Trains a model on a GPU. */
export class Trainer<Report extends LossReport = LossReport, Scores extends object = object> implements AsyncDisposable {
  readonly training: Training<Report, Scores>
  readonly progress: TrainingProgress
  readonly #config: TrainerConfig
  readonly #options: TrainerOptions
  readonly #gpu: Gpu
  readonly #pool: SlotPool
  readonly #passes: BatchPasses
  readonly #programs = new Map<string, Promise<StepProgram>>()
  readonly #features = new Map<string, Promise<FeatureProgram>>()
  readonly #updates = new Map<string, number>()
  readonly #scaling = new Map<string, readonly number[]>()
  #plan: { readonly epoch: number; readonly batches: readonly BatchPlan[] } | undefined
  /** The step submitted last. */
  #newest: PendingStep<TrainedStep<Report>> | undefined
  /** Steps are submitted one at a time: the next batch is known when the last one was. */
  readonly #turns = new Turns()
  readonly #lifetime = new Lifetime('trainer')

  constructor(config: TrainerConfig, training: Training<Report, Scores>, options: TrainerOptions = {}) {
    this.training = training
    this.progress = new TrainingProgress(config)
    this.#config = config
    this.#options = options
    this.#gpu = training.gpu.tunedAs(training.gpu.tuning)
    this.#pool = new SlotPool(this.#gpu)
    const { ranks } = options
    const { size, microBatch } = config.batch
    const maker = {
      training,
      program: (shape: BatchShape) => this.#program(shape),
      features: (shape: BatchShape) => this.#featuresOf(shape),
    }
    this.#passes = ranks
      ? new SharedPasses(this.#gpu, ranks, maker, passSize(size, microBatch, ranks.size))
      : new OwnPasses(maker, microBatch)
  }

  /** Numbers the model learns; padding is not counted. */
  get parameters(): number {
    return trainedNumbers(this.training.groups.flatMap(({ weights }) => weights.specs))
  }

  /** Examples trained on. */
  get examples(): number {
    return this.training.examples
  }

  /** One optimiser step, waited for. Throws ERR_DIVERGED, before weights are touched, where the loss or the gradient is not finite. */
  async trainStep(): Promise<TrainedStep<Report>> {
    return (await this.submitStep()).read()
  }

  /**
   * Submits one optimiser step behind whatever the GPU does. Read the step before it next: that way the GPU never waits for the host.
   * Nothing of a report decides a step of its own epoch; a new epoch is begun when all reports of the last are read.
   */
  submitStep(): Promise<PendingStep<TrainedStep<Report>>> {
    return this.#turns.take(() => this.#submitStep())
  }

  async #submitStep(): Promise<PendingStep<TrainedStep<Report>>> {
    this.#check()
    const { training, progress } = this
    const { seed } = this.#config
    const before = this.#newest
    if (progress.batch === 0) await before?.read()
    const { batches } = this.#epochPlan()
    const batch = batches[progress.batch]!
    const { epoch } = progress
    const optimiser = optimiserOf(training, batch.group, this.#config)
    const rate = progress.rate * (optimiser.rate / this.#config.optimiser.rate)
    const step = progress.step + 1
    const updates = (this.#updates.get(batch.group) ?? 0) + 1
    const settings = { seed: Uint32Array.of(seed, step, 0, 0), hyper: hyperOf(optimiser, rate, updates) }
    const pending = await this.#passes.start({ batch, step, settings })
    this.#updates.set(batch.group, updates)
    const endsEpoch = progress.stepped(batches.length)
    // While the GPU is busy. What fails fails again when its turn comes.
    if (!endsEpoch) this.#passes.prepare(batches[progress.batch]!).catch(() => undefined)
    this.#newest = new PendingStep({ step, endsEpoch }, before, async () => {
      const { passes, gradientNorm, lossScale } = await pending.read()
      const report = training.reportStep(batch, passes)
      const names = batch.examples.map((i) => training.nameOf(batch.group, i))
      refuseDivergence(step, { loss: report.loss, gradientNorm, lossScale }, names)
      if (lossScale) this.#scaling.set(batch.group, lossScale.state)
      training.remember(batch, report)
      if (endsEpoch) training.endEpoch(epoch + 1)
      return { ...report, step, epoch, rate, gradientNorm, lossScale }
    })
    return this.#newest
  }

  /** What of a step is logged. */
  stepScalars(trained: TrainedStep<Report>): Scalars {
    const { loss, gradientNorm, rate, lossScale } = trained
    return { loss, gradientNorm, rate, ...this.training.scalarsOf(trained), ...scaleScalars(lossScale) }
  }

  epochScalars(): Scalars {
    return this.training.epochScalars()
  }

  /** By the first rank, where there are several. */
  validate(): Promise<Validation<Scores>> {
    const { ranks } = this.#options
    return ranks ? fromFirst(ranks, () => this.training.validate()) : this.training.validate()
  }

  /** Throws ERR_CONFIG where ranks do not train the same thing. */
  async checkBegin(): Promise<void> {
    const { ranks, run = {} } = this.#options
    const { batches } = this.#epochPlan()
    if (ranks) await checkAlike(ranks, { adapter: this.#gpu.identity, config: run, plan: batches, groups: this.training.groups })
  }

  /** After the newest step, which is waited for. Throws ERR_DIVERGED where the weights of ranks are no longer the same. */
  async checkRanks(): Promise<void> {
    const { ranks } = this.#options
    await this.#newest?.read()
    if (ranks) await checkWeights(ranks, this.training.groups)
  }

  async save(path: string, { state }: { readonly state: boolean }): Promise<void> {
    await this.training.save(path, state ? await this.state() : undefined)
  }

  /** After the newest step, which is waited for. */
  async state(): Promise<SavedTraining> {
    await this.#newest?.read()
    this.#check()
    return {
      ...this.progress.state(),
      seed: this.#config.seed,
      ...(this.#options.run && { run: this.#options.run }),
      ...(this.#options.clips !== undefined && { clips: this.#options.clips }),
      updates: Object.fromEntries(this.#updates),
      ...this.training.state(),
      ...(this.#scaling.size > 0 && { scaling: Object.fromEntries(this.#scaling) }),
    }
  }

  restore(state: SavedTraining): void {
    this.progress.restore(state)
    this.training.restore(state)
    for (const [group, count] of Object.entries(state.updates ?? {})) this.#updates.set(group, count)
    for (const [group, scaling] of Object.entries(state.scaling ?? {})) {
      this.training.groups.find(({ name }) => name === group)?.weights.scaleLoss(Float32Array.from(scaling))
      this.#scaling.set(group, scaling)
    }
  }

  /** Frees its memory; steps under way throw ERR_DISPOSED. Idempotent. The model stays its maker's, unless it was handed over. */
  async destroy(): Promise<void> {
    this.#lifetime.end()
    const programs = await Promise.allSettled([...this.#programs.values(), ...this.#features.values()])
    for (const program of programs) if (program.status === 'fulfilled') program.value.destroy()
    this.#passes.destroy()
    this.#pool.destroy()
    if (this.#options.owns) await this.training.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #check(): void {
    this.#gpu.check()
    this.#lifetime.check()
    this.training.check()
  }

  #epochPlan() {
    const { epoch } = this.progress
    if (this.#plan?.epoch !== epoch) this.#plan = { epoch, batches: this.#options.plan ?? this.training.planEpoch(epoch) }
    return this.#plan
  }

  #program(shape: BatchShape): Promise<StepProgram> {
    const whole = this.training.compared?.group === shape.group ? ` of ${shape.whole}` : ''
    return once(this.#programs, `${nameOfShape(shape)}${whole}`, () =>
      recordStep(this.#gpu, this.training, shape, this.#config, this.#pool),
    )
  }

  #featuresOf(shape: BatchShape): Promise<FeatureProgram> {
    return once(this.#features, nameOfShape(shape), () => recordFeatures(this.#gpu, this.training, shape, this.#pool))
  }
}

const nameOfShape = ({ group, batch, target, source }: BatchShape): string => `${group} ${batch}x${target}x${source}`

/** What trains a group. */
const optimiserOf = (
  { groups }: Pick<Training, 'groups'>,
  group: string,
  { optimiser }: Pick<TrainerConfig, 'optimiser'>,
): TrainerConfig['optimiser'] => groups.find(({ name }) => name === group)?.optimiser ?? optimiser

/** The step of a training at a shape of batch. */
export function recordStep(
  gpu: Gpu,
  training: Pick<Training, 'groups' | 'record'>,
  shape: BatchShape,
  config: Pick<TrainerConfig, 'optimiser'>,
  pool?: SlotPool,
): Promise<StepProgram> {
  const optimiser = optimiserOf(training, shape.group, config)
  const { weights } = training.groups.find(({ name }) => name === shape.group)!
  return StepProgram.record(gpu, weights, (graph) => training.record(graph, shape), { clip: optimiser.clip, optimiser }, pool)
}

/** What gathers what passes of a shape make of their examples, in a training that compares those. */
export function recordFeatures(
  gpu: Gpu,
  { groups, compared }: Pick<Training, 'groups' | 'compared'>,
  shape: BatchShape,
  pool?: SlotPool,
): Promise<FeatureProgram> {
  const { weights } = groups.find(({ name }) => name === shape.group)!
  return FeatureProgram.record(gpu, weights, (graph) => compared!.recordFeatures(graph, shape), pool)
}
