// A language model's training: each sentence once an epoch, all its tokens predicted at once.

import { SignError } from '../../base/errors.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { type LanguageDescription, languageContent } from '../../checkpoint/language_model.js'
import type { LanguageModel } from '../../model/language_model.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { OneModelTraining } from '../../train/one_model.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, Validation } from '../../train/task.js'
import { tokenLoss } from '../../train/tokens.js'
import type { SavedTraining } from '../../train/trainer.js'
import { sentenceArrays, tokensOf } from './batch.js'
import type { LanguageRunConfig } from './config.js'
import type { LanguageData } from './data.js'
import { type Perplexity, SentenceScorer } from './evaluate.js'
import { recordSentenceLosses } from './losses.js'

/** What one step did. */
export interface LanguageStep {
  /** Mean over the batch's tokens, in nats. */
  readonly loss: number
  /** Tokens of the batch that were predicted. */
  readonly tokens: number
}

export class LanguageTraining extends OneModelTraining<LanguageModel, LanguageStep, Perplexity> {
  readonly config: LanguageRunConfig
  readonly #description: LanguageDescription
  readonly #names: readonly string[]
  readonly #sentences: readonly Uint32Array[]
  readonly #held: readonly Uint32Array[]
  #scorer: SentenceScorer | undefined

  /** Without held-out sentences it is validated with those learned from. */
  constructor(config: LanguageRunConfig, model: LanguageModel, { train, dev, description }: LanguageData) {
    if (train.length === 0) throw new SignError('ERR_DATA', 'language model', 'wanted sentences to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.#description = description
    this.#names = train.map(({ name }) => name)
    this.#sentences = train.map(({ text }) => description.words.encode(text))
    const held = (dev.length > 0 ? dev : train).slice(0, config.validate.sentences ?? Infinity)
    this.#held = held.map(({ text }) => description.words.encode(text))
  }

  get examples(): number {
    return this.#sentences.length
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    const sizes = this.#sentences.map(({ length }) => ({ group: this.group, target: length, source: length }))
    return planEpoch(sizes, { ...this.config.batch, seed: this.config.seed, epoch })
  }

  nameOf(_: string, example: number): string {
    return this.#names[example]!
  }

  record(graph: Graph, { batch, target }: BatchShape) {
    return recordSentenceLosses(graph, this.model, { batch, length: target }, this.config.smoothing)
  }

  feedsOf(pass: readonly number[], { examples, target }: BatchPlan): HostArrays {
    const shape = { batch: pass.length, length: target }
    return { ...sentenceArrays(this.#ids(pass), shape, this.model.config, tokensOf(this.#ids(examples))) }
  }

  reportStep({ examples }: BatchPlan, passes: readonly PassReports[]): LanguageStep {
    return { loss: tokenLoss(passes), tokens: tokensOf(this.#ids(examples)) }
  }

  async validate(): Promise<Validation<Perplexity>> {
    this.#scorer ??= new SentenceScorer(this.gpu, this.model)
    const result = await this.#scorer.perplexity(this.#held)
    return { result, score: result.perplexity, scalars: { 'dev/perplexity': result.perplexity } }
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await languageContent(this.model.weights, this.#description, state))
  }

  /** Reads the first sentence. */
  async use(): Promise<ModelUse> {
    const scorer = new SentenceScorer(this.gpu, this.model)
    return { run: () => scorer.perplexity([this.#sentences[0]!]), destroy: async () => scorer.destroy() }
  }

  override async destroy(): Promise<void> {
    this.#scorer?.destroy()
    await super.destroy()
  }

  #ids(examples: readonly number[]): Uint32Array[] {
    return examples.map((i) => this.#sentences[i]!)
  }
}
