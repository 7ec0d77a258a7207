// The clips of a run file's corpora, poses or videos as its `input` says.

import type { Watched } from '../../base/progress.js'
import type { LayoutName } from '../../motion/layout/layout.js'
import { featuresOf, type ImageEncoderConfig } from '../../nn/image_encoder_config.js'
import { PictureStore } from '../../video/picture_store.js'
import { type ClipsEntry, loadSignedClips, oneKind, type SignedClip, type Split } from '../signed_clips.js'
import { cutVideos, loadSignedVideos, oneRate, type SignedVideo } from './signed_videos.js'

/** What of a run file says how signing is read. */
export interface SigningSource {
  readonly data: readonly ClipsEntry[]
  readonly video: { readonly stride: number }
  readonly cache: { readonly folder: string | null; readonly memory: number }
  readonly model: { readonly maxFrames: number; readonly layout: LayoutName }
}

/** Clips of one split; of videos, with where their pictures are kept. `Known`: what is known of a clip beside. */
export type SignedSplit<Known = unknown> =
  | { readonly input: 'poses'; readonly clips: readonly (SignedClip & Known)[] }
  | { readonly input: 'video'; readonly clips: readonly (SignedVideo & Known)[]; readonly store: PictureStore }

const MIB = 2 ** 20

/** The clips of one split: videos where there is an image encoder to see them. Throws as `loadSignedClips` and `loadSignedVideos`. */
export async function loadSplit(
  { data, video: { stride }, cache, model: { maxFrames, layout } }: SigningSource,
  split: Split,
  images: ImageEncoderConfig | undefined,
  { onProgress }: Watched = {},
): Promise<SignedSplit> {
  if (!images) return { input: 'poses', clips: await loadSignedClips(data, split, layout) }
  const store = new PictureStore(images.imageSize[0], cache.memory * MIB)
  return {
    input: 'video',
    clips: await loadSignedVideos(data, split, { stride, maxFrames, cache: cache.folder, store, onProgress }),
    store,
  }
}

/** The numbers of a frame and the rate that all clips have, and what to know of them. Throws ERR_DATA or ERR_CONFIG where one has others. */
export function kindOf(
  splits: readonly SignedSplit[],
  images: ImageEncoderConfig | undefined,
  { model: { maxFrames } }: { readonly model: Pick<SigningSource['model'], 'maxFrames'> },
): { readonly numbers: number; readonly fps: number; readonly notes: readonly string[] } {
  if (!images) return { ...oneKind(splits.flatMap((split) => (split.input === 'poses' ? split.clips : []))), notes: [] }
  const videos = splits.flatMap((split) => (split.input === 'video' ? split.clips : []))
  return { numbers: featuresOf(images), fps: oneRate(videos), notes: cutVideos(videos, maxFrames) }
}
