// Training: one step after another, with validation and checkpoints between them, as a stream of events.
// Everything that decides the next step is in `state()`, so a run that is stopped anywhere goes on to the same bits.

import { Lifetime } from '../base/lifetime.js'
import { once } from '../base/once.js'
import { Random } from '../base/random.js'
import { Turns } from '../base/turns.js'
import type { Gpu } from '../device/gpu.js'
import { SlotPool } from '../device/memory.js'
import { outputNumbers } from '../model/config.js'
import type { LanguageGroup, SignModel } from '../model/sign_model.js'
import { padded } from '../ops/parameter.js'
import { type BatchShape, batchArrays } from './batch_arrays.js'
import { type BatchPlan, planEpoch } from './batches.js'
import type { LanguageData } from './dataset.js'
import { ErrorRecord, type SavedErrors } from './error_record.js'
import { PendingStep, refuseDivergence } from './pending_step.js'
import { drawEpoch, drawsClips, type EpochDraw, skipRates } from './priority.js'
import type { RunConfig } from './run_config.js'
import { type RewardOptions, type StepReport, type TrainingOptions, TrainingProgram } from './training_program.js'
import { hyperOf, type ProgressState, TrainingProgress } from './training_progress.js'

/** What one step did. */
export interface TrainedStep extends StepReport {
  readonly step: number
  readonly epoch: number
  readonly language: string
  readonly rate: number
  /** Real frames of the batch, padding not counted. */
  readonly frames: number
}

/** Plain JSON: all that decides how training goes on, weights and moments aside. */
export interface TrainerState extends ProgressState {
  /** Optimiser steps of each language, for Adam's bias correction; in f16 the GPU counts those that are not skipped. */
  readonly updates: Readonly<Record<string, number>>
  readonly errors: Readonly<Record<string, SavedErrors>>
  /** What the Priority Learning Channel drew for this epoch, by language; null where it draws nothing. */
  readonly drawn: Readonly<Record<string, EpochDraw>> | null
  /** In f16, the state of each language's loss scale. */
  readonly scaling?: Readonly<Record<string, readonly number[]>>
}

/** Trains a model on a GPU. */
export class Trainer implements AsyncDisposable {
  readonly config: RunConfig
  readonly model: SignModel
  readonly data: readonly LanguageData[]
  readonly progress: TrainingProgress
  readonly #gpu: Gpu
  readonly #pool: SlotPool
  readonly #programs = new Map<string, Promise<TrainingProgram>>()
  readonly #errors = new Map<string, ErrorRecord>()
  readonly #updates = new Map<string, number>()
  readonly #scaling = new Map<string, readonly number[]>()
  #drawn: ReadonlyMap<string, EpochDraw> | null = null
  #plan: { epoch: number; batches: readonly BatchPlan[] } | undefined
  /** The step submitted last. */
  #newest: PendingStep<TrainedStep> | undefined
  /** Steps are submitted one at a time: the next batch is known when the last one was. */
  readonly #turns = new Turns()
  readonly #lifetime = new Lifetime('trainer')

  constructor(config: RunConfig, model: SignModel, data: readonly LanguageData[]) {
    this.config = config
    this.model = model
    this.data = data
    this.progress = new TrainingProgress(config)
    this.#gpu = model.gpu.tunedAs(model.gpu.tuning)
    this.#pool = new SlotPool(this.#gpu)
    for (const { language, train } of data) {
      this.#errors.set(language, new ErrorRecord(padded(outputNumbers(model.group(language).config)), train.length))
      this.#updates.set(language, 0)
    }
  }

  /** One optimiser step, waited for. Throws ERR_DIVERGED, before weights are touched, when the loss or gradient is not finite. */
  async trainStep(): Promise<TrainedStep> {
    return (await this.submitStep()).read()
  }

  /**
   * Submits one optimiser step behind whatever the GPU does. Read the step before it next: that way the GPU never waits for the host.
   * Nothing of a report decides a step of its own epoch; a new epoch is begun when all reports of the last are read.
   */
  submitStep(): Promise<PendingStep<TrainedStep>> {
    return this.#turns.take(() => this.#submitStep())
  }

  async #submitStep(): Promise<PendingStep<TrainedStep>> {
    this.#check()
    const before = this.#newest
    if (this.progress.batch === 0) await before?.read()
    const plan = this.#nextBatch()
    const { optimiser, noise, seed, loss } = this.config
    const data = this.data.find(({ language }) => language === plan.language)!
    const group = this.model.group(plan.language)
    const samples = plan.clips.map((i) => data.train[i]!)
    const shape: BatchShape = { batch: samples.length, frames: plan.frames, tokens: plan.tokens }
    const program = await this.#program(group, shape)
    const errors = this.#errors.get(plan.language)!
    const { rate, epoch } = this.progress
    const step = this.progress.step + 1
    const updates = this.#updates.get(plan.language)! + 1

