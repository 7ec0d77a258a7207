// Brings a motion to another frame rate.

import { SignError } from '../base/errors.js'
import { MOST_FRAMES, type Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
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
  const joints = new Float32Array(frames * COORDS)
  for (let k = 0; k < frames; k++) {
    const time = nearInteger(Math.min(k * step, motion.frames - 1))
    const before = Math.floor(time)
    const share = time - before
    const [a, b] = [before * COORDS, Math.min(before + 1, motion.frames - 1) * COORDS]
    for (let i = 0; i < COORDS; i++)
      joints[k * COORDS + i] = motion.joints[a + i]! + share * (motion.joints[b + i]! - motion.joints[a + i]!)
  }
  return { ...motion, joints, frames, fps }
}
