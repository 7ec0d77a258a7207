// How surprised a language model is by sentences it has not seen.

import type { Gpu } from '../../device/gpu.js'
import { diverged } from '../../infer/divergence.js'
import type { LanguageModel } from '../../model/language_model.js'
import { tokensOf } from './batch.js'
import { recordSentenceLosses } from './losses.js'
import { SentenceBatches } from './sentence_batches.js'

export interface Perplexity {
  /** e to the mean of the tokens' losses in nats, of the closing tokens too. */
  readonly perplexity: number
  /** Tokens it is of. */
  readonly tokens: number
}

/** Keeps what it recorded for the next time. */
export class SentenceScorer {
  readonly #batches: SentenceBatches

  constructor(gpu: Gpu, model: LanguageModel) {
    this.#batches = new SentenceBatches(gpu, model, (graph, shape) => {
      const { feeds, reports } = recordSentenceLosses(graph, model, shape, 0)
      return { feeds, report: reports.rows }
    })
  }

  /** Of sentences as ids, each with the closing one. Throws ERR_DIVERGED where the model's numbers are not finite. */
  async perplexity(sentences: readonly Uint32Array[]): Promise<Perplexity> {
    let loss = 0
    for await (const { values, places, length } of this.#batches.read(sentences))
      places.forEach((place, row) => {
        for (let n = 0; n < sentences[place]!.length; n++) loss += values[2 * (row * length + n)]!
      })
    const tokens = tokensOf(sentences)
    if (!Number.isFinite(loss)) throw diverged('the language model', `a loss of ${loss}`)
    return { perplexity: Math.exp(loss / tokens), tokens }
  }

  /** Idempotent. */
  destroy(): void {
    this.#batches.destroy()
  }
}
