// Codebooks of short windows of motion, for the body and for each hand: vector quantisation by k-means, from training clips only.

import { Random } from '../../src/base/random.js'
import { measureBones } from '../../src/model/group_bones.js'
import type { Motion } from '../../src/motion/clip.js'
import { bones, joint } from '../../src/motion/skeleton.js'
import { BONE_NUMBERS, boneVectors, carriedJoints, jointsOf, withLengths } from './tokens_bones.js'
import { kMeans, nearest, type Vectors } from './tokens_k_means.js'
import { cutWindows, joinWindows, windowNumbers } from './tokens_windows.js'

/** What is quantised apart, in the order of its tokens. A hand has the bone from its wrist and the twenty of its fingers: it does not know where its wrist is. */
export const streams = [
  { name: 'body', mark: 'B', bones: bonesWhere((child) => child < joint.leftHand) },
  { name: 'left hand', mark: 'L', bones: bonesWhere((child) => child >= joint.leftHand && child < joint.rightHand) },
  { name: 'right hand', mark: 'R', bones: bonesWhere((child) => child >= joint.rightHand) },
] as const

export interface BookOptions {
  /** Frames of a token. */
  readonly window: number
  /** Most codes of each stream. */
  readonly codes: number
  /** `constant`: the language's own length of each bone, whatever a clip's. `free`: what the windows of a code had in the mean. */
  readonly bones: 'constant' | 'free'
  readonly seed: number
}

/** What tokens of one language are read and written with. */
export interface TokenBook {
  readonly window: number
  /**
   * Of each stream, [codes, (window + 2) · bones · 3]: bone vectors times √(joints that the bone carries), so that the squared distance of two is by how much
   * the joints are moved where one bone alone turns.
   */
  readonly codes: readonly Vectors[]
  /** Of the 49 bones, where they are constant. */
  readonly lengths: Float32Array | undefined
}

/** A code for each window, of each stream. */
export type Codes = readonly Uint32Array[]

/** Learns a language's codes and bone lengths. */
export function learnBook(clips: readonly Motion[], options: BookOptions): TokenBook {
  const { window, seed } = options
  const lengths = options.bones === 'constant' ? measureBones(clips).lengths : undefined
  const all = clips.map((clip) => windowsIn(clip, { window, lengths }))
  const codes = streams.map(({ name, bones: of }, s) => {
    const vectors = { values: joined(all.map((clip) => clip[s]!.values)), width: windowNumbers(window, of.length * 3) }
    return kMeans(vectors, options.codes, Random.for(seed, 'codebook', name))
  })
  return { window, lengths, codes }
}

/** The nearest code of every window. A last window that is not full stands still at its end. */
export function encode(book: TokenBook, motion: Motion): Codes {
  return windowsIn(motion, book).map((windows, s) => nearest(windows, book.codes[s]!))
}

/** The motion of codes, as many of each stream: windows joined with a cross-fade of bone vectors, of the book's lengths where it has some. */
export function decode({ window, codes: centres, lengths }: TokenBook, codes: Codes, fps: number): Motion {
  const frames = codes[0]!.length * window
  const vectors = new Float32Array(frames * BONE_NUMBERS)
  for (const [s, { bones: of }] of streams.entries()) {
    const { values, width } = centres[s]!
    const series = joinWindows(
      joined(Array.from(codes[s]!, (code) => values.subarray(code * width, (code + 1) * width))),
      of.length * 3,
      window,
    )
    for (let t = 0; t < frames; t++)
      for (const [i, bone] of of.entries())
        for (let k = 0; k < 3; k++) vectors[t * BONE_NUMBERS + bone * 3 + k] = series[(t * of.length + i) * 3 + k]! / weights[bone]!
  }
  return { joints: jointsOf(lengths ? withLengths(vectors, lengths) : vectors), frames, fps }
}

const weights = carriedJoints.map(Math.sqrt)

function windowsIn(motion: Motion, { window, lengths }: Pick<TokenBook, 'window' | 'lengths'>): Vectors[] {
  const own = boneVectors(motion)
  const vectors = lengths ? withLengths(own, lengths) : own
  return streams.map(({ bones: of }) => {
    const series = new Float32Array(motion.frames * of.length * 3)
    for (let t = 0; t < motion.frames; t++)
      for (const [i, bone] of of.entries())
        for (let k = 0; k < 3; k++) series[(t * of.length + i) * 3 + k] = weights[bone]! * vectors[t * BONE_NUMBERS + bone * 3 + k]!
    return { values: cutWindows(series, of.length * 3, window), width: windowNumbers(window, of.length * 3) }
  })
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function bonesWhere(is: (child: number) => boolean): number[] {
  return bones.flatMap(({ child }, i) => (is(child) ? [i] : []))
}
