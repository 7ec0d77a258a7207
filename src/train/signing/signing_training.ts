// A training of one model that reads signing, whatever it learns of it: its clips, how they make batches, and what an epoch shows of them.

import { SignError } from '../../base/errors.js'
import { mostPadded, type ReadSigns, roomFor } from '../../model/sign_rows.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, type EpochSettings, planEpoch } from '../batches.js'
import { OneModelTraining, type TrainedModel } from '../one_model.js'
import type { BatchShape, HostArrays, LossReport } from '../task.js'
import type { SignedExample, Signing } from './signing.js'

/** What of a run file it goes by. */
export interface SigningRunConfig {
  readonly task: string
  readonly seed: number
  readonly batch: Omit<EpochSettings, 'seed' | 'epoch'>
}

/** A training of clips. `Clip`: what is known of each beside its frames. */
export abstract class SigningTraining<
  Model extends TrainedModel,
  Config extends SigningRunConfig,
  Report extends LossReport,
  Scores extends object,
  Clip extends SignedExample = SignedExample,
> extends OneModelTraining<Model, Report, Scores> {
  readonly config: Config
  readonly signing: Signing<Clip>
  #epoch = 0

  /** Throws ERR_DATA naming the task where there are no clips. */
  constructor(config: Config, model: Model, signing: Signing<Clip>) {
    if (signing.clips.length === 0) throw new SignError('ERR_DATA', config.task, 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.signing = signing
  }

  /** The sizes that decide how many tokens frames become. */
  protected abstract get signs(): ReadSigns

  get examples(): number {
    return this.signing.clips.length
  }

  /** Clips of like length together, padded to no more than what reads them takes. */
  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const { group, signs, signing } = this
    const { seed, batch } = this.config
    const sizes = signing.clips.map((_, i) => ({ group, target: this.targetOf(i), source: roomFor(signing.mostFrames(i), signs) }))
    return planEpoch(sizes, { ...batch, longer: 'source', seed, epoch }).map((plan) => {
      const source = Math.min(plan.source, mostPadded(signs))
      return { ...plan, source, target: this.targetIn(plan.target, source) }
    })
  }

  nameOf(_: string, example: number): string {
    return this.signing.clips[example]!.name
  }

  async prepare(batch: BatchPlan): Promise<void> {
    await this.signing.prepare?.(batch, this.#epoch)
  }

  override async destroy(): Promise<void> {
    this.signing.destroy()
    await super.destroy()
  }

  /** What a clip's goal is long. */
  protected abstract targetOf(example: number): number

  /** What the goals of a batch are long, of clips of `source` padded frames; default the longest of them. */
  protected targetIn(longest: number, _source: number): number {
    return longest
  }

  /** What is written of a batch of clips. */
  protected recordSigns({ recorder }: Graph, { batch, source }: BatchShape) {
    return this.signing.record(recorder, { rows: batch, length: source })
  }

  /** The clips of a pass, as this epoch shows them. */
  protected framesOf(pass: readonly number[], { source }: Pick<BatchPlan, 'source'>): HostArrays {
    return this.signing.arrays(pass, { rows: pass.length, length: source }, this.#epoch)
  }

  /** Frames of a batch, padding not counted. */
  protected framesIn({ examples }: BatchPlan): number {
    return examples.reduce((sum, i) => sum + this.signing.clips[i]!.frames, 0)
  }
}
