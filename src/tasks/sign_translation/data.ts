// From a sign translation run file to clips to learn from, what text is written by, and what the model is made with.

import type { Watched } from '../../base/progress.js'
import type { SignTranslationConfig } from '../../model/sign_translation.js'
import { type ConvolvedData, loadConvolvedData } from '../convolved_data.js'
import { convolvedSizesOf } from '../convolved_sizes.js'
import type { SignTranslationRunConfig } from './config.js'

export type SignTranslationData = ConvolvedData<SignTranslationConfig>

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming the file for what cannot be used. */
export function loadSignTranslationData(config: SignTranslationRunConfig, watched: Watched = {}): Promise<SignTranslationData> {
  const { maxTokens } = config.model
  return loadConvolvedData(config, (seen) => ({ ...convolvedSizesOf(config, seen), maxTokens }), watched)
}
