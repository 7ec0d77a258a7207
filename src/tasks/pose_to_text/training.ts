// A pose-to-text training: clips in, glosses by CTC and words by the decoder, the joint loss of both.

import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { poseToTextContent } from '../../checkpoint/pose_to_text.js'
import { Translator } from '../../infer/translator.js'
import { classOfGloss, type PoseToTextModel } from '../../model/pose_to_text.js'
import { layoutOfMotion } from '../../motion/layout/layouts.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { signDensityOf } from '../../train/density.js'
import { OneModelTraining } from '../../train/one_model.js'
import { augmented, augments, mostFrames } from '../../train/pose_augment.js'
import { pairArrays, samplePairs } from '../../train/sign_pairs.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, Validation } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { type SignedIds, signedArrays } from './batch.js'
import type { PoseToTextRunConfig } from './config.js'
import type { SignedText } from './data.js'
import { scoreTranslations, type TranslationScores, withDensity } from './evaluate.js'
import { recordSignedLosses, type SignedLosses, signedLosses } from './losses.js'
import type { Similarity } from './similarity.js'

/** What one step did: the joint loss and its two weighted parts. */
export interface SignedStep extends SignedLosses {
  readonly loss: number
  /** Frames of the batch, padding not counted. */
  readonly frames: number
}

export class PoseToTextTraining extends OneModelTraining<PoseToTextModel, SignedStep, TranslationScores> {
  readonly config: PoseToTextRunConfig
  readonly clips: readonly SignedText[]
  readonly #held: readonly SignedText[]
  readonly #ids: readonly SignedIds[]
  readonly #similarity: Similarity | undefined
  #epoch = 0
  #translator: Translator | undefined

  /**
   * @param held clips to validate with; where there are none, those learned from
   * @param similarity of the sentences, where the run file has a weight for it
   */
  constructor(
    config: PoseToTextRunConfig,
    model: PoseToTextModel,
    clips: readonly SignedText[],
    held: readonly SignedText[] = [],
    similarity?: Similarity,
  ) {
    if (clips.length === 0) throw new SignError('ERR_DATA', 'pose to text', 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.clips = clips
    this.#held = held.length > 0 ? held : clips
    this.#ids = clips.map((clip) => idsOf(clip, model))
    this.#similarity = similarity
  }

  get examples(): number {
    return this.clips.length
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const sizes = this.#ids.map(({ words, labels, frames }) => {
      const target = Math.max(words.length, labels.length, 1)
      return { group: this.group, target, source: mostFrames(frames, this.config.augment, this.model.config.maxFrames) }
    })
    return planEpoch(sizes, { ...this.config.batch, longer: 'source', seed: this.config.seed, epoch })
  }

  nameOf(_: string, example: number): string {
    return this.clips[example]!.name
  }

  record(graph: Graph, { group: _, ...shape }: BatchShape) {
    return recordSignedLosses(graph, this.model, shape, this.config)
  }

  feedsOf(pass: readonly number[], batch: BatchPlan, { step }: { readonly step: number }): HostArrays {
    const shape = { batch: pass.length, target: batch.target, source: batch.source }
    const { loss } = this.config
    const longest = Math.max(1, ...batch.examples.map((i) => this.#ids[i]!.words.length))
    const clips = pass.map((i) => this.#drawn(i))
    const arrays = signedArrays(clips, shape, { config: this.model.config, loss, whole: batch.examples.length, longest })
    return { ...arrays, ...this.#pairsOf(pass, clips, batch, step), ...this.#similarOf(pass, batch) }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): SignedStep {
    const losses = signedLosses(passes)
    const frames = batch.examples.reduce((sum, i) => sum + this.clips[i]!.frames, 0)
    return { loss: losses.recognition + losses.translation + losses.contrast + losses.similarity, ...losses, frames }
  }

  override scalarsOf({ recognition, translation, contrast, similarity }: SignedStep) {
    return {
      'train/recognition': recognition,
      'train/translation': translation,
      ...(this.config.signCl.weight > 0 && { 'train/signCl': contrast }),
      ...(this.config.similarity.weight > 0 && { 'train/similarity': similarity }),
    }
  }

  async validate(): Promise<Validation<TranslationScores>> {
    const { clips, density, every: _, ...search } = this.config.validate
    const held = this.#held.slice(0, clips ?? this.#held.length)
    this.#translator ??= new Translator(this.gpu, this.model)
    const scores = scoreTranslations(held, await this.#translator.translate(held, search), this.model, search)
    return density ? withDensity(scores, await signDensityOf(this.model, held, { at: this.config.signCl.at })) : scores
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await poseToTextContent(this.model, state))
  }

  /** Translates the first clip. */
  async use(): Promise<ModelUse> {
    const translator = new Translator(this.gpu, this.model)
    return { run: () => translator.translate(this.clips.slice(0, 1)), destroy: () => translator.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#translator?.destroy()
    await super.destroy()
  }

  /** What SignCL compares in a pass; nothing where it is left out. */
  #pairsOf(pass: readonly number[], clips: readonly SignedIds[], batch: BatchPlan, step: number): HostArrays {
    const { seed, signCl } = this.config
    if (signCl.weight === 0) return {}
    const paired = {
      form: signCl.form,
      length: batch.source,
      lengths: clips.map(({ frames }) => frames),
      textLengths: clips.map(({ words, labels }) => words.length || labels.length),
    }
    // As many frames as the whole batch has: of clips whose pace is drawn, the frames they are drawn from.
    const anchors = batch.examples.reduce((sum, i) => sum + this.#ids[i]!.frames, 0)
    const partners = samplePairs(paired, Random.for(seed, 'sign pairs', step, pass[0]!))
    return { ...pairArrays(partners, paired, { scale: signCl.weight, anchors }) }
  }

  /** How similar the sentences of a pass are; a pass counts by its share of the batch's clips, each of its pairs alike. */
  #similarOf(pass: readonly number[], batch: BatchPlan): HostArrays {
    const { weight } = this.config.similarity
    if (weight === 0) return {}
    const texts = pass.map((i) => this.clips[i]!.text)
    const pairs = (pass.length * (pass.length - 1)) / 2
    return {
      similar: Float32Array.from(texts.flatMap((a) => texts.map((b) => this.#similarity!(a, b)))),
      similarShare: Float32Array.of(pairs === 0 ? 0 : (weight * pass.length) / batch.examples.length / pairs),
    }
  }

  /** A clip as this epoch shows it. */
  #drawn(example: number): SignedIds {
    const clip = this.#ids[example]!
    const { augment, seed } = this.config
    if (!augments(augment)) return clip
    const { config } = this.model
    const most = mostFrames(clip.frames, augment, config.maxFrames)
    const frames = { numbers: config.numbers, layout: layoutOfMotion(config) }
    return { ...clip, ...augmented(clip, augment, frames, most, Random.for(seed, 'augment', this.#epoch, example)) }
  }
}

function idsOf({ values, frames, confidence, labels, text }: SignedText, { glosses, words }: PoseToTextModel): SignedIds {
  return {
    values,
    frames,
    confidence,
    labels: glosses ? Uint32Array.from(glosses.tokensOf(labels), (label) => classOfGloss(glosses.idOf(label))) : new Uint32Array(),
    words: words?.encode(text) ?? new Uint32Array(),
  }
}
