// A training of one model: what such trainings do alike. By default it remembers nothing between steps.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import type { Graph } from '../ops/graph.js'
import type { BatchPlan } from './batches.js'
import type { Scalars } from './run/logs.js'
import type {
  BatchShape,
  HostArrays,
  LossReport,
  ModelUse,
  PassReports,
  RecordedLosses,
  TrainedGroup,
  Training,
  Validation,
} from './task.js'
import type { SavedTraining } from './trainer.js'

/** What of a model its training needs. */
export interface TrainedModel {
  readonly gpu: Gpu
  readonly weights: ParameterSet
  /** The table of positions; absent where there is none. */
  readonly positions?: Tensor
  check(): void
  destroy(): void
}

export abstract class OneModelTraining<Model extends TrainedModel, Report extends LossReport, Scores extends object>
  implements Training<Report, Scores>, AsyncDisposable
{
  readonly model: Model
  /** What its one group of parameters is called. */
  protected readonly group: string = ''

  constructor(model: Model) {
    this.model = model
  }

  abstract readonly examples: number
  abstract planEpoch(epoch: number): readonly BatchPlan[]
  abstract nameOf(group: string, example: number): string
  abstract record(graph: Graph, shape: BatchShape): RecordedLosses
  abstract feedsOf(pass: readonly number[], batch: BatchPlan, step: { readonly step: number }): HostArrays
  abstract reportStep(batch: BatchPlan, passes: readonly PassReports[]): Report
  abstract validate(): Promise<Validation<Scores>>
  abstract save(path: string, state: SavedTraining | undefined): Promise<void>
  abstract use(): Promise<ModelUse>

  get gpu(): Gpu {
    return this.model.gpu
  }

  get groups(): readonly TrainedGroup[] {
    const { weights, positions } = this.model
    return [{ name: this.group, weights, tables: positions ? [positions.region!.buffer] : [] }]
  }

  check(): void {
    this.model.check()
  }

  remember(_: BatchPlan, __: Report): void {}

  endEpoch(_: number): void {}

  scalarsOf(_: Report): Scalars {
    return {}
  }

  epochScalars(): Scalars {
    return {}
  }

  state(): object {
    return {}
  }

  restore(): void {}

  async destroy(): Promise<void> {
    this.model.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }
}
