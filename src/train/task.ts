// What differs between trainings, and nothing else. A task says how its run file reads, what it learns from, how a batch becomes losses,
// what it remembers between steps and how it is judged; everything else about training is the same for all of them.

import type { Watched } from '../base/progress.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import type { Graph } from '../ops/graph.js'
import type { BatchPlan } from './batches.js'
import type { TrainingConfig } from './config/parts.js'
import type { VariedKey } from './config/variant.js'
import type { Warn } from './run/file.js'
import type { Scalars } from './run/logs.js'
import type { SavedTraining } from './trainer.js'

/** What one pass over a batch is recorded for. */
export interface BatchShape {
  /** Whose parameters it trains. */
  readonly group: string
  readonly batch: number
  /** Padded lengths: what is predicted, and what is read. */
  readonly target: number
  readonly source: number
  /** Examples of the whole batch, where its loss compares those of all passes; default those of the pass. */
  readonly whole?: number
}

/** The forward pass and losses of a batch, as recorded. */
export interface RecordedLosses {
  /** What the host writes before each pass, by the names of {@link Training.feedsOf}. */
  readonly feeds: Readonly<Record<string, Tensor>>
  /** What is read after each pass, by name. */
  readonly reports: Readonly<Record<string, Tensor>>
}

export type HostArrays = Readonly<Record<string, Float32Array | Uint32Array>>

/** The reports of one pass, by the names they were recorded with. */
export type PassReports = Readonly<Record<string, ArrayBuffer>>

/** What a task reports of a step. */
export interface LossReport {
  readonly loss: number
}

/** A group of parameters, with what lies in memory beside them. */
export interface TrainedGroup {
  readonly name: string
  readonly weights: ParameterSet
  /** Tables that are not learned. */
  readonly tables: readonly GPUBuffer[]
  /** A frozen model's, which the trained ones work with. */
  readonly frozen?: ParameterSet
  /** What trains these; default what the run file has for all. Its rate goes up and down as that one's does. */
  readonly optimiser?: TrainingConfig['optimiser']
}

/**
 * A loss that compares the examples of a batch with each other. Where a batch goes through in several passes, what each makes of its examples is gathered first;
 * then each pass is made again with its way back, from the loss of the whole batch: its gradients are those that one pass would have, each pass normalised by itself.
 */
export interface ComparedExamples {
  /** The group whose batches are compared. */
  readonly group: string
  /**
   * Records what a pass makes of its examples and nothing behind it, so that `record` draws the same numbers up to there. Reports [B, D] each, by the names of the
   * feeds of `record` that take those of the whole batch, [examples rounded up to 4, D], 0 at padding.
   */
  recordFeatures(graph: Graph, shape: BatchShape): RecordedLosses
}

export interface Validation<Scores> {
  /** What the run reports of it. */
  readonly result: Scores
  /** Chooses the best checkpoint; lower is better. */
  readonly score: number
  readonly scalars: Scalars
}

/** One training of a task: its model on a GPU, its data, and what it remembers between steps. */
export interface Training<Report extends LossReport = LossReport, Scores extends object = object> {
  readonly gpu: Gpu
  readonly groups: readonly TrainedGroup[]
  /** Examples trained on. */
  readonly examples: number
  /** Throws ERR_DISPOSED where the model was destroyed. */
  check(): void
  /** The batches of an epoch: a function of the seed, the epoch, and what is remembered when it begins. */
  planEpoch(epoch: number): readonly BatchPlan[]
  /** What an example is called in messages. */
  nameOf(group: string, example: number): string
  /** Records the forward pass and the losses of a batch. A batch's losses are sums over examples, each with its share of the whole batch. */
  record(graph: Graph, shape: BatchShape): RecordedLosses
  /** Absent: the losses of all batches are sums over examples. */
  readonly compared?: ComparedExamples
  /** Fetches what a batch needs that is not in memory; called before its arrays are taken, and ahead of that while the GPU is busy. */
  prepare?(batch: BatchPlan): Promise<void>
  /** The arrays of one pass: examples `pass` of a batch, good until those of another are asked for. Shares of the loss are of the whole batch, so that passes add up to it. */
  feedsOf(pass: readonly number[], batch: BatchPlan, step: { readonly step: number }): HostArrays
  /** What a step did, from the reports of its passes. */
  reportStep(batch: BatchPlan, passes: readonly PassReports[]): Report
  /** Takes note of a step whose numbers are finite. */
  remember(batch: BatchPlan, report: Report): void
  /** An epoch is over; `epoch` is the one that begins. */
  endEpoch(epoch: number): void
  /** What of a step is logged beside its loss, gradient norm and rate. */
  scalarsOf(report: Report): Scalars
  /** Logged when an epoch begins; empty where there is nothing to say. */
  epochScalars(): Scalars
  /** What is remembered, as plain JSON; weights and moments aside. */
  state(): object
  restore(state: object): void
  validate(): Promise<Validation<Scores>>
  /** Saves the model; with `state`, everything to go on from. */
  save(path: string, state: SavedTraining | undefined): Promise<void>
  /** The model at its work on a typical input, for whoever measures that. */
  use(): Promise<ModelUse>
  /** Frees the model. Idempotent. */
  destroy(): Promise<void>
}

