// A pseudo-gloss training: clips in, the classes of their sentences by a prototype of each, binary cross-entropy.

import { SignError } from '../../base/errors.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { pseudoGlossContent } from '../../checkpoint/pseudo_gloss.js'
import { PseudoGlossReader } from '../../infer/pseudo_gloss_reader.js'
import type { PseudoGlossModel } from '../../model/pseudo_gloss.js'
import { mostPadded, roomFor, tokenRows } from '../../model/sign_rows.js'
import { presenceGoals } from '../../nn/prototypes.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { OneModelTraining } from '../../train/one_model.js'
import type { Signing } from '../../train/signing/signing.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, Validation } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import type { PseudoGlossRunConfig } from './config.js'
import type { GlossedClip } from './data.js'
import { type PseudoGlossScores, scoreGlosses } from './evaluate.js'
import { presenceLoss, recordPresence } from './losses.js'

/** What one step did. */
export interface PseudoGlossStep {
  readonly loss: number
  /** Frames of the batch, padding not counted. */
  readonly frames: number
}

export class PseudoGlossTraining extends OneModelTraining<PseudoGlossModel, PseudoGlossStep, PseudoGlossScores> {
  readonly config: PseudoGlossRunConfig
  readonly signing: Signing<GlossedClip>
  readonly #targets: readonly (readonly number[])[]
  #epoch = 0
  #reader: PseudoGlossReader | undefined

  constructor(config: PseudoGlossRunConfig, model: PseudoGlossModel, signing: Signing<GlossedClip>) {
    if (signing.clips.length === 0)
      throw new SignError('ERR_DATA', 'pseudo-gloss', 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.signing = signing
    this.#targets = signing.clips.map(({ items }) => [...model.classes.targets(items)])
  }

  get examples(): number {
    return this.signing.clips.length
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const { seed, batch } = this.config
    const { config } = this.model
    const sizes = this.signing.clips.map((_, i) => ({ group: this.group, target: 1, source: roomFor(this.signing.mostFrames(i), config) }))
    return planEpoch(sizes, { ...batch, longer: 'source', seed, epoch }).map((plan) => {
      const source = Math.min(plan.source, mostPadded(config))
      return { ...plan, source, target: tokenRows(source, config) }
    })
  }

  nameOf(_: string, example: number): string {
    return this.signing.clips[example]!.name
  }

  record(graph: Graph, shape: BatchShape) {
    return recordPresence(graph, this.model, shape, this.signing.record(graph.recorder, { rows: shape.batch, length: shape.source }))
  }

  async prepare(batch: BatchPlan): Promise<void> {
    await this.signing.prepare?.(batch, this.#epoch)
  }

  feedsOf(pass: readonly number[], { examples, source }: BatchPlan): HostArrays {
    const targets = pass.map((i) => this.#targets[i]!)
    return {
      ...this.signing.arrays(pass, { rows: pass.length, length: source }, this.#epoch),
      ...presenceGoals(targets, { classes: this.model.classes.size, weight: this.config.loss.weight, whole: examples.length }),
    }
  }

  reportStep({ examples }: BatchPlan, passes: readonly PassReports[]): PseudoGlossStep {
    return { loss: presenceLoss(passes), frames: examples.reduce((sum, i) => sum + this.signing.clips[i]!.frames, 0) }
  }

  async validate(): Promise<Validation<PseudoGlossScores>> {
    const { clips, threshold } = this.config.validate
    const held = await this.signing.held(clips)
    this.#reader ??= new PseudoGlossReader(this.gpu, this.model)
    return scoreGlosses(held, await this.#reader.find(held), this.model.classes, threshold)
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await pseudoGlossContent(this.model, state))
  }

  /** Reads the first clip that it validates with. */
  async use(): Promise<ModelUse> {
    const reader = new PseudoGlossReader(this.gpu, this.model)
    const clips = await this.signing.held(1)
    return { run: () => reader.find(clips), destroy: () => reader.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#reader?.destroy()
    this.signing.destroy()
    await super.destroy()
  }
}
