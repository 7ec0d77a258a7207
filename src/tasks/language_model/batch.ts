// A batch of sentences as the arrays that a pass is fed: each is given its first token and all but its last, and is to predict all but the first.

import type { LanguageModelConfig } from '../../model/language_model.js'
import { xglmPlaces } from '../../nn/positions.js'
import { type Looked, tokenArrays } from '../../train/tokens.js'

/** Padded sizes of a pass. */
export interface SentenceShape {
  readonly batch: number
  /** Tokens to predict of each. */
  readonly length: number
}

export interface SentenceArrays extends Looked<'given', Uint32Array> {
  readonly at: Uint32Array
  readonly lengths: Uint32Array
  readonly goal: Uint32Array
  /** Each token's share of the loss. */
  readonly coefficient: Float32Array
}

/**
 * Lays out sentences, as ids with the closing one.
 * @param tokens of the whole batch that these are a part of; default theirs alone
 */
export function sentenceArrays(
  sentences: readonly Uint32Array[],
  { batch, length }: SentenceShape,
  { padding, start, maxTokens }: Pick<LanguageModelConfig, 'padding' | 'start' | 'maxTokens'>,
  tokens = tokensOf(sentences),
): SentenceArrays {
  const given = new Uint32Array(batch * length).fill(padding)
  const goal = new Uint32Array(batch * length).fill(padding)
  const coefficient = new Float32Array(batch * length)
  sentences.forEach((ids, b) => {
    given.set([start, ...ids.subarray(0, -1)], b * length)
    goal.set(ids, b * length)
    coefficient.fill(1 / tokens, b * length, b * length + ids.length)
  })
  return {
    ...tokenArrays('given', given, padding),
    at: xglmPlaces(given, length, padding, maxTokens),
    lengths: Uint32Array.from(sentences, ({ length: own }) => own),
    goal,
    coefficient,
  }
}

/** Tokens of all sentences that are to be predicted. */
export const tokensOf = (sentences: readonly Uint32Array[]): number => sentences.reduce((sum, { length }) => sum + length, 0)
