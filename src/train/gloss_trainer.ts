// Training text to gloss: batches by length, warm-up and cosine, one step after another.

import { SignError } from '../base/errors.js'
import { once } from '../base/once.js'
import type { Gpu } from '../device/gpu.js'
import { SlotPool } from '../device/memory.js'
import type { GlossModel } from '../model/text_to_gloss.js'
import { type BatchPlan, planEpoch } from './batches.js'
import { type GlossPair, GlossProgram, glossArrays } from './gloss_program.js'
import { createSchedule, type Schedule } from './schedule.js'

export interface GlossTrainerOptions {
  /** Pairs a batch. Default 32. */
  readonly batch?: number
  /** Steps that the rate's cosine is laid out for. */
  readonly steps: number
  /** Highest rate. Default 2e-3. */
  readonly rate?: number
  /** Share of the goal spread over the vocabulary. Default 0.1. */
  readonly smoothing?: number
  /** Global norm that gradients are clipped to. Default 1. */
  readonly clip?: number
  readonly seed?: number
}

/** Trains a model on pairs of prompt and gloss. */
export class GlossTrainer {
  step = 0
  epoch = 0
  readonly #gpu: Gpu
  readonly #model: GlossModel
  readonly #pairs: readonly GlossPair[]
  readonly #options: Required<GlossTrainerOptions>
  readonly #schedule: Schedule
  readonly #pool: SlotPool
  readonly #programs = new Map<string, Promise<GlossProgram>>()
  #plan: BatchPlan[] = []

  constructor(gpu: Gpu, model: GlossModel, pairs: readonly GlossPair[], options: GlossTrainerOptions) {
    if (pairs.length === 0) throw new SignError('ERR_DATA', 'text to gloss', 'wanted pairs to train on, got none', 'Check the corpus')
    this.#gpu = gpu
    this.#model = model
    this.#pairs = pairs
    this.#options = { batch: 32, rate: 2e-3, smoothing: 0.1, clip: 1, seed: 27, ...options }
    const { steps, rate } = this.#options
    this.#schedule = createSchedule({ kind: 'warmup-cosine', warmup: Math.ceil(steps / 20), steps, floor: 0.02 }, rate)
    this.#pool = new SlotPool(gpu)
  }

  /** One optimiser step. Throws ERR_DIVERGED where the loss is not finite. */
  async trainStep(): Promise<{ step: number; loss: number; gradientNorm: number }> {
    const { batch, seed } = this.#options
    if (this.#plan.length === 0) {
      const sizes = this.#pairs.map(({ source, gloss }) => ({ language: '', frames: gloss.length, tokens: source.length }))
      this.#plan = planEpoch(sizes, { size: batch, bucket: 4, seed, epoch: this.epoch++ })
    }
    const { clips, frames: gloss, tokens: source } = this.#plan.shift()!
    const shape = { batch: clips.length, source, gloss }
    const program = await this.#program(shape)
    const step = ++this.step
    const rate = this.#schedule.rate(step)
    const hyper = [rate, 0.9, 0.999, 1e-8, 1 - Math.fround(0.9) ** step, 1 - Math.fround(0.999) ** step]
    const arrays = glossArrays(
      clips.map((i) => this.#pairs[i]!),
      shape,
    )
    const report = await program.run(arrays, Uint32Array.of(seed, step, 0, 0), hyper)
    if (Number.isFinite(report.loss) && Number.isFinite(report.gradientNorm)) return { step, ...report }
    throw new SignError('ERR_DIVERGED', `step ${step}`, `wanted a finite loss, got ${report.loss}`, 'Lower the rate')
  }

  async destroy(): Promise<void> {
    for (const program of this.#programs.values()) (await program).destroy()
    this.#pool.destroy()
  }

  #program(shape: { batch: number; source: number; gloss: number }): Promise<GlossProgram> {
    const key = `${shape.batch}x${shape.source}x${shape.gloss}`
    return once(this.#programs, key, () => {
      const { smoothing, clip } = this.#options
      const optimiser = { kind: 'adamw', weightDecay: 0.01 } as const
      return GlossProgram.record(this.#gpu, this.#model, shape, { smoothing, clip, optimiser }, this.#pool)
    })
  }
}
