// Videos for whatever reads signing out of them: a file, or all of a folder, taken at the rate a model was trained at.

import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { filesBelow, namesIn } from '../base/folder.js'
import { telling, type Watched } from '../base/progress.js'
import { videosNamed } from '../train/signing/signed_videos.js'
import { endsAsVideo, videoEndings, withoutVideoEnding } from '../video/endings.js'
import { type SeenVideo, seeVideo, type VideoModel } from '../video/see_video.js'
import { LeftOutClips } from './left_out.js'
import { holdsMotions } from './motion_source.js'
import { type Listener, warn } from './say.js'

/** A video, by what it is called among those it is read with. */
export interface VideoAt {
  readonly name: string
  readonly file: string
}

/**
 * The videos at a path, in a folder those of the folders below it too, or in `folder` those of the corpus of that prefix; undefined where it names no video and no
 * folder of videos. A video is called by its path from there without the ending, or with it where two differ in nothing else. Throws ERR_DATA for what is not there.
 */
export async function videosAt(path: string, folder?: string): Promise<VideoAt[] | undefined> {
  if (folder !== undefined) return videosNamed(path, folder)
  if (endsAsVideo(path)) return [{ name: withoutVideoEnding(basename(path)), file: path }]
  if (!(await isFolder(path))) return undefined
  const names = (await filesBelow(path)).filter(endsAsVideo)
  const bare = names.map(withoutVideoEnding)
  const videos = names.map((name, i) => ({
    name: bare.indexOf(bare[i]!) === bare.lastIndexOf(bare[i]!) ? bare[i]! : name,
    file: join(path, name),
  }))
  return videos.length > 0 ? videos : undefined
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false

/** Throws ERR_USAGE for a video, and for a folder that holds videos and no motions: a model of poses cannot take them. */
export async function refuseVideos(path: string): Promise<void> {
  if (endsAsVideo(path)) throw wantedPoses(path)
  if ((await isFolder(path)) && (await namesIn(path)).some(endsAsVideo) && !(await holdsMotions(path))) throw wantedPoses(path)
}

/** What a source that is no video is refused with by whatever reads pictures, such as `the model`. */
export const wantedVideos = (source: string, reader = 'the model'): SignError =>
  new SignError(
    'ERR_USAGE',
    source,
    `wanted a video or a folder of videos, since ${reader} reads pictures, got neither`,
    `Name a file that ends with ${videoEndings.map((ending) => `.${ending}`).join(', ')}`,
  )

/** What videos are refused with by a model of poses. */
export const wantedPoses = (source: string): SignError =>
  new SignError(
    'ERR_USAGE',
    source,
    'wanted motions, since the model reads poses, got a video',
    'Detect poses in it first (signllm data detect), or name a model that was trained with input: video',
  )

/** Videos as a model's image encoder sees them; of several, those that cannot be read are left out, and told, to `leftOut` too. Throws as `seeVideo`. */
export async function seenAt(
  videos: readonly VideoAt[],
  model: VideoModel,
  options: Listener & Watched & { readonly signal?: AbortSignal | undefined; readonly leftOut?: LeftOutClips },
): Promise<(SeenVideo & { readonly name: string })[]> {
  const { leftOut = new LeftOutClips() } = options
  const seen: (SeenVideo & { readonly name: string })[] = []
  const tell = telling(options.onProgress, { work: 'videos seen', unit: 'clip', all: videos.length })
  for (const { name, file } of videos) {
    const found = await seeVideo(file, model, { signal: options.signal }).catch((error: unknown) => {
      // Of several, those that can be read are.
      if (videos.length === 1 || !(error instanceof SignError && error.code === 'ERR_DATA')) throw error
      leftOut.add(name, error, seen.length, options)
    })
    if (!found) continue
    const { notes, ...video } = found
    for (const note of notes) warn(`${file}: ${note}`, options)
    seen.push({ ...video, notes, name })
    tell(seen.length)
  }
  if (seen.length === 0) throw new SignError('ERR_DATA', videos[0]!.file, 'wanted videos that can be read, got none', 'Check the files')
  return seen
}
