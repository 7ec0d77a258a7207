// What frames come from: a video file, or a motion that is drawn, so that what reads videos also learns from a corpus that has none.

import { createHash } from 'node:crypto'
import type { Motion } from '../motion/clip.js'
import { cameraFor } from '../outputs/camera.js'
import { light } from '../outputs/colours.js'
import { drawMotion, paletteFor } from '../outputs/draw_motion.js'
import { Raster } from '../outputs/raster.js'
import { hashOfFile } from './feature_cache.js'
import type { Picture } from './reduced.js'
import { openVideo } from './video.js'

/** Frames that can be read again and again. */
export interface PictureSource {
  /** A path, or a clip's name: for messages. */
  readonly name: string
  /** A hash of what its pictures follow from. */
  mark(): Promise<string>
  /** All frames in order, and frames a second where anything tells. Ends as `signal` says. */
  open(signal?: AbortSignal): Promise<OpenPictures>
}

export interface OpenPictures extends AsyncIterable<Picture>, AsyncDisposable {
  readonly fps: number | undefined
}

/** A video file. Opening it and reading its frames throw as `openVideo`. */
export const videoFile = (path: string): PictureSource => ({
  name: path,
  mark: () => hashOfFile(path),
  open: (signal) => openVideo(path, { signal }),
})

/** Frames are drawn in squares of so many pixels a side. */
const DRAWN = 224

/** A motion as the package draws it, on a plain ground. */
export const drawnMotion = (motion: Motion, name: string): PictureSource => ({
  name,
  async mark() {
    const hash = createHash('sha256').update(motion.joints).update(`drawn ${DRAWN}`)
    if (motion.confidence) hash.update(motion.layout!).update(motion.confidence)
    return hash.digest('hex')
  },
  async open(signal) {
    return { fps: motion.fps, [Symbol.asyncIterator]: () => drawnFrames(motion, signal), [Symbol.asyncDispose]: async () => undefined }
  },
})

async function* drawnFrames(motion: Motion, signal: AbortSignal | undefined): AsyncGenerator<Picture> {
  const camera = cameraFor([motion])
  const palette = paletteFor(motion, light)
  for (let i = 0; i < motion.frames; i++) {
    signal?.throwIfAborted()
    const raster = new Raster(DRAWN, DRAWN, palette.paper)
    raster.paint(drawMotion(motion, i, camera, DRAWN, palette))
    yield { width: DRAWN, height: DRAWN, rgba: raster.pixels }
  }
}
