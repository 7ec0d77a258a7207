// What is done to training clips, drawn anew for each clip and epoch: mirrored, faster or slower, turned. No bone changes its length.
//
// Nothing in a sentence says which hand leads or where the camera stands. What the decoder starts from does: the start frame is mirrored and turned as the clip
// is, so that a decoder that sees frames need not sign the mean of both; one that sees the counter alone is not given mirrored or turned clips.

import type { Random } from '../../base/random.js'
import { motionNumbers, numbersMotion } from '../../model/frame_columns.js'
import type { GroupDescription } from '../../model/sign_model.js'
import { atMoments } from '../../motion/between_frames.js'
import type { Clip, Motion } from '../../motion/clip.js'
import { isSkeleton } from '../../motion/layout/layouts.js'
import { mirroredMotion } from '../../motion/layout/mirror.js'
import { inFrames } from '../../motion/pace.js'
import { turnAboutVertical } from '../../motion/turn.js'
import type { Sample } from './batch.js'

export interface Augmentation {
  /** Share of clips that are mirrored. */
  readonly mirror: number
  /** Largest change of speed: the frames of a clip are multiplied by 1/(1 + speed) to 1 + speed. */
  readonly speed: number
  /** Largest turn about the vertical, in degrees. */
  readonly rotation: number
}

/** What one clip is to be in one epoch. */
export interface Variation {
  readonly mirror: boolean
  readonly frames: number
  /** In radians. */
  readonly angle: number
}

/** Whether anything is done. */
export const augments = ({ mirror, speed, rotation }: Augmentation): boolean => mirror > 0 || speed > 0 || rotation > 0

/** The most frames that a clip of so many may be given; a clip that cannot grow keeps its own. */
export function mostFrames(frames: number, { speed }: Augmentation, maxFrames: number): number {
  return Math.min(maxFrames, Math.max(frames, Math.floor(frames * (1 + speed))))
}

/** Draws what becomes of a clip. Faster and slower are as likely. Each of the three has its own number, whether it is on or not: one more leaves the others. */
export function drawVariation(frames: number, settings: Augmentation, maxFrames: number, random: Random): Variation {
  const { mirror, speed, rotation } = settings
  const [first, second, third] = [random.uniform(), random.uniform(), random.uniform()]
  const least = Math.min(frames, Math.ceil(frames / (1 + speed)))
  const wanted = Math.round(frames * (1 + speed) ** (2 * second - 1))
  return {
    mirror: first < mirror,
    frames: Math.min(mostFrames(frames, settings, maxFrames), Math.max(least, wanted)),
    angle: ((rotation * Math.PI) / 180) * (2 * third - 1),
  }
}

type StartFrame = Pick<GroupDescription, 'startFrame' | 'config'>

/** The sample as drawn, with the start frame that goes with it. */
export function varied(sample: Sample, { mirror, frames, angle }: Variation, { startFrame, config }: StartFrame): Sample {
  const { clip } = sample
  const start: Motion = { ...numbersMotion(startFrame, 1, config), frames: 1, fps: clip.fps, layout: clip.layout }
  const seen = <M extends Motion>(motion: M): M => {
    const out = mirror ? mirroredMotion(motion) : { ...motion, joints: motion.joints.slice() }
    if (angle !== 0) turnAboutVertical(out.joints, angle)
    return out
  }
  return { ...sample, clip: seen(paced(clip, frames)), startFrame: mirror || angle !== 0 ? motionNumbers(seen(start), config) : startFrame }
}

/** The clip in so many frames, evenly spaced from its first to its last; the 50 joints stretch no bone on the way. */
function paced(clip: Clip, frames: number): Clip {
  if (frames === clip.frames) return clip
  if (isSkeleton(clip)) return { ...clip, joints: inFrames(clip.joints, clip.frames, frames), frames }
  const last = clip.frames - 1
  return atMoments(
    clip,
    Array.from({ length: frames }, (_, t) => (frames === 1 ? last / 2 : (t * last) / (frames - 1))),
  )
}
