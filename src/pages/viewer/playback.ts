// Where in a clip the viewer is. Time is kept in seconds: motions that are compared may have other frame rates and lengths.

import type { Motion } from '../../motion/clip.js'

type Timed = Pick<Motion, 'frames' | 'fps'>

/** Keeps a time that fell a rounding error short of a frame in that frame. */
const FRAME_TOLERANCE = 1e-6

export class Playback {
  readonly #leading: Timed
  /** Seconds until the longest motion has ended. */
  readonly duration: number
  seconds = 0

  /** The first motion gives the frames that are counted and stepped through, on beyond its end where another one lasts longer. */
  constructor(leading: Timed, ...others: readonly Timed[]) {
    this.#leading = leading
    this.duration = Math.max(...[leading, ...others].map(({ frames, fps }) => frames / fps))
  }

  /** How many frames there are to step through, at least one. */
  get steps(): number {
    return Math.max(1, Math.ceil(this.duration * this.#leading.fps - FRAME_TOLERANCE))
  }

  /** The step that is shown. */
  get frame(): number {
    return Math.min(this.frameOf(this.#leading), this.steps - 1)
  }

  get atEnd(): boolean {
    return this.frame === this.steps - 1
  }

  /** The frame of a motion that is due, beyond its last one where it has ended. */
  frameOf({ fps }: Timed): number {
    return Math.floor(this.seconds * fps + FRAME_TOLERANCE)
  }

  /** Goes to a step, or the nearest there is. */
  goTo(frame: number): void {
    this.seconds = Math.min(Math.max(frame, 0), this.steps - 1) / this.#leading.fps
  }

  /** Lets time pass. At the end it begins again where `loop` is set; else it stays on the last step, and the answer is false. */
  advance(seconds: number, loop: boolean): boolean {
    this.seconds += seconds
    if (this.seconds < this.duration) return true
    if (loop) this.seconds %= this.duration
    else this.goTo(this.steps - 1)
    return loop
  }
}
