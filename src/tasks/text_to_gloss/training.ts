// A text-to-gloss training: prompts are drawn anew for every sentence and epoch.

import { SignError } from '../../base/errors.js'
import { saveGlossCheckpoint } from '../../checkpoint/file.js'
import { GlossDecoder } from '../../infer/gloss_decoder.js'
import type { TextScores } from '../../metrics/text_scores.js'
import type { GlossModel } from '../../model/text_to_gloss.js'
import type { Graph } from '../../ops/graph.js'
import { type BatchPlan, planEpoch } from '../../train/batches.js'
import { OneModelTraining } from '../../train/one_model.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, Validation } from '../../train/task.js'
import { tokenLoss } from '../../train/tokens.js'
import type { SavedTraining } from '../../train/trainer.js'
import { type GlossPair, glossArrays, glossTokens } from './batch.js'
import type { GlossRunConfig } from './config.js'
import { type GlossLine, readingOf } from './data.js'
import { scoreLines } from './evaluate.js'
import { recordGlossLosses } from './losses.js'

/** What one step did. */
export interface GlossStep {
  /** Mean over the batch's gloss tokens. */
  readonly loss: number
  /** Gloss tokens of the batch, padding not counted. */
  readonly tokens: number
}

/** What a validation gives. */
export interface GlossValidated {
  readonly scores: TextScores
}

export class GlossTraining extends OneModelTraining<GlossModel, GlossStep, GlossValidated> {
  readonly config: GlossRunConfig
  readonly lines: readonly GlossLine[]
  readonly #held: readonly GlossLine[]
  #decoder: GlossDecoder | undefined
  #pairs: { readonly epoch: number; readonly pairs: readonly GlossPair[] } | undefined

  /** @param held lines to validate with; where there are none, those learned from */
  constructor(config: GlossRunConfig, model: GlossModel, lines: readonly GlossLine[], held: readonly GlossLine[] = []) {
    if (lines.length === 0) throw new SignError('ERR_DATA', 'text to gloss', 'wanted lines to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.lines = lines
    this.#held = held.length > 0 ? held : lines
  }

  get examples(): number {
    return this.lines.length
  }

  /** The epoch's prompts are drawn when it is planned. */
  planEpoch(epoch: number): readonly BatchPlan[] {
    const { source, gloss } = this.model
    const pairs = this.lines.map((line, i) => ({
      source: source.encode(readingOf(line, this.config, [epoch, i])),
      gloss: gloss.encode(line.langGloss),
    }))
    this.#pairs = { epoch, pairs }
    const sizes = pairs.map((pair) => ({ group: this.group, target: pair.gloss.length, source: pair.source.length }))
    return planEpoch(sizes, { ...this.config.batch, seed: this.config.seed, epoch })
  }

  nameOf(_: string, example: number): string {
    return this.lines[example]!.name
  }

  record(graph: Graph, { group: _, ...shape }: BatchShape) {
    return recordGlossLosses(graph, this.model, shape, this.config.smoothing)
  }

  feedsOf(pass: readonly number[], batch: BatchPlan): HostArrays {
    const shape = { batch: pass.length, target: batch.target, source: batch.source }
    return { ...glossArrays(this.#pairsOf(pass), shape, glossTokens(this.#pairsOf(batch.examples))) }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): GlossStep {
    const { gloss } = this.model
    const tokens = batch.examples.reduce((sum, i) => sum + gloss.encode(this.lines[i]!.langGloss).length, 0)
    return { loss: tokenLoss(passes), tokens }
  }

  async validate(): Promise<Validation<GlossValidated>> {
    const { beams, lengthPenalty, sentences } = this.config.validate
    const { source } = this.model
    // A line without a word cannot be glossed.
    const held = this.#held
      .slice(0, sentences ?? this.#held.length)
      .map((line, i) => ({ line, reading: readingOf(line, this.config, ['held', i]) }))
      .filter(({ reading }) => source.tokensOf(reading).length > 0)
    const [lines, readings] = [held.map(({ line }) => line), held.map(({ reading }) => reading)]
    this.#decoder ??= new GlossDecoder(this.gpu, this.model)
    const { scores } = await scoreLines(this.#decoder, lines, readings, { beams, lengthPenalty })
    const { bleu, rouge, exact, lengthRatio } = scores
    const scalars = { 'dev/bleu1': bleu[0], 'dev/bleu4': bleu[3], 'dev/rouge': rouge, 'dev/exact': exact, 'dev/lengthRatio': lengthRatio }
    // Short glosses have no 4-grams, so BLEU-4 alone may stay 0: ROUGE settles what it leaves open.
    return { result: { scores }, score: 200 - bleu[3] - rouge, scalars }
  }

  save(path: string, state: SavedTraining | undefined): Promise<void> {
    return saveGlossCheckpoint(path, this.model, state)
  }

  /** Glosses the first line. */
  async use(): Promise<ModelUse> {
    const decoder = new GlossDecoder(this.gpu, this.model)
    const reading = readingOf(this.lines[0]!, this.config, [0, 0])
    return { run: () => decoder.decode([reading]), destroy: () => decoder.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#decoder?.destroy()
    await super.destroy()
  }

  #pairsOf(examples: readonly number[]): GlossPair[] {
    return examples.map((i) => this.#pairs!.pairs[i]!)
  }
}
