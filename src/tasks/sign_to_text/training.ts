// A sign-to-text training: clips in, their sentences by a frozen language model that reads them through adapters, cross-entropy.

import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { signToTextContent } from '../../checkpoint/sign_to_text.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import { signTextArrays } from '../../infer/sign_text_reader.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import type { SignToTextModel } from '../../model/sign_to_text.js'
import { mostPadded, roomFor } from '../../model/sign_tokens.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { OneModelTraining } from '../../train/one_model.js'
import { augmented, augments, mostFrames } from '../../train/pose_augment.js'
import type { SignedClip } from '../../train/signed_clips.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, TrainedGroup, Validation } from '../../train/task.js'
import { tokenLoss } from '../../train/tokens.js'
import type { SavedTraining } from '../../train/trainer.js'
import { sentenceArrays, tokensOf } from '../language_model/batch.js'
import type { SignToTextRunConfig } from './config.js'
import { scoreSentences, type TextValidation } from './evaluate.js'
import { recordTextLosses } from './losses.js'

/** What one step did. */
export interface SignToTextStep {
  /** Mean over the batch's tokens, in nats. */
  readonly loss: number
  /** Frames of the batch, padding not counted. */
  readonly frames: number
}

export class SignToTextTraining extends OneModelTraining<SignToTextModel, SignToTextStep, TextValidation> {
  readonly config: SignToTextRunConfig
  readonly clips: readonly SignedClip[]
  readonly #held: readonly SignedClip[]
  readonly #sentences: readonly Uint32Array[]
  #epoch = 0
  #translator: SignTranslator | undefined

  /** @param held clips to validate with; where there are none, those learned from */
  constructor(config: SignToTextRunConfig, model: SignToTextModel, clips: readonly SignedClip[], held: readonly SignedClip[] = []) {
    if (clips.length === 0) throw new SignError('ERR_DATA', 'sign to text', 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.clips = clips
    this.#held = held.length > 0 ? held : clips
    this.#sentences = clips.map(({ text }) => model.text.encode(text))
  }

  get examples(): number {
    return this.clips.length
  }

  /** The frozen language model lies beside what is trained. */
  override get groups(): readonly TrainedGroup[] {
    const { positions, weights } = this.model.language
    return super.groups.map((group) => ({ ...group, tables: [...group.tables, positions.region!.buffer], frozen: weights }))
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const { seed, batch, augment } = this.config
    const { signs } = this.model.config
    const sizes = this.clips.map(({ frames }, i) => ({
      group: this.group,
      target: this.#sentences[i]!.length,
      source: roomFor(mostFrames(frames, augment, signs.maxFrames), signs),
    }))
    const plans = planEpoch(sizes, { ...batch, longer: 'source', seed, epoch })
    return plans.map((plan) => ({ ...plan, source: Math.min(plan.source, mostPadded(signs)) }))
  }

  nameOf(_: string, example: number): string {
    return this.clips[example]!.name
  }

  record(graph: Graph, shape: BatchShape) {
    return recordTextLosses(graph, this.model, shape, this.config.smoothing)
  }

  feedsOf(pass: readonly number[], { examples, source, target }: BatchPlan): HostArrays {
    const { signs, language } = this.model.config
    const clips = pass.map((i) => this.#drawn(i))
    const shape = { batch: pass.length, length: target }
    const { given, at, lengths, goal, coefficient } = sentenceArrays(this.#ids(pass), shape, language, tokensOf(this.#ids(examples)))
    return {
      ...signTextArrays(clips, { rows: pass.length, length: source }, signs),
      ...{ given, wordAt: at, givenLengths: lengths, goal, coefficient },
    }
  }

  reportStep({ examples }: BatchPlan, passes: readonly PassReports[]): SignToTextStep {
    return { loss: tokenLoss(passes), frames: examples.reduce((sum, i) => sum + this.clips[i]!.frames, 0) }
  }

  async validate(): Promise<Validation<TextValidation>> {
    const { clips, every: _, ...search } = this.config.validate
    const held = this.#held.slice(0, clips ?? this.#held.length)
    this.#translator ??= new SignTranslator(this.gpu, this.model)
    return scoreSentences(held, await this.#translator.translate(held, search), this.model.text, search)
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await signToTextContent(this.model, state))
  }

  /** Translates the first clip. */
  async use(): Promise<ModelUse> {
    const translator = new SignTranslator(this.gpu, this.model)
    return { run: () => translator.translate(this.clips.slice(0, 1)), destroy: () => translator.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#translator?.destroy()
    await super.destroy()
  }

  #ids(examples: readonly number[]): Uint32Array[] {
    return examples.map((i) => this.#sentences[i]!)
  }

  /** A clip as this epoch shows it. */
  #drawn(example: number): PoseFrames {
    const clip = this.clips[example]!
    const { augment, seed } = this.config
    if (!augments(augment)) return clip
    const { numbers, maxFrames } = this.model.config.signs
    const most = mostFrames(clip.frames, augment, maxFrames)
    return augmented(clip, augment, numbers, most, Random.for(seed, 'augment', this.#epoch, example))
  }
}
