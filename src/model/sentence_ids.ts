// A sentence as the token ids that a text-to-pose model reads, in training and in use.

import { specialId } from '../text/vocabulary.js'
import type { GroupDescription } from './sign_model.js'

/** The ids of a sentence's tokens and what opens and closes them; of longer ones than the model reads, the first, where it is to be cut. */
export function sentenceIds({ vocabulary, config }: Pick<GroupDescription, 'vocabulary' | 'config'>, text: string): Uint32Array {
  const closed = vocabulary.encode(text)
  const ids = config.openingToken ? Uint32Array.of(specialId.start, ...closed) : closed
  return config.cutSentences ? ids.subarray(0, config.maxTokens) : ids
}
