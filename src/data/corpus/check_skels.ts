// The part of checking a corpus that goes through the motions: every line of `.skels`, one at a time.

import { counted } from '../../base/counted.js'
import { type CounterConvention, SHOULDER_TOLERANCE, type SkelsSequence, skelsLines } from '../../formats/skels/skels.js'
import { NORMALISATION } from '../../motion/clip.js'
import { COORDS, joint } from '../../motion/skeleton.js'
import { impossible, unlikely } from '../body_limits.js'
import { motionChecksum } from '../checksum.js'
import { isPlausible, normalise, shoulderWidth, shoulderWidths } from '../normalise.js'
import { UNTOLD_RATE } from './corpus.js'
import { type Note, problemOf } from './finding.js'
import type { CorpusManifest } from './manifest.js'

export class SkelsCheck {
  readonly #path: string
  readonly #manifest: CorpusManifest | undefined
  readonly #note: Note
  readonly #lineOfMotion = new Map<string, number>()
  #counter: { convention: CounterConvention; from: string } | undefined

  constructor(path: string, manifest: CorpusManifest | undefined, note: Note) {
    this.#path = path
    this.#manifest = manifest
    this.#note = note
  }

  /** Lines, frames of those that can be read, and how many cannot. */
  async run(): Promise<{ clips: number; frames: number; unread: number }> {
    const seen = { clips: 0, frames: 0, unread: 0 }
    for await (const { who, line, parse } of skelsLines(this.#path)) {
      seen.clips = line
      const read = this.#noted(who, parse)
      if (!read) {
        seen.unread += 1
        continue
      }
      const { counter, ...sequence } = read
      seen.frames += sequence.frames
      this.#checkCounter(counter, who)
      this.#noted(who, () => this.#checkMotion(sequence, who))
    }
    if (seen.clips === 0) this.#note('error', this.#path, 'wanted at least one sequence, got an empty file')
    return seen
  }

  /** What `work` gives; undefined where an error of ours is noted in its place. */
  #noted<T>(who: string, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.#note('error', who, problemOf(error))
      return undefined
    }
  }

  #checkCounter(convention: CounterConvention | undefined, who: string): void {
    if (!convention) return
    this.#counter ??= this.#manifest
      ? { convention: this.#manifest.counter as CounterConvention, from: 'the manifest' }
      : { convention, from: who }
    if (convention !== this.#counter.convention)
      this.#note('error', who, `wanted the counter '${this.#counter.convention}' as in ${this.#counter.from}, got '${convention}'`)
  }

  #checkMotion({ joints, frames, line }: SkelsSequence, who: string): void {
    const hash = motionChecksum(joints)
    const twin = this.#lineOfMotion.get(hash)
    if (twin === undefined) this.#lineOfMotion.set(hash, line)
    else this.#note('warning', who, `wanted motions that differ, got that of line ${twin} again`)
    if (frames === 1) this.#note('warning', who, 'wanted something that moves, got one frame')
    if (isStill(joints, frames)) this.#note('warning', who, `wanted something that moves, got one pose in all ${counted(frames, 'frame')}`)
    const told = this.#manifest?.normalisation === NORMALISATION
    if (told) this.#checkScale(joints, frames, who)
    else this.#checkShoulders(joints, frames, who)
    const empty = emptyFrames(joints, frames)
    // Where nobody is in any frame, the shoulders tell.
    if (empty.length > 0 && empty.length < frames) {
      const problem = `wanted a signer in every frame, got all joints in one point in ${empty.length} of ${counted(frames, 'frame')}, first in frame ${empty[0]}`
      this.#note('error', who, problem)
    }
    // Whatever scale a motion is in, a body has its proportions.
    const scaled = told ? joints : normalise(joints, frames, { who })
    for (const problem of impossible(scaled, frames, this.#manifest?.fps ?? UNTOLD_RATE)) this.#note('error', who, problem)
    for (const problem of unlikely(scaled, frames)) this.#note('warning', who, problem)
  }

  /** Frames whose shoulders are not believed, see {@link normalise}: they take the clip's scale, so that nothing else would show them. */
  #checkShoulders(joints: Float32Array, frames: number, who: string): void {
    const { widths, median } = shoulderWidths(joints, frames)
    // Where there is no signer, there are no shoulders either.
    const odd = [...widths.keys()].filter((t) => widths[t]! > 0 && !isPlausible(widths[t]!, median))
    if (median === 0 || odd.length === 0) return
    const times = (widths[odd[0]!]! / median).toPrecision(2)
    const problem = `wanted shoulders about as far apart in every frame, got ${times} times the clip's median in frame ${odd[0]}`
    this.#note('warning', who, `${problem}${odd.length > 1 ? ` and the like in ${odd.length - 1} more` : ''}`)
  }

  /** Only the first frame of each kind is named: a clip that is off is off throughout. */
  #checkScale(joints: Float32Array, frames: number, who: string): void {
    const times = Array.from({ length: frames }, (_, t) => t)
    const neck = times.find((t) => [0, 1, 2].some((axis) => joints[t * COORDS + joint.neck * 3 + axis] !== 0))
    if (neck !== undefined) this.#note('error', who, `wanted the neck at 0, got it elsewhere in frame ${neck}`)
    const wide = times.find((t) => Math.abs(shoulderWidth(joints, t) - 1 / 3) > SHOULDER_TOLERANCE)
    if (wide !== undefined) {
      const got = shoulderWidth(joints, wide).toFixed(4)
      this.#note('error', who, `wanted the shoulders 0.3333 apart in the picture, got ${got} in frame ${wide}`)
    }
  }
}

/** The frames with every joint at the same place, which is how tools write that they saw nobody. */
function emptyFrames(joints: Float32Array, frames: number): number[] {
  return Array.from({ length: frames }, (_, t) => t).filter((t) => {
    const frame = joints.subarray(t * COORDS, (t + 1) * COORDS)
    return frame.every((value, i) => value === frame[i % 3])
  })
}

function isStill(joints: Float32Array, frames: number): boolean {
  return frames > 1 && joints.subarray(COORDS).every((value, i) => value === joints[i])
}
