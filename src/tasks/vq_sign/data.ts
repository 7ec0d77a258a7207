// From a VQ-Sign run file's `data` to clips to learn from. What they say is not read.

import type { Watched } from '../../base/progress.js'
import { nameHash } from '../../data/checksum.js'
import { signSizesOf } from '../../model/sign_sizes.js'
import type { VqSignConfig, VqSignDescription } from '../../model/vq_sign.js'
import { layouts, otherLayout } from '../../motion/layout/layouts.js'
import { checkAugmentation } from '../../train/pose_augment.js'
import { type Split, sameClips, tooLong } from '../../train/signed_clips.js'
import { kindOf, loadSplit, type SignedSplit } from '../../train/signing/load_signing.js'
import { imagesOf } from '../run_images.js'
import type { VqSignRunConfig } from './config.js'

export interface VqSignData {
  readonly train: SignedSplit
  /** Held-out clips, corpora taking turns; empty where they have none. */
  readonly dev: SignedSplit
  readonly description: VqSignDescription
  /** What to know of the clips before a model learns from them. */
  readonly notes: readonly string[]
}

/** Loads every corpus. Throws ERR_DATA or ERR_CONFIG naming file and line for what cannot be trained on. */
export async function loadVqSignData(config: VqSignRunConfig, watched: Watched = {}): Promise<VqSignData> {
  const [train, dev] = [await loadCodedClips(config, 'train', watched), await loadCodedClips(config, 'dev', watched)]
  const images = imagesOf(config)
  const { numbers, fps, notes } = kindOf([train, dev], images, config)
  if (!images) checkAugmentation(config.augment, numbers, layouts[config.model.layout])
  const sizes = modelSizes(config, { numbers, ...(images && { images }) })
  for (const { name, frames } of [...train.clips, ...dev.clips])
    if (frames > sizes.maxFrames) throw tooLong(name, 'maxFrames', sizes.maxFrames, 'frames', frames)
  const languages = [...new Set(train.clips.map(({ language }) => language))]
  const trainedOn = train.clips.map(({ name }) => nameHash(name)).sort()
  return {
    train,
    dev,
    description: { config: sizes, languages, fps, trainedOn, seed: config.seed },
    notes: [...notes, ...sameClips(train.clips, dev.clips)],
  }
}

/** The clips of one split. Throws as `loadVqSignData`. */
export const loadCodedClips = (config: VqSignRunConfig, split: Split, watched: Watched = {}): Promise<SignedSplit> =>
  loadSplit(config, split, imagesOf(config), watched)

/** What a run's model is made with. */
function modelSizes({ model, input }: VqSignRunConfig, decided: Pick<VqSignConfig, 'numbers' | 'images'>): VqSignConfig {
  const { images: _, layout, ...own } = model
  return { ...signSizesOf(own), input, ...otherLayout(layout), ...decided }
}
