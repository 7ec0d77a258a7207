// Videos for whatever reads signing out of them: a file, or all of a folder, taken at the rate a model was trained at.

import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { input } from '../base/system_errors.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import type { SignConfig } from '../model/sign_sizes.js'
import { type SeeingModel, seenVideos } from '../train/signing/seen_videos.js'
import { endsAsVideo, videoEndings } from '../video/endings.js'
import { PictureStore } from '../video/picture_store.js'
import { videoFile } from '../video/source.js'
import { type Listener, warn } from './say.js'

/** Of a clip's frames that are kept between counting and seeing them. */
const KEPT_BYTES = 2 ** 30
/** Where a video says nothing of its rate. */
const UNTOLD_RATE = 25

/** The paths of the videos at a path; undefined where it names no video and no folder of videos. Throws ERR_DATA for what is not there. */
export async function videosAt(path: string): Promise<string[] | undefined> {
  if (endsAsVideo(path)) return [path]
  const status = await stat(path).catch(() => undefined)
  if (!status?.isDirectory()) return undefined
  const names = (await input(path, 'read a folder', () => readdir(path))).filter(endsAsVideo).sort()
  return names.length > 0 ? names.map((name) => join(path, name)) : undefined
}

/** What a source that is no video is refused with by a model of videos. */
export const wantedVideos = (source: string): SignError =>
  new SignError(
    'ERR_USAGE',
    source,
    `wanted a video or a folder of videos, since the model reads pictures, got neither`,
    `Name a file that ends with ${videoEndings.map((ending) => `.${ending}`).join(', ')}`,
  )

/** What videos are refused with by a model of poses. */
export const wantedPoses = (source: string): SignError =>
  new SignError(
    'ERR_USAGE',
    source,
    'wanted motions, since the model reads poses, got a video',
    'Detect poses in it first, or name a model that was trained with input: video',
  )

export interface SeenVideo extends PoseFrames {
  readonly name: string
  /** Frames a second of those that were taken. */
  readonly fps: number
}

/** Videos as a model's image encoder sees them, as many frames a second as it was trained with. Throws ERR_DATA for what cannot be decoded. */
export async function seenAt(
  paths: readonly string[],
  model: SeeingModel,
  { config, fps }: { readonly config: SignConfig; readonly fps: number },
  options: Listener & { readonly signal?: AbortSignal | undefined; readonly onProgress?: (done: number, all: number) => void },
): Promise<SeenVideo[]> {
  const seen: SeenVideo[] = []
  for (const path of paths) {
    const store = new PictureStore(config.images!.imageSize[0], KEPT_BYTES)
    const source = videoFile(path)
    const { frames: all, fps: told } = await store.count(source, options.signal)
    const stride = Math.max(1, Math.round((told ?? UNTOLD_RATE) / fps))
    const rate = (told ?? UNTOLD_RATE) / stride
    if (Math.abs(rate - fps) > 0.2 * fps)
      warn(`${path}: the model was trained at ${rounded(fps)} frames a second, this gives ${rounded(rate)}`, options)
    if (Math.ceil(all / stride) > config.maxFrames)
      warn(`${path}: of ${Math.ceil(all / stride)} frames a random ${config.maxFrames} are taken, all that the model reads`, options)
    const [read] = await seenVideos(model, config, [{ name: basename(path, extname(path)), source, all, stride }], {
      store,
      signal: options.signal,
    })
    seen.push({ ...read!, fps: rate })
    options.onProgress?.(seen.length, paths.length)
  }
  return seen
}

const rounded = (rate: number): number => Math.round(100 * rate) / 100
