// MP4 with H.264: a motion for whatever plays videos, at its own speed, beside its reference if there is one.

import { writeWhole } from '../../base/files.js'
import type { Motion } from '../../motion/clip.js'
import { type AnimationOptions, animation } from '../animation.js'
import { retimed } from './container.js'
import { encodeH264 } from './encoder.js'

/** H.264 halves the resolution of colours, so sizes are even. */
const STEP = 2

/**
 * Writes a video of a motion. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written, ERR_CONFIG without the optional package
 * h264-mp4-encoder.
 */
export async function writeMp4(path: string, motion: Motion, options: AnimationOptions = {}): Promise<void> {
  await writeWhole(path, await mp4Animation(motion, options, path))
}

/** A video of a motion as an MP4 file: H.264, every frame as long as the motion's. The same motion gives the same bytes. Throws as {@link writeMp4}. */
export async function mp4Animation(motion: Motion, options: AnimationOptions = {}, who = 'mp4'): Promise<Uint8Array> {
  const { fps, frames, width, height, pictures } = animation(motion, options, who, { step: STEP })
  return retimed(await encodeH264(pictures(), { width, height, who }), frames, fps)
}
