// What a model that scores each class of a clip from 0 to 1 found: classes above a threshold, and how well they agree with those that hold.

import { classAverages, type F1, microF1 } from './f1.js'

/** As Sign2GPT has it. */
export const PRESENCE_THRESHOLD = 0.5

export interface ClassifiedClip {
  /** One for each class, from 0 to 1. */
  readonly scores: ArrayLike<number>
  /** The classes that hold; one that is named twice counts once. */
  readonly targets: readonly number[]
}

/** The classes whose score is above a threshold, in their order. */
export function foundClasses(scores: ArrayLike<number>, threshold = PRESENCE_THRESHOLD): number[] {
  return Array.from(scores, (score, id) => (score > threshold ? id : -1)).filter((id) => id >= 0)
}

export interface PresenceScores {
  /** Averaged over the classes that any clip has: what Sign2GPT selects its first stage by. */
  readonly byClass: F1
  /** Of all classes of all clips together. */
  readonly micro: F1
}

/** Precision, recall and F1 of the classes found. Throws ERR_DATA for no clips. */
export function presenceScores(clips: readonly ClassifiedClip[], threshold = PRESENCE_THRESHOLD): PresenceScores {
  const pairs = clips.map(({ scores, targets }) => ({
    hypothesis: foundClasses(scores, threshold).map(String),
    reference: targets.map(String),
  }))
  return { byClass: classAverages(pairs), micro: microF1(pairs) }
}

/** How well one class is found. */
export interface ClassPresence extends F1 {
  readonly class: number
  /** Clips that have it. */
  readonly clips: number
}

/** Each class that any clip has, in their order; the mean of their scores is {@link PresenceScores.byClass}. */
export function presenceByClass(clips: readonly ClassifiedClip[], threshold = PRESENCE_THRESHOLD): ClassPresence[] {
  const wanted = clips.map(({ targets }) => new Set(targets))
  return [...new Set(clips.flatMap(({ targets }) => targets))]
    .sort((a, b) => a - b)
    .map((id) => {
      const pairs = clips.map(({ scores }, i) => ({
        hypothesis: scores[id]! > threshold ? ['x'] : [],
        reference: wanted[i]!.has(id) ? ['x'] : [],
      }))
      return { class: id, clips: wanted.filter((own) => own.has(id)).length, ...classAverages(pairs) }
    })
}