    const pending = await program.start(batchArrays(samples, shape, group, loss.padding), {
      seed: Uint32Array.of(seed, step, 0, 0),
      sigma: inputSigma(errors.sigma, step > noise.warmup, program),
      medianError: errors.medianError,
      hyper: hyperOf(optimiser, rate, updates),
    })
    this.#updates.set(plan.language, updates)
    const endsEpoch = this.progress.stepped(this.#plan!.batches.length)
    const frames = samples.reduce((sum, { clip }) => sum + clip.frames, 0)
    this.#newest = new PendingStep({ step, endsEpoch }, before, async () => {
      const report = await pending.read()
      this.#takeReport(report, step, plan, frames)
      if (endsEpoch) this.#endEpoch()
      return { ...report, step, epoch, language: plan.language, rate, frames }
    })
    return this.#newest
  }

  /** What share of this epoch's draws is skipped, by language and length, as `skip/ASL/long`; empty where nothing is drawn. */
  skipScalars(): Record<string, number> {
    const drawn = this.#drawn ?? new Map<string, EpochDraw>()
    return Object.fromEntries(
      this.data.flatMap(({ language, train }) => {
        const draw = drawn.get(language)
        if (!draw) return []
        const rates = skipRates(
          draw,
          train.map(({ clip }) => clip.frames),
        )
        return Object.entries(rates).map(([part, rate]) => [part === 'all' ? `skip/${language}` : `skip/${language}/${part}`, rate])
      }),
    )
  }

  /** After the newest step, which is waited for. */
  async state(): Promise<TrainerState> {
    await this.#newest?.read()
    this.#check()
    return {
      ...this.progress.state(),
      updates: Object.fromEntries(this.#updates),
      errors: Object.fromEntries([...this.#errors].map(([language, record]) => [language, record.state()])),
      drawn: this.#drawn && Object.fromEntries(this.#drawn),
      ...(this.#scaling.size > 0 && { scaling: Object.fromEntries(this.#scaling) }),
    }
  }

  restore(state: TrainerState): void {
    this.progress.restore(state)
    this.#drawn = state.drawn && new Map(Object.entries(state.drawn))
    for (const [language, errors] of Object.entries(state.errors)) this.#errors.get(language)?.restore(errors)
    for (const [language, count] of Object.entries(state.updates)) this.#updates.set(language, count)
    for (const [language, scaling] of Object.entries(state.scaling ?? {})) {
      this.model.group(language).weights.scaleLoss(Float32Array.from(scaling))
      this.#scaling.set(language, scaling)
    }
  }

  /** Frees its memory; steps under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  async destroy(): Promise<void> {
    this.#lifetime.end()
    const programs = await Promise.allSettled(this.#programs.values())
    for (const program of programs) if (program.status === 'fulfilled') program.value.destroy()
    this.#pool.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #check(): void {
    this.#gpu.check()
    this.#lifetime.check()
    this.model.check()
  }

  /** What training remembers of a step. */
  #takeReport(report: StepReport, step: number, { language, clips }: BatchPlan, frames: number): void {
    const { train } = this.data.find((data) => data.language === language)!
    const names = clips.map((i) => train[i]!.clip.name)
    refuseDivergence(step, report, names, 'clips')
    if (report.lossScale) this.#scaling.set(language, report.lossScale.state)
    const errors = report.samples.map(({ error }) => error)
    this.#errors.get(language)!.add(report.spread, frames, clips, errors)
  }

  #nextBatch(): BatchPlan {
    const { epoch, batch } = this.progress
    if (this.#plan?.epoch !== epoch) this.#plan = { epoch, batches: this.#planEpoch() }
    return this.#plan.batches[batch]!
  }

  #planEpoch(): BatchPlan[] {
    const { batch, seed } = this.config
    // planEpoch counts over all languages; a plan's clips are counted within its own.
    const sizes = this.data.flatMap(({ language, train }) =>
      train.map(({ clip, ids }) => ({ language, frames: clip.frames, tokens: ids.length })),
    )
    const firstOf = new Map<string, number>()
    sizes.forEach(({ language }, i) => {
      if (!firstOf.has(language)) firstOf.set(language, i)
    })
    const drawn = new Map([...(this.#drawn ?? [])].map(([language, { clips }]) => [language, clips.map((i) => i + firstOf.get(language)!)]))
    return planEpoch(sizes, { ...batch, seed, epoch: this.progress.epoch, drawn }).map((plan) => ({
      ...plan,
      clips: plan.clips.map((i) => i - firstOf.get(plan.language)!),
    }))
  }

  /** The clips of the epoch that begins, where the mode draws; decided once, by the errors as they are now. */
  #draw(): ReadonlyMap<string, EpochDraw> | null {
    const { learning, seed } = this.config
    const { epoch } = this.progress
    if (!drawsClips(learning.mode)) return null
    return new Map(
      this.data.map(({ language }) => {
        const { byClip, medianError } = this.#errors.get(language)!
        return [language, drawEpoch(byClip, medianError, learning, epoch, Random.for(seed, 'priority', language, epoch))]
      }),
    )
  }

  #endEpoch(): void {
    for (const record of this.#errors.values()) record.endEpoch()
    this.#drawn = this.#draw()
  }

  #program(group: LanguageGroup, shape: BatchShape): Promise<TrainingProgram> {
    const key = `${group.language} ${shape.batch}x${shape.frames}x${shape.tokens}`
    return once(this.#programs, key, () => TrainingProgram.record(this.#gpu, group, shape, trainingOptions(this.config), this.#pool))
  }
}

/** What of a run file decides the dispatches of a step. */
export function trainingOptions({ loss, noise, optimiser, learning }: RunConfig): TrainingOptions {
  return { loss: loss.kind, noiseRate: noise.rate, clip: optimiser.clip, optimiser, reward: rewardOptions(learning) }
}

function rewardOptions({ mode, intensity, spread }: RunConfig['learning']): RewardOptions | undefined {
  if (mode === 'rwr') return { kind: 'regression', intensity }
  if (mode === 'reinforce') return { kind: 'policy', spread }
  return undefined
}

/** Sigma in the decoder input's own stride: under future prediction the outputs are longer. */
function inputSigma(sigma: Float32Array, on: boolean, { sigmaLength }: TrainingProgram): Float32Array {
  const out = new Float32Array(sigmaLength)
  if (on) out.set(sigma.subarray(0, sigmaLength))
  return out
}
