// From a sign translation run file to clips to learn from, what text is written by, and what the model is made with.

import type { Watched } from '../../base/progress.js'
import { nameHash } from '../../data/checksum.js'
import type { SignTranslationDescription } from '../../model/sign_translation.js'
import { layouts } from '../../motion/layout/layouts.js'
import { checkAugmentation } from '../../train/pose_augment.js'
import { sameClips } from '../../train/signed_clips.js'
import { checkClipLength, unknownNotes } from '../../train/signing/clip_texts.js'
import { kindOf, loadSplit, type SignedSplit } from '../../train/signing/load_signing.js'
import { textCoder } from '../../train/text_coder.js'
import { convolvedImagesOf, convolvedSizesOf } from '../convolved_sizes.js'
import type { SignTranslationRunConfig } from './config.js'

export interface SignTranslationData {
  readonly train: SignedSplit
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: SignedSplit
  readonly description: SignTranslationDescription
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming the file for what cannot be used. */
export async function loadSignTranslationData(config: SignTranslationRunConfig, watched: Watched = {}): Promise<SignTranslationData> {
  const images = convolvedImagesOf(config)
  const [train, dev] = [await loadSplit(config, 'train', images, watched), await loadSplit(config, 'dev', images, watched)]
  const { numbers, fps, notes } = kindOf([train, dev], images, config)
  if (!images) checkAugmentation(config.augment, numbers, layouts[config.model.layout])
  const sentences = train.clips.map((clip) => clip.text)
  const coder = await textCoder(config.tokens, sentences, config.minCount)
  const { maxTokens } = config.model
  const description: SignTranslationDescription = {
    config: { ...convolvedSizesOf(config, { numbers, ...(images && { images }) }), maxTokens },
    text: coder,
    languages: [...new Set(train.clips.map((clip) => clip.language))],
    fps,
    trainedOn: train.clips.map(({ name }) => nameHash(name)).sort(),
    seed: config.seed,
  }
  for (const clip of [...train.clips, ...dev.clips]) checkClipLength(clip, config.model, coder)
  const unknown = (['train', 'dev'] as const).flatMap((split) => unknownNotes({ train, dev }[split].clips, split, coder))
  return { train, dev, description, notes: [...notes, ...unknown, ...sameClips(train.clips, dev.clips)] }
}
