// What a clip is drawn and skipped by: a reward in [0, 1] and a threshold, both over one set of clips.
//
//   error         R_i = 2^(−e_i/m), m the median error of the last epoch; poor below ½
//   length-class  the same within each third of the clips by length, m the median of the last errors in that third, and each third draws as
//                 often as it has clips: a long clip is held against long ones, and not left out for being long
//   improvement   R_i = g_i / max_j g_j, g_i = max(0, error at the visit before the last − error at the last); poor at 0

import { lengthThirds } from './length_thirds.js'

/** By what the Priority Learning Channel draws. */
export const priorities = ['error', 'length-class', 'improvement'] as const
export type Priority = (typeof priorities)[number]

/** What is known of every clip of a language; NaN where it was not visited so often. */
export interface VisitedErrors {
  /** At the last visit. */
  readonly last: readonly number[]
  /** At the visit before it. */
  readonly before: readonly number[]
  /** How long the clips are. */
  readonly frames: readonly number[]
  /** Of all visits of the last epoch; 0 before the first has ended. */
  readonly median: number
}

/** Clips among which is drawn, with their rewards, in one order. */
export interface RewardedClips {
  readonly clips: readonly number[]
  readonly rewards: readonly number[]
  /** Draws of a lower reward, or under `improvement` of none, are skipped. */
  readonly isPoor: (reward: number) => boolean
}

/** 2^(−error/median); 1 while nothing has been seen. */
export function rewardOf(error: number, median: number): number {
  return median > 0 ? 2 ** (-error / median) : 1
}

/** The sets of clips that each draw for themselves: one, or under `length-class` a third of the clips each. A clip never visited has reward 1. */
export function rewardedClips(errors: VisitedErrors, priority: Priority): RewardedClips[] {
  const all = errors.last.map((_, i) => i)
  if (priority === 'improvement') return [{ clips: all, rewards: improvements(errors), isPoor: (reward) => reward === 0 }]
  if (priority === 'error') return [byError(errors, all, errors.median)]
  const thirds = lengthThirds(errors.frames)
  return [0, 1, 2].flatMap((third) => {
    const clips = all.filter((i) => thirds[i] === third)
    return clips.length > 0 ? [byError(errors, clips, medianOf(clips.map((i) => errors.last[i]!)))] : []
  })
}

function byError({ last }: VisitedErrors, clips: readonly number[], median: number): RewardedClips {
  const rewards = clips.map((i) => (Number.isNaN(last[i]!) ? 1 : rewardOf(last[i]!, median)))
  return { clips, rewards, isPoor: (reward) => reward < 0.5 }
}

/** A clip that was not visited twice may improve more than any that was: 1. All others share what the most improved one has. */
function improvements({ last, before }: VisitedErrors): number[] {
  const falls = last.map((error, i) => Math.max(0, before[i]! - error))
  const most = falls.reduce((best, fall) => (fall > best ? fall : best), 0)
  return falls.map((fall) => (Number.isNaN(fall) ? 1 : most > 0 ? fall / most : 0))
}

/** Of the clips that were visited, the upper one of two; 0 of none. */
function medianOf(errors: readonly number[]): number {
  const sorted = errors.filter((error) => !Number.isNaN(error)).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
