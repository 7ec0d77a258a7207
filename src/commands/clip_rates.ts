// Frame rates: what a clip was filmed at, and what it is to have. The same for every kind of input.

import { resampleMotion } from '../data/motion_resample.js'
import { type Motion, sameRate } from '../motion/clip.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { orLeftOut } from './clip_work.js'
import type { MotionSource } from './motion_source.js'

export interface RateSettings {
  /** Frames a second of the videos. Default: what the input tells; 24 of detections, 25 of a corpus that tell none. */
  readonly videoFps?: number | undefined
  /** Frames a second to bring all clips to. Default: each its own. */
  readonly fps?: number | undefined
}

/** The clip at the rate its video had, and a note where its file says another. */
export function asFilmed<C extends Pick<KeypointClip, 'fps'>>(
  clip: C,
  videoFps: number | undefined,
): { clip: C; notes: readonly string[] } {
  if (videoFps === undefined || sameRate(videoFps, clip.fps)) return { clip, notes: [] }
  return {
    clip: { ...clip, fps: videoFps },
    notes: [`the file says ${clip.fps} frames per second, --video-fps says ${videoFps}: ${videoFps} is used`],
  }
}

/** A note on a clip of one frame, or one in which nothing moves any more at the rate it was brought to. */
export function stillNotes(before: Pick<Motion, 'frames' | 'fps'>, after: Pick<Motion, 'frames' | 'fps'>): readonly string[] {
  if (before.frames < 2) return ['only one frame, so no motion']
  if (after.frames >= 2) return []
  const filmed = `${before.frames} frames at ${before.fps} a second`
  return [`${filmed} became only one frame at ${after.fps}, so no motion: the clip is shorter than the time between two frames`]
}

/** A source whose motions have the rates asked for. */
export function atRates(source: MotionSource, { videoFps, fps }: RateSettings): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) {
        const { clip, notes } = asFilmed(motion, videoFps)
        const told = { ...clip, notes: [...(motion.notes ?? []), ...notes] }
        const resampled = fps === undefined ? told : orLeftOut(motion.name, broken, () => resampleMotion(told, fps, motion.name))
        if (resampled) yield { ...resampled, notes: [...resampled.notes, ...stillNotes(told, resampled)] }
      }
    },
  }
}
