// A pseudo-gloss training: clips in, the classes of their sentences by a prototype of each, binary cross-entropy.

import { saveCheckpoint } from '../../checkpoint/file.js'
import { pseudoGlossContent } from '../../checkpoint/pseudo_gloss.js'
import { PseudoGlossReader } from '../../infer/pseudo_gloss_reader.js'
import type { PseudoGlossModel } from '../../model/pseudo_gloss.js'
import { tokenRows } from '../../model/sign_rows.js'
import { presenceGoals } from '../../nn/prototypes.js'
import type { Graph } from '../../ops/graph.js'
import type { BatchPlan } from '../../train/batches.js'
import type { Signing } from '../../train/signing/signing.js'
import { SigningTraining } from '../../train/signing/signing_training.js'
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

export class PseudoGlossTraining extends SigningTraining<
  PseudoGlossModel,
  PseudoGlossRunConfig,
  PseudoGlossStep,
  PseudoGlossScores,
  GlossedClip
> {
  readonly #targets: readonly (readonly number[])[]
  #reader: PseudoGlossReader | undefined

  constructor(config: PseudoGlossRunConfig, model: PseudoGlossModel, signing: Signing<GlossedClip>) {
    super(config, model, signing)
    this.#targets = signing.clips.map(({ items }) => [...model.classes.targets(items)])
  }

  protected get signs() {
    return this.model.config
  }

  protected targetOf(): number {
    return 1
  }

  protected override targetIn(_: number, source: number): number {
    return tokenRows(source, this.signs)
  }

  record(graph: Graph, shape: BatchShape) {
    return recordPresence(graph, this.model, shape, this.recordSigns(graph, shape))
  }

  feedsOf(pass: readonly number[], batch: BatchPlan): HostArrays {
    const targets = pass.map((i) => this.#targets[i]!)
    const { weight } = this.config.loss
    return {
      ...this.framesOf(pass, batch),
      ...presenceGoals(targets, { classes: this.model.classes.size, weight, whole: batch.examples.length }),
    }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): PseudoGlossStep {
    return { loss: presenceLoss(passes), frames: this.framesIn(batch) }
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
    await super.destroy()
  }
}
