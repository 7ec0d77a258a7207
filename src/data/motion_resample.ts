// Brings a motion to another frame rate.

import { SignError } from '../base/errors.js'
import { atMoments } from '../motion/between_frames.js'
import { MOST_FRAMES, type Motion } from '../motion/clip.js'
import { checkRate, framesWithin, nearInteger } from './frame_times.js'

/**
 * The motion at `fps` frames per second: frame k of the result shows the time k / fps, up to the motion's last frame; between two frames every joint moves in a
 * straight line. At the motion's own rate it is the motion itself. Throws ERR_CONFIG for a rate that is none, ERR_DATA naming `who` where that many frames are
 * no clip.
 */
export function resampleMotion<M extends Motion>(motion: M, fps: number, who = 'motion'): M {
  checkRate(fps)
  if (fps === motion.fps) return motion
  const step = motion.fps / fps
  const frames = framesWithin(motion.frames - 1, step)
  if (!(frames <= MOST_FRAMES)) {
    const problem = `wanted at most ${MOST_FRAMES} frames at ${fps} a second, got ${frames} from ${motion.frames} at ${motion.fps}`
    throw new SignError('ERR_DATA', who, problem, 'Give the rate it was filmed at as --video-fps')
  }
  const moments = Array.from({ length: frames }, (_, k) => nearInteger(Math.min(k * step, motion.frames - 1)))
  return { ...atMoments(motion, moments), fps }
}
