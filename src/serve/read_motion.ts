// A motion out of the body of a request.

import { motionOfPose } from '../data/layouts/motion.js'
import { normalise } from '../data/normalise.js'
import { decodePose } from '../formats/pose/pose.js'
import type { Motion } from '../motion/clip.js'
import { isSkeleton } from '../motion/layout/layouts.js'
import { facing } from '../motion/sides.js'
import { motionFromJson } from '../outputs/json_motion.js'
import { HttpProblem } from './problem.js'

const WHO = 'the body'

/** Media types that motions are read in. */
export const motionTypes = ['application/json', 'application/x-pose', 'application/octet-stream'] as const

/** A motion of the 50 joints in the scale that models are trained on. Throws 415 for another media type, ERR_DATA for what cannot be read. */
export function motionOfBody(type: string | undefined, body: Uint8Array): Motion {
  const media = type?.split(';')[0]?.trim().toLowerCase()
  if (!motionTypes.some((known) => known === media))
    throw new HttpProblem(415, 'ERR_USAGE', `Content-Type: wanted one of ${motionTypes.join(', ')}, got ${media ? 'another' : 'none'}.`)
  const motion =
    media === 'application/json' ? motionFromJson(new TextDecoder().decode(body), WHO) : motionOfPose(decodePose(body, WHO), { who: WHO })
  if (!isSkeleton(motion)) throw new HttpProblem(400, 'ERR_DATA', `wanted a motion of the layout skeleton-50, got ${motion.layout}.`)
  const { frames, fps } = motion
  return { frames, fps, joints: normalise(facing(motion.joints, frames), frames, { who: WHO }) }
}
