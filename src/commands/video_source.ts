// Videos for whatever reads signing out of them: a file, or all of a folder, taken at the rate a model was trained at.

import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { namesIn } from '../base/folder.js'
import { videosNamed } from '../train/signing/signed_videos.js'
import { endsAsVideo, videoEndings } from '../video/endings.js'
import { type SeenVideo, seeVideo, type VideoModel } from '../video/see_video.js'
import { type Listener, warn } from './say.js'

/**
 * The paths of the videos at a path, or in `folder` those of the corpus of that prefix; undefined where it names no video and no folder of videos. Throws
 * ERR_DATA for what is not there.
 */
export async function videosAt(path: string, folder?: string): Promise<string[] | undefined> {
  if (folder !== undefined) return (await videosNamed(path, folder)).map(({ file }) => file)
  if (endsAsVideo(path)) return [path]
  const status = await stat(path).catch(() => undefined)
  if (!status?.isDirectory()) return undefined
  const names = (await namesIn(path)).filter(endsAsVideo)
  return names.length > 0 ? names.map((name) => join(path, name)) : undefined
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

/** Videos as a model's image encoder sees them; of several, those that cannot be read are left out, and told. Throws as `seeVideo`. */
export async function seenAt(
  paths: readonly string[],
  model: VideoModel,
  options: Listener & { readonly signal?: AbortSignal | undefined; readonly onProgress?: (done: number, all: number) => void },
): Promise<(SeenVideo & { readonly name: string })[]> {
  const seen = []
  for (const path of paths) {
    const found = await seeVideo(path, model, { signal: options.signal }).catch((error: unknown) => {
      // Of several, those that can be read are.
      if (paths.length === 1 || !(error instanceof SignError && error.code === 'ERR_DATA')) throw error
      warn(`${basename(path)} is left out: ${error.message}`, options)
    })
    if (!found) continue
    const { notes, ...video } = found
    for (const note of notes) warn(`${path}: ${note}`, options)
    seen.push({ ...video, notes, name: basename(path, extname(path)) })
    options.onProgress?.(seen.length, paths.length)
  }
  if (seen.length === 0) throw new SignError('ERR_DATA', paths[0]!, 'wanted videos that can be read, got none', 'Check the files')
  return seen
}
