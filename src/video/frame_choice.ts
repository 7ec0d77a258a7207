// Which frames of a video a model is given: every second one, without a few at both ends, and of a long video a random part.

import type { Random } from '../base/random.js'

export interface FrameChoice {
  /** Takes one frame of so many; 2 as published. */
  readonly stride: number
  /** Frames left out before the first and behind the last. */
  readonly start: number
  readonly end: number
  /** Most frames taken; of more, a random part in order. 256 as published. */
  readonly most: number
}

/** As published, for evaluation: nothing is left out at the ends, and of more than 256 frames a random part is taken all the same. */
export const evaluationChoice: FrameChoice = { stride: 2, start: 0, end: 0, most: 256 }

/** As published, for training: 0 to 3 frames are left out at the beginning and 0 to 4 at the end, as `random` has it. */
export const trainingChoice = (random: Random): FrameChoice => ({ ...evaluationChoice, start: random.below(4), end: random.below(5) })

/** The frames taken of `count`, in order. Where leaving out would leave none, only as much is as leaves one. */
export function chosenFrames(count: number, choice: FrameChoice, random: Random): number[] {
  const end = Math.min(choice.end, Math.max(count - 1, 0))
  const start = Math.min(choice.start, Math.max(count - 1 - end, 0))
  const taken: number[] = []
  let seen = 0
  for (let i = start; i < count - end; i += choice.stride) {
    seen++
    // Each is as likely as any other to be left in the end (Vitter's algorithm R).
    const place = taken.length < choice.most ? taken.length : random.below(seen)
    if (place < choice.most) taken[place] = i
  }
  return taken.sort((a, b) => a - b)
}
