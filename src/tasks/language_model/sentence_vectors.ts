// What a language model makes of each sentence, as one vector.

import { SignError } from '../../base/errors.js'
import { firstNonFinite } from '../../base/finite.js'
import type { Gpu } from '../../device/gpu.js'
import { diverged } from '../../infer/divergence.js'
import type { LanguageModel } from '../../model/language_model.js'
import { meanPool } from '../../ops/mean_pool.js'
import { recordSentences } from './losses.js'
import { SentenceBatches } from './sentence_batches.js'

/**
 * The mean over each sentence's tokens of the features that its next ones follow from. Sentences as ids, each with the closing one. Throws ERR_DATA
 * for one that is longer than the model's positions, ERR_DIVERGED where features are not finite.
 */
export async function sentenceVectors(gpu: Gpu, model: LanguageModel, sentences: readonly Uint32Array[]): Promise<Float32Array[]> {
  const { width, maxTokens } = model.config
  const long = sentences.find(({ length }) => length > maxTokens)
  if (long) {
    const problem = `wanted sentences of at most ${maxTokens} tokens with the closing one, got ${long.length}`
    throw new SignError('ERR_DATA', 'sentence vectors', problem, 'Train it with a larger model.maxTokens')
  }
  const vectors = new Array<Float32Array>(sentences.length)
  const batches = new SentenceBatches(gpu, model, (graph, shape) => {
    const { feeds, features } = recordSentences(graph, model, shape)
    return { feeds, report: meanPool(graph, features, feeds.lengths) }
  })
  try {
    for await (const { values, places } of batches.read(sentences))
      places.forEach((place, row) => {
        vectors[place] = values.slice(row * width, (row + 1) * width)
      })
  } finally {
    batches.destroy()
  }
  if (vectors.some((vector) => firstNonFinite(vector) >= 0)) throw diverged('the language model', 'features that are not')
  return vectors
}
