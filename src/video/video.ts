// Frames of a video file, one after the other, through whatever on this machine decodes them.

import { stat } from 'node:fs/promises'
import { SignError } from '../base/errors.js'
import { input } from '../base/system_errors.js'
import { openInBrowser, whyNoBrowser } from './browser.js'
import type { Video, VideoOptions } from './decoder.js'
import { ffmpegIsThere, openWithFfmpeg } from './ffmpeg.js'

export { type Video, type VideoDecoder, type VideoFrame, type VideoOptions, videoDecoders } from './decoder.js'

/**
 * Opens a video file, MP4, WebM or what else the decoder reads. No more than a few frames are in memory at once.
 *
 * Opening throws ERR_DATA for what is no video, has no frames or is damaged, ERR_CONFIG where nothing decodes videos here. Frames throw ERR_DATA where the
 * file is damaged further on, and where their size changes.
 *
 * @example
 * await using video = await openVideo('clip.mp4')
 * for await (const { time, rgba } of video) console.log(time, rgba.length)
 */
export async function openVideo(path: string, { decoder, signal }: VideoOptions = {}): Promise<Video> {
  signal?.throwIfAborted()
  await checkFile(path)
  const chosen = decoder ?? ((await ffmpegIsThere()) ? 'ffmpeg' : 'browser')
  if (chosen === 'ffmpeg') {
    if (await ffmpegIsThere()) return openWithFfmpeg(path, signal)
    throw noDecoder(path, 'no ffmpeg on the PATH')
  }
  const missing = whyNoBrowser()
  if (missing) throw noDecoder(path, `${decoder ? '' : 'no ffmpeg on the PATH, and '}${missing}`)
  return openInBrowser(path, signal)
}

const noDecoder = (path: string, got: string) =>
  new SignError(
    'ERR_CONFIG',
    path,
    `wanted something that decodes videos, got ${got}`,
    'Install ffmpeg, or on linux x64: npm install @sparticuz/chromium playwright-core mediabunny',
  )

/** Before anything is started on it: a pipe would wait for somebody to write to it. */
async function checkFile(path: string): Promise<void> {
  const status = await input(path, 'read a video', () => stat(path))
  const got = status.isDirectory() ? 'a folder' : !status.isFile() ? 'a pipe or device' : status.size === 0 ? 'an empty file' : undefined
  if (got) throw new SignError('ERR_DATA', path, `wanted a video, got ${got}`, 'Name an MP4 or WebM file')
}
