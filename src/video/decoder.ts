// What every decoder gives, and what it throws for files that it cannot read.

import { SignError } from '../base/errors.js'

/** A decoded frame, upright. */
export interface VideoFrame {
  /** Place in the video, from 0. */
  readonly index: number
  /** Seconds from the beginning, as the file has them. */
  readonly time: number
  readonly width: number
  readonly height: number
  /** A byte a channel, line by line: width · height · 4. */
  readonly rgba: Uint8Array
}

/** A video that is being decoded: its frames come once, in order. Leaving the loop early ends the decoding. */
export interface Video extends AsyncIterable<VideoFrame>, AsyncDisposable {
  readonly path: string
  readonly width: number
  readonly height: number
  /** Frames a second, as the file says or its first frames do; undefined where neither tells. */
  readonly fps: number | undefined
  readonly decoder: VideoDecoder
  /** Ends the decoding. Idempotent. */
  close(): Promise<void>
}

export const videoDecoders = ['ffmpeg', 'browser'] as const
/** `ffmpeg` on the PATH, or the packages of a headless browser with mediabunny in it. */
export type VideoDecoder = (typeof videoDecoders)[number]

export interface VideoOptions {
  /** Default: ffmpeg where there is one, else the browser. */
  readonly decoder?: VideoDecoder | undefined
  /** Ends the decoding; what is awaited rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What decoders throw for a file that they cannot read. */
export const badVideo = (
  path: string,
  problem: string,
  nextMove = 'Check that it plays, or convert it: ffmpeg -i in -c:v libx264 out.mp4',
) => new SignError('ERR_DATA', path, problem, nextMove)

/** What decoders throw for a frame of another size than the first. */
export const changedSize = (path: string, index: number, first: string, got: string) =>
  badVideo(path, `wanted every frame as the first, ${first}, got frame ${index} of ${got}`, 'Convert it to one size')
