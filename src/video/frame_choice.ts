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
  const taken = new Sample<number>(choice.most, random)
  for (let i = start; i < count - end; i += choice.stride) taken.add(i, i)
  return taken.inOrder
}

/**
 * The frames that `chosenFrames` takes, out of a video whose length is not known before its end, with no more of it in memory than is taken and lies at
 * its end.
 */
export async function takeFrames<T>(frames: AsyncIterable<T>, choice: FrameChoice, random: Random): Promise<T[]> {
  // What may yet turn out to be among the last frames, and what would be left out of a video that ends too soon.
  const waiting: T[] = []
  const taken = new Sample<T>(choice.most, random)
  let last: T | undefined
  let count = 0
  for await (const frame of frames) {
    waiting.push(frame)
    if (waiting.length > choice.end) {
      const index = count - choice.end
      const settled = waiting.shift()!
      if (index >= choice.start && (index - choice.start) % choice.stride === 0) taken.add(index, settled)
      last = settled
    }
    count++
  }
  if (taken.inOrder.length > 0 || count === 0) return taken.inOrder
  // Too short for all that is to be left out: the last frame before the end, or else the first there is.
  return [last ?? waiting[0]!]
}

/** A random sample of at most `most` items of a stream, each as likely as any other (Vitter's algorithm R). */
class Sample<T> {
  readonly #most: number
  readonly #random: Random
  readonly #items: { readonly order: number; readonly item: T }[] = []
  #seen = 0

  constructor(most: number, random: Random) {
    this.#most = most
    this.#random = random
  }

  add(order: number, item: T): void {
    this.#seen++
    if (this.#items.length < this.#most) this.#items.push({ order, item })
    else {
      const place = this.#random.below(this.#seen)
      if (place < this.#most) this.#items[place] = { order, item }
    }
  }

  get inOrder(): T[] {
    return this.#items.toSorted((a, b) => a.order - b.order).map(({ item }) => item)
  }
}
