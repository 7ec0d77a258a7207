// A motion of any layout by the points that its detector saw: what its scores are made of.

import type { Motion } from '../motion/clip.js'
import type { Layout } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { mean } from './motion.js'

/** Squared normalised units, over all coordinates: what `repetition` takes for standing still. */
const STILL_SQUARED = 1e-8

/** The points of a motion, each seen or not. */
export class SeenPoints {
  readonly frames: number
  readonly fps: number
  readonly layout: Layout
  readonly #motion: Motion
  /** Where points are measured from in each frame; undefined: from the motion's origin. */
  readonly #root: number | undefined

  constructor(motion: Motion, root?: number) {
    this.frames = motion.frames
    this.fps = motion.fps
    this.layout = layoutOfMotion(motion)
    this.#motion = motion
    this.#root = root
  }

  /** The same points, measured from one of them. */
  from(root: number): SeenPoints {
    return new SeenPoints(this.#motion, root)
  }

  sees(t: number, point: number): boolean {
    const { confidence } = this.#motion
    const sure = (one: number): boolean => confidence === undefined || confidence[t * this.layout.points + one]! > 0
    return sure(point) && (this.#root === undefined || sure(this.#root))
  }

  at(t: number, point: number, axis: number): number {
    const { points, dims } = this.layout
    const value = this.#motion.joints[(t * points + point) * dims + axis]!
    return this.#root === undefined ? value : value - this.#motion.joints[(t * points + this.#root) * dims + axis]!
  }

  get dims(): number {
    return this.layout.dims
  }

  /** Those of some points that any frame shows. */
  shown(points: readonly number[]): number[] {
    return points.filter((point) => this.#times().some((t) => this.sees(t, point)))
  }

  /** How far apart two points are in each frame that shows both. */
  lengths(a: number, b: number): number[] {
    return this.#times()
      .filter((t) => this.sees(t, a) && this.sees(t, b))
      .map((t) => Math.hypot(...this.#axes().map((axis) => this.at(t, a, axis) - this.at(t, b, axis))))
  }

  /** How far a point travels from each sighting to the next. */
  travelled(point: number): number {
    let path = 0
    let before = -1
    for (let t = 0; t < this.frames; t++) {
      if (!this.sees(t, point)) continue
      if (before >= 0) path += Math.hypot(...this.#axes().map((axis) => this.at(t, point, axis) - this.at(before, point, axis)))
      before = t
    }
    return path
  }

  /** Root of the variance over the frames that show a point, averaged over coordinates. */
  deviation(points: readonly number[]): number {
    let [variance, count] = [0, 0]
    for (const point of points) {
      const times = this.#times().filter((t) => this.sees(t, point))
      if (times.length === 0) continue
      for (const axis of this.#axes()) {
        const middle = mean(times.map((t) => this.at(t, point, axis)))
        variance += mean(times.map((t) => (this.at(t, point, axis) - middle) ** 2))
        count += 1
      }
    }
    return count > 0 ? Math.sqrt(variance / count) : 0
  }

  /**
   * How nearly a motion comes back to what it did before, as `repetition` has it of 50 joints, over the pairs of frames that both show a point; NaN for a motion that
   * stands still. O(frames²) time.
   */
  repetition(points: readonly number[]): number {
    const unrelated = 2 * points.reduce((sum, point) => sum + this.#variance(point), 0)
    if (!(unrelated > STILL_SQUARED)) return Number.NaN
    let [gone, nearest] = [false, unrelated]
    for (let lag = 1; lag <= this.frames / 2; lag++) {
      const distance = points.reduce((sum, point) => sum + this.#apart(point, lag), 0)
      gone ||= distance >= unrelated
      if (gone) nearest = Math.min(nearest, distance)
    }
    return 1 - nearest / unrelated
  }

  /** Sum over coordinates of the variance over the frames that show a point. */
  #variance(point: number): number {
    const times = this.#times().filter((t) => this.sees(t, point))
    if (times.length === 0) return 0
    return this.#axes().reduce((sum, axis) => {
      const middle = mean(times.map((t) => this.at(t, point, axis)))
      return sum + mean(times.map((t) => (this.at(t, point, axis) - middle) ** 2))
    }, 0)
  }

  /** Mean squared distance of a point `lag` frames later, over the pairs of frames that show it; twice its variance where there are none, as of what is unrelated. */
  #apart(point: number, lag: number): number {
    let [sum, count] = [0, 0]
    for (let t = 0; t + lag < this.frames; t++) {
      if (!this.sees(t, point) || !this.sees(t + lag, point)) continue
      count += 1
      for (let axis = 0; axis < this.dims; axis++) sum += (this.at(t + lag, point, axis) - this.at(t, point, axis)) ** 2
    }
    return count > 0 ? sum / count : 2 * this.#variance(point)
  }

  #times(): number[] {
    return Array.from({ length: this.frames }, (_, t) => t)
  }

  #axes(): number[] {
    return Array.from({ length: this.dims }, (_, axis) => axis)
  }
}
