// A batch of prompts and glosses as the arrays a training step is fed.

import { specialId } from '../../text/vocabulary.js'
import type { BatchShape } from '../../train/task.js'
import { type Looked, tokenArrays } from '../../train/tokens.js'

/** A prompt and its gloss as ids, each with the closing token. */
export interface GlossPair {
  readonly source: Uint32Array
  readonly gloss: Uint32Array
}

/** A batch's padded sizes: gloss tokens are the target, prompt tokens the source. */
export type GlossShape = Omit<BatchShape, 'group'>

/** `ids` are the prompt's; the decoder is `given` `<s>`, then all but the last token. */
export interface GlossArrays extends Looked<'ids' | 'given', Uint32Array> {
  readonly sourceLengths: Uint32Array
  readonly glossLengths: Uint32Array
  readonly goal: Uint32Array
  /** Each token's share of the loss. */
  readonly coefficient: Float32Array
}

/**
 * Lays out a batch. The decoder starts from `<s>` and is to predict each token of the gloss, the closing one last.
 * @param tokens gloss tokens of the whole batch that these pairs are a part of; default theirs alone
 */
export function glossArrays(
  pairs: readonly GlossPair[],
  { batch, source: sourceLength, target: glossLength }: GlossShape,
  tokens = glossTokens(pairs),
): GlossArrays {
  const ids = new Uint32Array(batch * sourceLength).fill(specialId.padding)
  const given = new Uint32Array(batch * glossLength).fill(specialId.padding)
  const goal = new Uint32Array(batch * glossLength).fill(specialId.padding)
  pairs.forEach(({ source, gloss }, b) => {
    ids.set(source, b * sourceLength)
    given.set([specialId.start, ...gloss.subarray(0, -1)], b * glossLength)
    goal.set(gloss, b * glossLength)
  })
  return {
    ...tokenArrays('ids', ids, specialId.padding),
    sourceLengths: Uint32Array.from(pairs, ({ source }) => source.length),
    ...tokenArrays('given', given, specialId.padding),
    glossLengths: Uint32Array.from(pairs, ({ gloss }) => gloss.length),
    goal,
    coefficient: Float32Array.from(goal, (id) => (id === specialId.padding ? 0 : 1 / tokens)),
  }
}

/** Gloss tokens of all pairs, padding not counted. */
export const glossTokens = (pairs: readonly GlossPair[]): number => pairs.reduce((sum, { gloss }) => sum + gloss.length, 0)
