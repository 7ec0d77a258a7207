// A sign-to-text training: clips in, their sentences by a frozen language model that reads them through adapters, cross-entropy.

import { SignError } from '../../base/errors.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { signToTextContent } from '../../checkpoint/sign_to_text.js'
import { tokenLengths } from '../../infer/sign_reader.js'
import { tokenPlaces } from '../../infer/sign_text_reader.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import type { SignToTextModel } from '../../model/sign_to_text.js'
import { mostPadded, roomFor, tokenRows, tokensOf as tokensOfSigns } from '../../model/sign_tokens.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { OneModelTraining } from '../../train/one_model.js'
import type { Scalars } from '../../train/run/logs.js'
import type { Signing } from '../../train/signing/signing.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, TrainedGroup, Validation } from '../../train/task.js'
import { tokenLoss } from '../../train/tokens.js'
import type { SavedTraining } from '../../train/trainer.js'
import { sentenceArrays, tokensOf } from '../language_model/batch.js'
import { codeArrays, codeLosses } from './codes.js'
import type { SignToTextRunConfig } from './config.js'
import { scoreSentences, type TextValidation } from './evaluate.js'
import { recordTextLosses } from './losses.js'

/** What one step did. */
export interface SignToTextStep {
  /** Mean over the batch's tokens, in nats; of a model of codes, with the two below. */
  readonly loss: number
  /** Of a model of codes: what of the loss is of tokens and codes that are apart, and what of the discrepancy from the language model's table. */
  readonly quantisation?: number
  readonly discrepancy?: number
  /** Frames of the batch, padding not counted. */
  readonly frames: number
}

export class SignToTextTraining extends OneModelTraining<SignToTextModel, SignToTextStep, TextValidation> {
  readonly config: SignToTextRunConfig
  readonly signing: Signing
  readonly #sentences: readonly Uint32Array[]
  #epoch = 0
  #translator: SignTranslator | undefined

  constructor(config: SignToTextRunConfig, model: SignToTextModel, signing: Signing) {
    if (signing.clips.length === 0)
      throw new SignError('ERR_DATA', 'sign to text', 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.signing = signing
    this.#sentences = signing.clips.map(({ text }) => model.text.encode(text))
  }

  get examples(): number {
    return this.signing.clips.length
  }

  /** The frozen language model lies beside what is trained. */
  override get groups(): readonly TrainedGroup[] {
    const { positions, weights } = this.model.language
    return super.groups.map((group) => ({ ...group, tables: [...group.tables, positions.region!.buffer], frozen: weights }))
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const { seed, batch } = this.config
    const { signs } = this.model.config
    const sizes = this.#sentences.map(({ length: target }, i) => ({
      group: this.group,
      target,
      source: roomFor(this.signing.mostFrames(i), signs),
    }))
    const plans = planEpoch(sizes, { ...batch, longer: 'source', seed, epoch })
    return plans.map((plan) => ({ ...plan, source: Math.min(plan.source, mostPadded(signs)) }))
  }

  nameOf(_: string, example: number): string {
    return this.signing.clips[example]!.name
  }

  record(graph: Graph, shape: BatchShape) {
    const seen = this.signing.record(graph.recorder, { rows: shape.batch, length: shape.source })
    return recordTextLosses(graph, this.model, shape, this.config.smoothing, { seen, codes: this.config.codes })
  }

  async prepare(batch: BatchPlan): Promise<void> {
    await this.signing.prepare?.(batch, this.#epoch)
  }

  feedsOf(pass: readonly number[], { examples, source, target }: BatchPlan, { step }: { readonly step: number }): HostArrays {
    const { signs, language } = this.model.config
    const [signed, shape] = [
      { rows: pass.length, length: source },
      { batch: pass.length, length: target },
    ]
    const { given, at, lengths, goal, coefficient } = sentenceArrays(this.#ids(pass), shape, language, tokensOf(this.#ids(examples)))
    const seen = this.signing.arrays(pass, signed, this.#epoch)
    const { codes, seed } = this.config
    const [own, all] = [this.#signTokens(pass), this.#signTokens(examples)]
    const shares = { length: tokenRows(source, signs), share: 1 / all, ofBatch: own / all, step, seed }
    return {
      ...seen,
      tokenAt: tokenPlaces(signed, signs),
      ...{ given, wordAt: at, givenLengths: lengths, goal, coefficient },
      ...(codes && codeArrays(tokenLengths(seen, signs), shares, this.model, codes)),
    }
  }

  reportStep({ examples }: BatchPlan, passes: readonly PassReports[]): SignToTextStep {
    const { codes } = this.config
    const own = codes && codeLosses(passes, codes)
    const loss = tokenLoss(passes) + (own ? own.quantisation + own.discrepancy : 0)
    return { loss, ...own, frames: examples.reduce((sum, i) => sum + this.signing.clips[i]!.frames, 0) }
  }

  override scalarsOf({ quantisation, discrepancy }: SignToTextStep): Scalars {
    return quantisation === undefined || discrepancy === undefined ? {} : { quantisation, discrepancy }
  }

  async validate(): Promise<Validation<TextValidation>> {
    const { clips, every: _, ...search } = this.config.validate
    const held = await this.signing.held(clips)
    this.#translator ??= new SignTranslator(this.gpu, this.model)
    return scoreSentences(held, await this.#translator.translate(held, search), this.model.text, search)
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await signToTextContent(this.model, state))
  }

  /** Translates the first clip that it validates with. */
  async use(): Promise<ModelUse> {
    const translator = new SignTranslator(this.gpu, this.model)
    const clips = await this.signing.held(1)
    return { run: () => translator.translate(clips), destroy: () => translator.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#translator?.destroy()
    this.signing.destroy()
    await super.destroy()
  }

  /** Tokens of clips as they are. */
  #signTokens(examples: readonly number[]): number {
    return examples.reduce((sum, i) => sum + tokensOfSigns(this.signing.clips[i]!.frames, this.model.config.signs), 0)
  }

  #ids(examples: readonly number[]): Uint32Array[] {
    return examples.map((i) => this.#sentences[i]!)
  }
}
