// What a group reads of a sentence, and what it knows of its length.

import { SignError } from '../base/errors.js'
import { sentenceIds } from '../model/sentence_ids.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { lengthHead, tokenDurations } from '../model/text_to_pose.js'
import { lineFor } from '../text/language_mark.js'
import type { EncoderOptions } from './source_encoder.js'

/** The ids of a sentence. Throws ERR_USAGE for one without a word, or of more tokens than the model reads, or without the mark of its language where the model goes by that. */
export function sentenceTokens(group: Pick<LanguageGroup, 'vocabulary' | 'config'>, text: string): Uint32Array {
  const { vocabulary, config } = group
  const { maxTokens } = config
  const ids = sentenceIds(group, lineFor(vocabulary, text, undefined))
  if (vocabulary.tokensOf(text).length === 0)
    throw new SignError('ERR_USAGE', 'generate', `wanted a sentence, got "${text}"`, 'Give at least one word')
  if (ids.length > maxTokens) {
    throw new SignError('ERR_USAGE', 'generate', `wanted at most ${maxTokens} tokens, got ${ids.length}`, 'Split the sentence')
  }
  return ids
}

/** The logarithm of each clip's frames, where a model knows it, and which tokens are signed when. */
export function lengthsOf({ config }: Pick<LanguageGroup, 'config'>): EncoderOptions['beside'] {
  if (config.durations)
    return (recording, features, lengths) => {
      const { spans, logFrames } = tokenDurations(recording, features, lengths)
      return { reports: [logFrames], kept: { features, spans } }
    }
  return config.lengthHead
    ? (recording, features, lengths) => ({ reports: [lengthHead({ ...recording, config }, features, lengths)] })
    : undefined
}
