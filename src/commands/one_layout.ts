// Motions of several layouts brought to one in which they can be compared, by the points that all of them have.

import { normalise } from '../data/normalise.js'
import type { NamedMotion } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { isSkeleton, layoutOfMotion, layouts } from '../motion/layout/layouts.js'
import { jointPoints } from '../motion/layout/to_dwpose.js'
import { inLayout } from './point_motions.js'

export interface OneLayout {
  /** The motions in it, in their order. */
  convert<M extends NamedMotion>(motions: readonly M[]): M[]
  /** What is done; undefined where all are of one layout already. */
  readonly note: string | undefined
}

/**
 * The layout that motions of these can be compared in. Where one has no depth, all are seen in DWPose's points by a camera in front; else they are brought to the 50
 * joints. Only the points of the 50 joints count then. Throws ERR_DATA, in `convert`, naming a motion that cannot be converted.
 */
export function oneLayout(motions: readonly NamedMotion[]): OneLayout {
  const names = [...new Set(motions.map((motion) => layoutOfMotion(motion).name))]
  if (names.length < 2) return { convert: (own) => [...own], note: undefined }
  const target: LayoutName = names.some((name) => layouts[name].dims === 2) ? 'dwpose-128' : 'skeleton-50'
  return {
    convert: (own) => own.map((motion) => comparable(motion, target)),
    note: `motions of ${names.join(' and ')} are compared in ${target}, by the points of the 50 joints`,
  }
}

function comparable<M extends NamedMotion>(motion: M, target: LayoutName): M {
  const converted = inLayout(motion, target)
  if (!isSkeleton(converted)) return jointsAlone(converted)
  return { ...converted, joints: normalise(converted.joints, converted.frames, { who: motion.name }) }
}

/** DWPose's points with all but those of the 50 joints unseen. */
function jointsAlone<M extends NamedMotion>(motion: M): M {
  const { points, dims } = layoutOfMotion(motion)
  const known = new Set(jointPoints)
  const isKnown = (cell: number): boolean => known.has(cell % points)
  return {
    ...motion,
    joints: motion.joints.map((value, i) => (isKnown(Math.floor(i / dims)) ? value : 0)),
    confidence: Float32Array.from({ length: motion.frames * points }, (_, cell) => (isKnown(cell) ? (motion.confidence?.[cell] ?? 1) : 0)),
  }
}
