// A motion out of the body of a request.

import { toSkeleton } from '../data/layouts/convert.js'
import { motionOfPose } from '../data/layouts/motion.js'
import { motionOfPoseIn } from '../data/layouts/named_points.js'
import { inLayoutScale } from '../data/layouts/scale.js'
import { decodePose, type PoseFile } from '../formats/pose/pose.js'
import type { Motion } from '../motion/clip.js'
import type { Layout } from '../motion/layout/layout.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { motionFromJson } from '../outputs/json_motion.js'
import { HttpProblem } from './problem.js'

const WHO = 'the body'

/** Media types that motions are read in. */
export const motionTypes = ['application/json', 'application/x-pose', 'application/octet-stream'] as const

/**
 * A motion of a layout, in the scale that models are trained on. Throws 415 for another media type, 400 for a motion whose points are not those of the layout,
 * ERR_DATA for what cannot be read.
 */
export function motionOfBody(type: string | undefined, body: Uint8Array, layout: Layout): Motion {
  const media = type?.split(';')[0]?.trim().toLowerCase()
  if (!motionTypes.some((known) => known === media))
    throw new HttpProblem(415, 'ERR_USAGE', `Content-Type: wanted one of ${motionTypes.join(', ')}, got ${media ? 'another' : 'none'}.`)
  if (media !== 'application/json') return ofPose(decodePose(body, WHO), layout)
  return ofMotion(motionFromJson(new TextDecoder().decode(body), WHO), layout)
}

/** The 50 joints are found in what any estimator writes; the points of another layout by their names. */
function ofPose(pose: PoseFile, layout: Layout): Motion {
  if (!isSkeleton({ layout: layout.name })) return motionOfPoseIn(pose, layout, WHO)
  return inLayoutScale(facingMotion(motionOfPose(pose, { who: WHO })), WHO)
}

function ofMotion(motion: Motion, layout: Layout): Motion {
  const own = layoutOfMotion(motion)
  if (own === layout) return inLayoutScale(facingMotion(motion), WHO)
  if (isSkeleton({ layout: layout.name }) && own.dims === 3) return inLayoutScale(toSkeleton(motion, WHO), WHO)
  throw new HttpProblem(400, 'ERR_DATA', `wanted a motion of the layout ${layout.name}, got ${own.name}.`)
}
