// Motions in the points of a layout instead of the 50 joints: what detectors saw as it was seen, and motions of 50 joints as far as they tell.

import { SignError } from '../base/errors.js'
import type { ClipWords } from '../data/clip_words.js'
import { keypointQuality } from '../data/keypoints/quality.js'
import { keypointsOfDwpose, toDwpose, toSkeleton } from '../data/layouts/convert.js'
import { detectedMotion } from '../data/layouts/detected.js'
import { normalise } from '../data/normalise.js'
import type { NamedMotion } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { atRates, type RateSettings } from './clip_rates.js'
import { orLeftOut } from './clip_work.js'
import type { DetectionSource } from './detection_source.js'
import type { MotionSource, SourceMotion } from './motion_source.js'

/** The detections of a source as motions in DWPose's points, at the rates that are asked for. */
export function pointMotions(source: DetectionSource, rates: RateSettings = {}): MotionSource {
  const motions: MotionSource = {
    names: source.names,
    tellsLanguage: source.names.every((name) => source.words?.get(name)?.language !== undefined),
    async *read(names, broken) {
      for await (const { clip, points, detection } of source.read(names, broken)) {
        const motion = orLeftOut(clip.name, broken, () => detectedMotion({ clip, ...(points && { points }) }))
        if (motion)
          yield { ...motion, ...source.words?.get(clip.name), notes: detection.notes, quality: keypointQuality(clip, { detection }) }
      }
    },
  }
  // What was read has the rate of its video already.
  return atRates(motions, { fps: rates.fps })
}

/** The source with all motions in one layout: those of another are converted where that can be done, and left out where it cannot. */
export function motionsIn(source: MotionSource, layout: LayoutName): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) {
        const converted = orLeftOut(motion.name, broken, () => inLayout(motion, layout))
        if (converted) yield converted
      }
    },
  }
}

/** A motion in another layout, where the one tells what the other wants. Throws ERR_DATA naming the motion where it does not. */
export function inLayout<M extends NamedMotion>(motion: M, layout: LayoutName): M {
  const own = layoutOfMotion(motion).name
  if (own === layout) return motion
  if (layout === 'skeleton-50') return toSkeleton(motion, motion.name)
  if (layout === 'dwpose-128') {
    const skeleton = isSkeleton(motion) ? motion : toSkeleton(motion, motion.name)
    return toDwpose({ ...skeleton, joints: normalise(skeleton.joints, skeleton.frames, { who: motion.name }) }, motion.name)
  }
  throw new SignError(
    'ERR_DATA',
    motion.name,
    `wanted a motion of ${layout}, got one of ${own}, which has other points`,
    'Choose another --layout',
  )
}

/** Motions in DWPose's points, by name, as detections that are lifted. */
export function pointDetections(motions: ReadonlyMap<string, SourceMotion>): DetectionSource {
  const words = [...motions].map(([name, { text = '', gloss, language }]): [string, ClipWords] => [
    name,
    { text, ...(gloss === undefined ? {} : { gloss }), ...(language === undefined ? {} : { language }) },
  ])
  return {
    names: [...motions.keys()],
    words: new Map(words),
    async *read(names) {
      for (const name of names) {
        const motion = motions.get(name)!
        // Whoever read them decided all that was to be decided.
        const detection = { files: motion.frames, empty: 0, absent: 0, several: 0, notFirst: 0, notes: [] }
        yield { clip: keypointsOfDwpose(motion), detection }
      }
    },
  }
}
