// How a step goes through its batch: in passes, whose gradients are added up, and the update after them.

import type { BatchPlan } from './batches.js'
import { passesOf } from './batches.js'
import { type FeatureProgram, featuresOfPasses, wholeBatch } from './features.js'
import type { LossScale } from './loss_scale.js'
import type { PendingReport } from './pending_step.js'
import type { PassReport, StepProgram, StepSettings } from './step_program.js'
import type { BatchShape, HostArrays, PassReports, Training } from './task.js'

/** What a step reports, from all its passes. */
export interface StepReport {
  readonly passes: readonly PassReports[]
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number
  /** In f16. */
  readonly lossScale: LossScale | undefined
}

/** A step to be made. */
export interface StepOrder {
  readonly batch: BatchPlan
  readonly step: number
  readonly settings: StepSettings
}

/** Goes through batches, one step at a time. */
export interface BatchPasses {
  /** Fetches what a batch needs, as {@link Training.prepare}. */
  prepare(batch: BatchPlan): Promise<void>
  /** Submits a step behind whatever the GPU does. Where it throws, the weights are those before the step. */
  start(order: StepOrder): Promise<PendingReport<StepReport>>
  destroy(): void
}

/** What passes are made of. */
export interface PassMaker {
  readonly training: Pick<Training, 'feedsOf' | 'prepare' | 'groups' | 'compared'>
  /** The recorded step of a shape. */
  readonly program: (shape: BatchShape) => Promise<StepProgram>
  /** What a shape's passes make of their examples, recorded; asked for where the loss of a batch compares those. */
  readonly features: (shape: BatchShape) => Promise<FeatureProgram>
}

/** What a pass over a batch is recorded for. */
export const passShape = (batch: BatchPlan, pass: readonly number[]): BatchShape => ({
  ...batch,
  ...{ batch: pass.length, whole: batch.examples.length },
})

/** All passes here, each of at most `microBatch` examples. */
export class OwnPasses implements BatchPasses {
  readonly #maker: PassMaker
  readonly #microBatch: number | null

  constructor(maker: PassMaker, microBatch: number | null) {
    this.#maker = maker
    this.#microBatch = microBatch
  }

  async prepare(batch: BatchPlan): Promise<void> {
    await this.#maker.training.prepare?.(batch)
  }

  async start({ batch, step, settings }: StepOrder): Promise<PendingReport<StepReport>> {
    const { training, program } = this.#maker
    const passes = passesOf(batch, this.#microBatch)
    const programs = await Promise.all(passes.map((pass) => program(passShape(batch, pass))))
    await this.prepare(batch)
    const feedsOf = (pass: readonly number[]): HostArrays => training.feedsOf(pass, batch, { step })
    // A batch in one pass is compared within it.
    const features = passes.length > 1 ? await featuresOfPasses(this.#maker, { batch, passes, first: 0, feedsOf, settings }) : undefined
    const compared = features && wholeBatch(features, batch)
    const pending: PendingReport<PassReport>[] = []
    for (const [i, pass] of passes.entries()) {
      const arrays = { ...feedsOf(pass), ...compared }
      pending.push(await programs[i]!.start(arrays, settings, { pass: i, last: i === passes.length - 1 }))
    }
    return {
      read: async () => {
        const read: PassReport[] = []
        for (const one of pending) read.push(await one.read())
        const { gradientNorm, lossScale } = read.at(-1)!
        return { passes: read.map(({ reports }) => reports), gradientNorm, lossScale }
      },
    }
  }

  destroy(): void {}
}
