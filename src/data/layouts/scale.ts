// Brings a motion of any layout to the scale of its layout, as normalise.ts does those of 50 joints. One shift and one factor for the whole clip: the median of
// the neck's places goes to 0, and the median distance of the shoulders in the picture becomes 1/3. So what is seen of a signer keeps its proportions, and one
// who leans or steps aside still does.

import { SignError } from '../../base/errors.js'
import { checkMotion } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import { isSkeleton } from '../../motion/layout/layouts.js'
import { facingMotion } from '../../motion/layout/mirror.js'
import { aboutReference, frameOfReference } from '../../motion/layout/reference.js'
import { normalise } from '../normalise.js'

/** Of shoulders nearer to each other nothing can be told. */
const LEAST_WIDTH = 1e-6

/**
 * The motion in its layout's scale, its signer facing the camera as far as the layout tells the sides apart; points that were not seen are 0, 0. A motion of 50
 * joints goes through `normalise`. Throws ERR_DATA naming `who` for a malformed motion and for one whose shoulders are seen together in no frame, or coincide.
 */
export function inLayoutScale<M extends Motion>(motion: M, who: string): M {
  if (isSkeleton(motion)) return { ...motion, joints: normalise(motion.joints, motion.frames, { who }) }
  checkMotion(motion, who)
  const reference = frameOfReference(motion)
  if (!reference) {
    const problem = `wanted both shoulders in at least one frame, got none of ${motion.frames}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its signer was not found')
  }
  if (!(reference.width > LEAST_WIDTH)) {
    const problem = `wanted shoulders apart in the picture, got a median distance of ${reference.width}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its shoulders were not found')
  }
  return facingMotion(aboutReference(motion, reference))
}
