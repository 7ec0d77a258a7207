// The parts that run files of tasks that read poses have: corpora of frames, and what is done to training clips.

import * as z from 'zod'
import { isDrawnIn } from '../../data/synthetic/in_layout.js'
import { MOST_NUMBERS } from '../../model/config.js'
import { type LayoutName, layoutNames } from '../../motion/layout/layout.js'
import { belowOne, count, frameRate, frameStride, share, splits, text } from './parts.js'
import { keys } from './schema.js'

/** Paths are prefixes of `.skels`, `.text`, `.gloss` and `.files`. */
export const frameCorpus = keys({
  ...splits,
  /** The folder with a video of each clip, NAME.mp4 or another, for `input: video`; then there need be no `.skels`. */
  videos: text.exactOptional(),
  /** Frames a second of the stored frames; null: what the corpus' manifest says, else 25. */
  fps: frameRate.nullable().default(null),
  /** Keep every n-th frame. */
  skipFrames: frameStride.default(1),
  /** Numbers of a frame in the file where they are of no layout: all of them are read, as they are. */
  numbers: count.max(MOST_NUMBERS).exactOptional(),
})

/** Whose points frames are made of, as the corpora say of theirs. */
export const frameLayout = z.enum(layoutNames).default('skeleton-50')

/** What is wrong between the layout and the corpora: where, and how to say it. */
export function* unfittingFrames({
  data,
  model: { layout },
}: {
  readonly data: readonly ({ readonly synthetic: unknown } | { readonly numbers?: number })[]
  readonly model: { readonly layout: LayoutName }
}): Generator<[path: (string | number)[], message: string]> {
  if (layout === 'skeleton-50') return
  for (const [i, entry] of data.entries()) {
    if ('numbers' in entry && entry.numbers !== undefined)
      yield [['data', i, 'numbers'], `wanted none with model.layout ${layout}, whose frames they are, got ${entry.numbers}`]
    if ('synthetic' in entry && !isDrawnIn(layout))
      yield [
        ['data', i, 'synthetic'],
        `wanted files with model.layout ${layout}, got the built-in corpus, which is of skeleton-50 or dwpose-128`,
      ]
  }
}

/** What is done to training clips where a run file says nothing; 0 where this does not either. */
interface UsualAugmentation {
  readonly scale?: number
  readonly tilt?: number
  readonly shift?: number
  readonly mirror?: number
}

/** A deviation in the units of coordinates, which may be pixels. */
const coordinates = z.number().min(0).max(1000)

/** What is done to training clips, drawn anew each epoch. Turns, tilts, shifts and mirrors are of points of a layout only. */
export const poseAugmentation = ({ scale = 0, tilt = 0, shift = 0, mirror = 0 }: UsualAugmentation = {}) =>
  keys({
    /** Largest turn about the vertical, in degrees; and in the picture. */
    turn: z.number().min(0).max(90).default(0),
    tilt: z.number().min(0).max(90).default(tilt),
    /** Standard deviation of how far a clip is moved along each axis. */
    shift: coordinates.default(shift),
    /** Share of clips that are mirrored. */
    mirror: share.default(mirror),
    /** Largest change of size, as a share: below 1, which would shrink clips to a point. */
    scale: belowOne.default(scale),
    /** Largest change of pace, as a share. */
    pace: belowOne.default(0),
    /** Most frames that are left out at the beginning, and at the end. */
    trimStart: z.int().min(0).default(0),
    trimEnd: z.int().min(0).default(0),
    /** Of a clip with more frames, a random part of so many; null: all. */
    maxFrames: count.nullable().default(null),
    /** Share of frames that are left out. */
    dropFrames: belowOne.default(0),
    /** Standard deviation of noise on every number. */
    noise: coordinates.default(0),
  }).prefault({})
