// Training text to gloss, one step after another. Everything that decides the next step is in `state()` or drawn from the seed, so a run
// that is stopped anywhere goes on to the same bits.

import { SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import { once } from '../base/once.js'
import { Turns } from '../base/turns.js'
import type { Gpu } from '../device/gpu.js'
import { SlotPool } from '../device/memory.js'
import type { GlossModel } from '../model/text_to_gloss.js'
import { type BatchPlan, planEpoch } from './batches.js'
import type { GlossRunConfig } from './gloss_config.js'
import { type GlossLine, readingOf } from './gloss_dataset.js'
import { type GlossPair, GlossProgram, type GlossShape, glossArrays } from './gloss_program.js'
import type { LossScale } from './loss_scale.js'
import { PendingStep, refuseDivergence } from './pending_step.js'
import { hyperOf, type ProgressState, TrainingProgress } from './training_progress.js'

/** What one step did. */
export interface GlossStep {
  readonly step: number
  readonly epoch: number
  /** Mean over the batch's gloss tokens. */
  readonly loss: number
  readonly gradientNorm: number
  /** In f16. */
  readonly lossScale: LossScale | undefined
  readonly rate: number
  /** Gloss tokens of the batch, padding not counted. */
  readonly tokens: number
}

/** Plain JSON: all that decides how training goes on, weights and moments aside. */
export interface GlossTrainerState extends ProgressState {
  /** In f16, the state of the loss scale. */
  readonly scaling?: readonly number[]
}

/** Trains a model on lines of a corpus. */
export class GlossTrainer implements AsyncDisposable {
  readonly config: GlossRunConfig
  readonly model: GlossModel
  readonly lines: readonly GlossLine[]
  readonly progress: TrainingProgress
  readonly #gpu: Gpu
  readonly #pool: SlotPool
  readonly #programs = new Map<string, Promise<GlossProgram>>()
  #epoch: { number: number; pairs: readonly GlossPair[]; batches: readonly BatchPlan[] } | undefined
  #scaling: readonly number[] | undefined
  /** The step submitted last. */
  #newest: PendingStep<GlossStep> | undefined
  /** Steps are submitted one at a time: the next batch is known when the last one was. */
  readonly #turns = new Turns()
  readonly #lifetime = new Lifetime('trainer')

  constructor(config: GlossRunConfig, model: GlossModel, lines: readonly GlossLine[]) {
    if (lines.length === 0) throw new SignError('ERR_DATA', 'text to gloss', 'wanted lines to train on, got none', 'Check the corpus')
    this.config = config
    this.model = model
    this.lines = lines
    this.progress = new TrainingProgress(config)
    this.#gpu = model.gpu.tunedAs(model.gpu.tuning)
    this.#pool = new SlotPool(this.#gpu)
  }

  /** One optimiser step, waited for. Throws ERR_DIVERGED where the loss or the gradient is not finite. */
  async trainStep(): Promise<GlossStep> {
    return (await this.submitStep()).read()
  }

  /** Submits one optimiser step behind whatever the GPU does. Read the step before it next: that way the GPU never waits for the host. */
  submitStep(): Promise<PendingStep<GlossStep>> {
    return this.#turns.take(() => this.#submitStep())
  }

  async #submitStep(): Promise<PendingStep<GlossStep>> {
    this.#check()
    const { progress, config } = this
    const { pairs, batches } = this.#currentEpoch()
    const { clips, frames: gloss, tokens: source } = batches[progress.batch]!
    const { rate, epoch } = progress
    const step = progress.step + 1
    const batch = clips.map((i) => pairs[i]!)
    const shape = { batch: batch.length, source, gloss }
    const program = await this.#program(shape)
    const seed = Uint32Array.of(config.seed, step, 0, 0)
    const pending = await program.start(glossArrays(batch, shape), seed, hyperOf(config.optimiser, rate, step))
    const endsEpoch = progress.stepped(batches.length)
    this.#newest = new PendingStep({ step, endsEpoch }, this.#newest, async () => {
      const report = await pending.read()
      const names = clips.map((i) => this.lines[i]!.name)
      refuseDivergence(step, report, names, 'lines')
      this.#scaling = report.lossScale?.state
      return { step, epoch, ...report, rate, tokens: batch.reduce((sum, pair) => sum + pair.gloss.length, 0) }
    })
    return this.#newest
  }

  /**
   * All that decides how training goes on after the newest step, which is waited for; weights and moments aside. Which prompts and
   * batches come, the seed tells.
   */
  async state(): Promise<GlossTrainerState> {
    await this.#newest?.read()
    this.#check()
    return { ...this.progress.state(), ...(this.#scaling && { scaling: this.#scaling }) }
  }

  restore(state: GlossTrainerState): void {
    this.progress.restore(state)
    if (!state.scaling) return
    this.model.weights.scaleLoss(Float32Array.from(state.scaling))
    this.#scaling = state.scaling
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

  /** The epoch's prompts and batches, drawn when it begins. */
  #currentEpoch() {
    const { epoch: number } = this.progress
    if (this.#epoch?.number === number) return this.#epoch
    const { source, gloss } = this.model
    const pairs = this.lines.map((line, i) => ({
      source: source.encode(readingOf(line, this.config, [number, i])),
      gloss: gloss.encode(line.langGloss),
    }))
    const sizes = pairs.map((pair) => ({ language: '', frames: pair.gloss.length, tokens: pair.source.length }))
    this.#epoch = { number, pairs, batches: planEpoch(sizes, { ...this.config.batch, seed: this.config.seed, epoch: number }) }
    return this.#epoch
  }

  #program(shape: GlossShape): Promise<GlossProgram> {
    return once(this.#programs, `${shape.batch}x${shape.source}x${shape.gloss}`, () => {
      const { smoothing, optimiser } = this.config
      return GlossProgram.record(this.#gpu, this.model, shape, { smoothing, clip: optimiser.clip, optimiser }, this.#pool)
    })
  }
}
