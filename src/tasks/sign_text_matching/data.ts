// From a sign-text matching run file to clips and their sentences to match, what those are read by, and what the model is made with.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import type { Watched } from '../../base/progress.js'
import { tokensOfHeld } from '../../model/convolved_signs.js'
import type { SignTextMatchingConfig } from '../../model/sign_text_matching.js'
import { sentencePresets } from '../../model/text_transformer_sizes.js'
import { type ConvolvedData, loadConvolvedData } from '../convolved_data.js'
import { convolvedSizesOf } from '../convolved_sizes.js'
import type { SignTextMatchingRunConfig } from './config.js'

export type SignTextMatchingData = ConvolvedData<SignTextMatchingConfig>

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming the file for what cannot be used. */
export async function loadSignTextMatchingData(config: SignTextMatchingRunConfig, watched: Watched = {}): Promise<SignTextMatchingData> {
  const { notes, ...data } = await loadConvolvedData(config, (seen) => modelSizes(config, seen), watched)
  checkBatch(config, data.train.clips.length)
  const sentences = data.train.clips.map((clip) => clip.text)
  return { ...data, notes: [...notes, batchNote(config.batch), ...equalNotes(sentences)] }
}

/** What a run's model is made with. Throws ERR_CONFIG where clips with the class token are longer than its tables. */
function modelSizes(
  { model, input, restoring }: SignTextMatchingRunConfig,
  seen: Parameters<typeof convolvedSizesOf>[1],
): SignTextMatchingConfig {
  const { sentences, ...convolved } = model
  const { signs, transformer, tied } = convolvedSizesOf({ input, model: convolved }, seen)
  const most = tokensOfHeld(model.maxFrames) + 1
  if (most > transformer.places) {
    const problem = `wanted at least ${most} places, for the tokens of ${model.maxFrames} frames and a class token, got ${transformer.places}`
    throw new SignError('ERR_CONFIG', 'model.places', problem, 'Set more model.places, or fewer model.maxFrames')
  }
  const { heads, hidden, encoderLayers, activation } = { ...transformer, ...sentencePresets[model.preset], ...sentences }
  return {
    ...{ signs, transformer, maxTokens: model.maxTokens },
    sentences: { heads, hidden, encoderLayers, activation },
    restoring: restoring.every === null ? null : { tied },
  }
}

/** Throws ERR_CONFIG for batches of more clips than there are. */
function checkBatch({ batch: { size }, task }: SignTextMatchingRunConfig, clips: number): void {
  if (size <= clips) return
  const problem = `wanted at most as many as the ${counted(clips, 'clip')} to train on, got ${size}`
  throw new SignError('ERR_CONFIG', `${task}: batch.size`, problem, 'Set a smaller batch.size, or train on more clips')
}

/** What each clip is told from. */
function batchNote({ size, microBatch }: SignTextMatchingRunConfig['batch']): string {
  const passes = microBatch === null || microBatch >= size ? '' : `, in passes of ${microBatch} whose features are gathered first`
  return `the contrastive batch is ${size}${passes}: each clip is told from ${size - 1} other sentences (the released code’s is 4)`
}

/** What to know where several clips say the same. */
function equalNotes(sentences: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const sentence of sentences) times.set(sentence, (times.get(sentence) ?? 0) + 1)
  const shared = sentences.filter((sentence) => times.get(sentence)! > 1).length
  if (shared === 0) return []
  return [
    `${counted(shared, 'training clip')} of ${sentences.length} say what another says; batches are made without such pairs as far as lengths allow, since in one each would count as wrong for the other`,
  ]
}