/** One use of a model, to be run again and again. */
export interface ModelUse {
  run(): Promise<unknown>
  destroy(): Promise<void>
}

/** A training as it begins. */
export interface Begun<T> {
  readonly training: T
  /** What to know of the checkpoints it goes on from. */
  readonly notes: readonly string[]
}

export interface LoadOptions extends Watched {
  readonly resumed: boolean
}

/** A run file's data, loaded. */
export interface Loaded<Config, T> {
  /** The run file with what the data decide filled in. */
  readonly config: Config
  /** What to know of the data. */
  readonly notes: readonly string[]
  /** What tells the clips it learns from from others of the same names; undefined where the model's description does. */
  readonly clips?: string | undefined
  /** A training with first weights, or with those that the run file says to start from. */
  begin(gpu: Gpu, options?: Watched): Promise<Begun<T>>
  /** The training that a checkpoint was saved of. Throws ERR_CHECKPOINT for another's. */
  resume(gpu: Gpu, path: string, options?: Watched): Promise<Begun<T> & { readonly state: SavedTraining }>
}

/** A kind of training. */
export interface Task<Config extends TrainingConfig, Report extends LossReport, Scores extends object> {
  /** As `task` of run files and checkpoints has it. */
  readonly name: Config['task']
  /** Whether a run file that names no task is of this one. */
  readonly byDefault?: boolean
  /** One of its examples, e.g. `clip`. */
  readonly example: string
  /** What the speed counts, in the singular, e.g. `frame`, and how many of them a step had. */
  readonly unit: string
  unitsOf(report: Report): number
  /** What the padded lengths of its batches count; default what progress counts to be predicted, and tokens to be read. */
  readonly lengths?: { readonly target: string; readonly source: string }
  /** Reads a run file's text; `who` is its name in messages. Throws ERR_CONFIG with file, line and column; `warn` is called with older names of keys. */
  parse(source: string, who: string, warn?: Warn): Config
  /** What decides which batch a step has and what the model sees of it: the rest of a run file may change when a run goes on. */
  readonly fixedKeys: readonly (keyof Config)[]
  /** Throws ERR_DATA and ERR_CONFIG for what cannot be trained on. With `resumed`, checkpoints to start from are not looked at. */
  load(config: Config, options: LoadOptions): Promise<Loaded<Config, Training<Report, Scores>>>
  /** A validation's result as lines for people. */
  format(scores: Scores): string
  /** What {@link Validation.score} is called, e.g. `DTW`. */
  readonly scoreName: string
  /** What `ablate` varies where nothing else is said; the first value is what the others are compared with. */
  readonly ablation?: VariedKey
}

/** A task of which nothing is known but that it is one. */
export type AnyTask = Task<TrainingConfig, LossReport, object>

/** A run to be: a task and the configuration that was read by it. */
export interface TaskRun {
  readonly task: AnyTask
  readonly config: TrainingConfig
}

/** A task is only ever given configurations that it has read itself; the types of different tasks in one place cannot say so. */
export function taskRun<Config extends TrainingConfig, Report extends LossReport, Scores extends object>(
  task: Task<Config, Report, Scores>,
  config: Config,
): TaskRun {
  return { task: task as unknown as AnyTask, config }
}
