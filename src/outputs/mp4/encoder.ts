// H.264 through the optional package h264-mp4-encoder, in a thread of its own (worker.js): this process keeps its listeners and its memory, and goes on meanwhile.

import { SignError } from '../../base/errors.js'
import { Thread, ThreadError } from '../../base/thread.js'
import type { Raster } from '../raster.js'

/** What worker.js does, one video in its life. */
export interface EncoderCalls {
  begin(size: { readonly width: number; readonly height: number }): Promise<void>
  /** RGBA, row after row from the top. */
  add(rgba: Uint8Array): void
  /** The whole MP4 file. */
  finish(): Uint8Array
}

export interface EncodeOptions {
  /** Even numbers of pixels. */
  readonly width: number
  readonly height: number
  /** Named in errors. */
  readonly who: string
}

const PACKAGE = 'h264-mp4-encoder'
/** Hundreds of times what a frame or the end of a long video took on two busy cores. */
const PATIENCE = 300

/**
 * Pictures as an MP4 file, at whatever rate the library thinks of. Takes the memory of the pictures.
 *
 * Throws ERR_CONFIG where the package is not installed, ERR_OUTPUT naming `who` where encoding fails.
 */
export async function encodeH264(pictures: Iterable<Raster>, { width, height, who }: EncodeOptions): Promise<Uint8Array> {
  const thread = new Thread<EncoderCalls>(new URL('./worker.js', import.meta.url))
  const options = { seconds: PATIENCE }
  try {
    await thread.call('begin', [{ width, height }], options)
    for (const { pixels } of pictures) await thread.call('add', [pixels], { ...options, transfer: [pixels.buffer as ArrayBuffer] })
    return await thread.call('finish', [], options)
  } catch (cause) {
    throw cause instanceof ThreadError ? failed(who, cause) : cause
  } finally {
    thread.end()
  }
}

function failed(who: string, cause: ThreadError): SignError {
  if (cause.code === 'ERR_MODULE_NOT_FOUND') {
    const problem = `wanted the optional package ${PACKAGE}, got none`
    return new SignError('ERR_CONFIG', who, problem, `Install it: npm install ${PACKAGE}`, { cause })
  }
  return new SignError('ERR_OUTPUT', who, `wanted a video, got ${cause.message}`, 'Write a .gif or .apng instead', { cause })
}
