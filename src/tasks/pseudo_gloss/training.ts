// A pseudo-gloss training: clips in, the classes of their sentences by a prototype of each, binary cross-entropy.

import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { pseudoGlossContent } from '../../checkpoint/pseudo_gloss.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import { PseudoGlossReader } from '../../infer/pseudo_gloss_reader.js'
import { signArrays } from '../../infer/sign_reader.js'
import type { PseudoGlossModel } from '../../model/pseudo_gloss.js'
import { mostPadded, roomFor, tokenRows } from '../../model/sign_tokens.js'
import { presenceGoals } from '../../nn/prototypes.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { OneModelTraining } from '../../train/one_model.js'
import { augmented, augments, mostFrames } from '../../train/pose_augment.js'
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
  readonly clips: readonly GlossedClip[]
  readonly #held: readonly GlossedClip[]
  readonly #targets: readonly (readonly number[])[]
  #epoch = 0
  #reader: PseudoGlossReader | undefined

  /** @param held clips to validate with; where there are none, those learned from */
  constructor(config: PseudoGlossRunConfig, model: PseudoGlossModel, clips: readonly GlossedClip[], held: readonly GlossedClip[] = []) {
    if (clips.length === 0) throw new SignError('ERR_DATA', 'pseudo-gloss', 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.clips = clips
    this.#held = held.length > 0 ? held : clips
    this.#targets = clips.map(({ items }) => [...model.classes.targets(items)])
  }

  get examples(): number {
    return this.clips.length
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const { seed, batch, augment } = this.config
    const { config } = this.model
    const sizes = this.clips.map(({ frames }) => ({
      ...{ group: this.group, target: 1 },
      source: roomFor(mostFrames(frames, augment, config.maxFrames), config),
    }))
    return planEpoch(sizes, { ...batch, longer: 'source', seed, epoch }).map((plan) => {
      const source = Math.min(plan.source, mostPadded(config))
      return { ...plan, source, target: tokenRows(source, config) }
    })
  }

  nameOf(_: string, example: number): string {
    return this.clips[example]!.name
  }

  record(graph: Graph, shape: BatchShape) {
    return recordPresence(graph, this.model, shape)
  }

  feedsOf(pass: readonly number[], { examples, source }: BatchPlan): HostArrays {
    const targets = pass.map((i) => this.#targets[i]!)
    return {
      ...signArrays(
        pass.map((i) => this.#drawn(i)),
        { rows: pass.length, length: source },
        this.model.config,
      ),
      ...presenceGoals(targets, { classes: this.model.classes.size, weight: this.config.loss.weight, whole: examples.length }),
    }
  }

  reportStep({ examples }: BatchPlan, passes: readonly PassReports[]): PseudoGlossStep {
    return { loss: presenceLoss(passes), frames: examples.reduce((sum, i) => sum + this.clips[i]!.frames, 0) }
  }

  async validate(): Promise<Validation<PseudoGlossScores>> {
    const { clips, threshold } = this.config.validate
    const held = this.#held.slice(0, clips ?? this.#held.length)
    this.#reader ??= new PseudoGlossReader(this.gpu, this.model)
    return scoreGlosses(held, await this.#reader.find(held), this.model.classes, threshold)
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await pseudoGlossContent(this.model, state))
  }

  /** Reads the first clip. */
  async use(): Promise<ModelUse> {
    const reader = new PseudoGlossReader(this.gpu, this.model)
    return { run: () => reader.find(this.clips.slice(0, 1)), destroy: () => reader.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#reader?.destroy()
    await super.destroy()
  }

  /** A clip as this epoch shows it. */
  #drawn(example: number): PoseFrames {
    const clip = this.clips[example]!
    const { augment, seed } = this.config
    if (!augments(augment)) return clip
    const { numbers, maxFrames } = this.model.config
    const most = mostFrames(clip.frames, augment, maxFrames)
    return augmented(clip, augment, numbers, most, Random.for(seed, 'augment', this.#epoch, example))
  }
}
