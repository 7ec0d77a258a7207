// What a run's model learns to read signing from: poses, videos that it sees itself, or what an image encoder that is not trained has seen in them once.

import type { Watched } from '../../base/progress.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import type { ReadSigns } from '../../model/sign_rows.js'
import { type SeeingModel, type SeeingOptions, seenVideos } from '../../video/seen_videos.js'
import type { PoseAugmentation } from '../pose_augment.js'
import type { SignedClip } from '../signed_clips.js'
import type { SignedSplit } from './load_signing.js'
import { PoseSigning } from './pose_signing.js'
import type { Signing } from './signing.js'
import { VideoSigning } from './video_signing.js'

/** What of a run file says how clips are shown. */
export interface SigningRun {
  readonly seed: number
  readonly augment: PoseAugmentation
  readonly video: { readonly augment: boolean }
  readonly cache: { readonly folder: string | null }
}

/** What is known of a clip that may be of poses or of pictures. */
export type Described = Omit<SignedClip, 'values'>

/** Where there are no held-out clips, those learned from are validated with. Throws as videos are read. */
export async function openSigning<Known>(
  model: SeeingModel,
  config: ReadSigns,
  { train, dev }: { readonly train: SignedSplit<Known>; readonly dev: SignedSplit<Known> },
  { seed, augment, video, cache }: SigningRun,
  { onProgress }: Watched = {},
): Promise<Signing<Described & Known>> {
  if (train.input === 'poses' && dev.input === 'poses')
    return new PoseSigning(config, { clips: train.clips, held: heldOf(train.clips, dev.clips), augment, seed })
  if (train.input === 'video' && dev.input === 'video' && config.images!.trained !== 'none')
    return new VideoSigning(model, config, {
      ...{ train, held: dev.clips.length > 0 ? dev : train },
      ...{ augment: video.augment, seed },
    })
  const see = (split: SignedSplit<Known>, work: string) => asSeen(model, config, split, { cache: cache.folder, work, onProgress })
  const clips = await see(train, 'training videos seen')
  return new PoseSigning(config, { clips, held: heldOf(clips, await see(dev, 'held-out videos seen')), seed })
}

const heldOf = <Clip>(train: readonly Clip[], dev: readonly Clip[]): readonly Clip[] => (dev.length > 0 ? dev : train)

/** Clips as what reads signing takes them: poses as they are, videos as the model's image encoder sees them now. Throws as videos are read. */
export async function asSeen<Known>(
  model: SeeingModel,
  config: ReadSigns,
  split: SignedSplit<Known>,
  { cache, work, onProgress }: Pick<SeeingOptions, 'work' | 'onProgress'> & { readonly cache: string | null },
): Promise<readonly (PoseFrames & Described & Known)[]> {
  if (split.input === 'poses') return split.clips
  return seenVideos(model, config, split.clips, { cache, store: split.store, work, onProgress })
}
