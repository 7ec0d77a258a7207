// From a run file of GFSLT-VLP to clips and what is said in them, what that is read and written by, and what the model is made with: the same in both stages.

import type { Watched } from '../base/progress.js'
import { nameHash } from '../data/checksum.js'
import type { SeenSigns } from '../model/sign_sizes.js'
import type { TrainedOn } from '../model/signing_model.js'
import { layouts } from '../motion/layout/layouts.js'
import type { TextCoder } from '../text/text_coder.js'
import { checkAugmentation } from '../train/pose_augment.js'
import { sameClips } from '../train/signed_clips.js'
import { checkClipLength, unknownNotes } from '../train/signing/clip_texts.js'
import { kindOf, loadSplit, type SignedSplit } from '../train/signing/load_signing.js'
import { textCoder } from '../train/text_coder.js'
import { convolvedImagesOf } from './convolved_sizes.js'
import type { SignTextMatchingRunConfig } from './sign_text_matching/config.js'
import type { SignTranslationRunConfig } from './sign_translation/config.js'

/** `Config`: the sizes of the model. */
export interface ConvolvedData<Config> {
  readonly train: SignedSplit
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: SignedSplit
  readonly description: TrainedOn & { readonly config: Config; readonly text: TextCoder }
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/**
 * Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming the file for what cannot be used.
 *
 * @param sizesOf the sizes of a model that sees such frames
 */
export async function loadConvolvedData<Config>(
  config: SignTranslationRunConfig | SignTextMatchingRunConfig,
  sizesOf: (seen: Pick<SeenSigns, 'numbers' | 'images'>) => Config,
  watched: Watched = {},
): Promise<ConvolvedData<Config>> {
  const images = convolvedImagesOf(config)
  const [train, dev] = [await loadSplit(config, 'train', images, watched), await loadSplit(config, 'dev', images, watched)]
  const { numbers, fps, notes } = kindOf([train, dev], images, config)
  if (!images) checkAugmentation(config.augment, numbers, layouts[config.model.layout])
  const sentences = train.clips.map((clip) => clip.text)
  const text = await textCoder(config.tokens, sentences, config.minCount)
  const description = {
    config: sizesOf({ numbers, ...(images && { images }) }),
    text,
    languages: [...new Set(train.clips.map((clip) => clip.language))],
    fps,
    trainedOn: train.clips.map(({ name }) => nameHash(name)).sort(),
    seed: config.seed,
  }
  for (const clip of [...train.clips, ...dev.clips]) checkClipLength(clip, config.model, text)
  const unknown = (['train', 'dev'] as const).flatMap((split) => unknownNotes({ train, dev }[split].clips, split, text))
  return { train, dev, description, notes: [...notes, ...unknown, ...sameClips(train.clips, dev.clips)] }
}
