// What happens to a clip that is longer than a model's buffers.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { evenFrames, firstFrames } from '../../motion/between_frames.js'
import type { Clip } from '../../motion/clip.js'
import { type Source, sourceLine, withSourceLine } from '../source.js'

export interface LengthLimits {
  /** Longest motion, in frames after skipping. Default 300. */
  readonly maxFrames?: number
  /** Longest source line, in tokens between spaces. Default 300. */
  readonly maxTokens?: number
  /** What is done to a clip over a limit; default `error`. */
  readonly long?: OverlongPolicy
}

/**
 * `error` stops at the first clip over a limit, `drop` leaves it out, `truncate` keeps its beginning; `thin` keeps the beginning of its sentence, and frames all
 * over it, so that it is signed faster, as SignDW does.
 */
export const overlongPolicies = ['error', 'drop', 'truncate', 'thin'] as const
export type OverlongPolicy = (typeof overlongPolicies)[number]

/** The clip as it may be used, or undefined where it is to be dropped. Throws ERR_DATA naming `who` and both numbers under `long: 'error'`. */
export function fitClip(clip: Clip, source: Source, limits: LengthLimits, who: string): Clip | undefined {
  const { maxFrames = 300, maxTokens = 300, long = 'error' } = limits
  const tokens = (sourceLine(clip, source) ?? '').split(/\s+/)
  if (clip.frames <= maxFrames && tokens.length <= maxTokens) return clip
  if (long === 'drop') return undefined
  if (long === 'truncate' || long === 'thin') {
    const shorter = long === 'thin' ? evenFrames : firstFrames
    const fitting = clip.frames <= maxFrames ? clip : shorter(clip, maxFrames)
    return withSourceLine(fitting, source, tokens.slice(0, maxTokens).join(' '))
  }
  const problem =
    clip.frames > maxFrames
      ? `wanted at most ${counted(maxFrames, 'frame')} (maxFrames), got ${clip.frames}`
      : `wanted at most ${maxTokens} ${source} tokens (maxTokens), got ${tokens.length}`
  throw new SignError('ERR_DATA', who, problem, "Raise the limit, or set overlong (in the library: long) to 'drop', 'truncate' or 'thin'")
}
