// Which frames SignCL compares: neighbours, which are to be close, and frames of other signs, which are to be apart; and what the kernels are
// fed of them. Drawn on the host: a batch has a few thousand.

import type { Random } from '../base/random.js'
import { type SignClForm, signClForms } from '../ops/sign_cl.js'

/** Spoken words to a sign, as the paper has it. */
const WORDS_PER_SIGN = 2.3

/** Frames within which a sign is taken to be the same one: at least this many on either side. */
const LEAST_MARGIN = 10

/** Clips shorter than this have no margin in the released form: there |i - j| > 1 is a negative. */
const SHORTEST_WITH_MARGIN = 32

/** The clips of a batch, padded to `length` frames. */
export interface PairedClips {
  readonly form: SignClForm
  /** T, padding included. */
  readonly length: number
  /** Frames of each clip. */
  readonly lengths: ArrayLike<number>
  /** Spoken tokens of each clip's sentence. */
  readonly textLengths: ArrayLike<number>
}

/** Frames that a negative must be further off than: 2·max(10, 2.3·frames/words). */
export const paperMargin = (frames: number, words: number): number =>
  2 * Math.max(LEAST_MARGIN, (WORDS_PER_SIGN * frames) / Math.max(words, 1))

/** The same in the released code, capped by the clips' length: min(2·max(10, ⌊2.3·(⌊T/words⌋ + 1)⌋), ⌊(T - 30)/2⌋); 1 for T below 32. */
export function releasedMargin(length: number, words: number): number {
  if (length < SHORTEST_WITH_MARGIN) return 1
  const sign = Math.trunc(WORDS_PER_SIGN * (Math.trunc(length / Math.max(words, 1)) + 1))
  return Math.min(2 * Math.max(LEAST_MARGIN, sign), Math.trunc((length - 30) / 2))
}

/**
 * Partners of every anchor, [batch, length, slots], positives first; -1 where there is none. The paper's form draws, for each frame of each clip, one
 * neighbour and one frame beyond the clip's margin. The released form takes both neighbours and draws up to four frames beyond the margin, for
 * anchors 1 … T-3 and negatives 2 … T-3, the same for every clip; here pairs that reach into a clip's padding are left out of it.
 */
export function samplePairs(clips: PairedClips, random: Random): Int32Array {
  const { form, length, lengths } = clips
  const { positives, slots } = signClForms[form]
  const partner = new Int32Array(lengths.length * length * slots).fill(-1)
  const put = (b: number, anchor: number, near: readonly number[], far: readonly number[]) => {
    const own = (frames: readonly number[]) => frames.filter((frame) => frame < lengths[b]!)
    partner.set(own(near), (b * length + anchor) * slots)
    partner.set(own(far), (b * length + anchor) * slots + positives)
  }
  if (form === 'paper') {
    for (let b = 0; b < lengths.length; b++) {
      const frames = lengths[b]!
      const margin = paperMargin(frames, clips.textLengths[b]!)
      for (let anchor = 0; anchor < frames; anchor++) {
        const near = drawn(neighbours(anchor, frames), 1, random)
        put(b, anchor, near, drawn(beyond(anchor, margin, 0, frames), 1, random))
      }
    }
    return partner
  }
  const margin = releasedMargin(length, Math.max(0, ...Array.from(clips.textLengths)))
  for (let anchor = 1; anchor < length - 2; anchor++) {
    const far = drawn(beyond(anchor, margin, 2, length - 2), slots - positives, random)
    for (let b = 0; b < lengths.length; b++) if (anchor < lengths[b]!) put(b, anchor, [anchor - 1, anchor + 1], far)
  }
  return partner
}

const neighbours = (anchor: number, frames: number): number[] => [anchor - 1, anchor + 1].filter((frame) => frame >= 0 && frame < frames)

/** Frames first ≤ j < end with |anchor - j| > margin. */
function beyond(anchor: number, margin: number, first: number, end: number): number[] {
  const frames: number[] = []
  for (let frame = first; frame < end; frame++) if (Math.abs(anchor - frame) > margin) frames.push(frame)
  return frames
}

/** `count` of some frames, or all where there are fewer; each as likely as the others, none twice. */
function drawn(frames: number[], count: number, random: Random): number[] {
  const some = Math.min(count, frames.length)
  for (let i = 0; i < some; i++) {
    const j = i + random.below(frames.length - i)
    ;[frames[i], frames[j]] = [frames[j]!, frames[i]!]
  }
  return frames.slice(0, some)
}

/** What the op `signCl` is fed. */
export interface PairArrays {
  readonly partner: Uint32Array
  readonly weight: Float32Array
  readonly start: Uint32Array
  readonly reverse: Uint32Array
}

/**
 * Partners [batch, length, slots] as feeds. `scale` is λ, what the loss is multiplied by. Paper: a pair's share is λ/N, N the frames of all clips,
 * those without a legal negative included; where the batch is one pass of several, `anchors` is N of them all. Released: the means over an
 * anchor's positives and over its negatives in all clips are added up, and divided by B·(T - 4) as the code does; an anchor without any is left out.
 * These means are of the clips given: a batch cut into passes has others than the whole of it.
 */
export function pairArrays(
  partner: Int32Array,
  { form, length, lengths }: Pick<PairedClips, 'form' | 'length' | 'lengths'>,
  { scale = 1, anchors = Array.from(lengths).reduce((sum, n) => sum + n, 0) }: { scale?: number; anchors?: number } = {},
): PairArrays {
  const { positives, slots } = signClForms[form]
  const weight = new Float32Array(partner.length)
  const share =
    form === 'paper' ? () => scale / anchors : releasedShares(partner, { length, batch: lengths.length, positives, slots }, scale)
  partner.forEach((frame, p) => {
    if (frame >= 0) weight[p] = share(p)
  })
  return { partner: Uint32Array.from(partner), weight, ...reversed(partner, length, slots) }
}

/** A pair's share in the released form: 1 / (its anchor's pairs of its kind in the batch) / (B·(T - 4)). */
function releasedShares(
  partner: Int32Array,
  { length, batch, positives, slots }: { length: number; batch: number; positives: number; slots: number },
  scale: number,
) {
  const kindOf = (p: number) => 2 * (Math.floor(p / slots) % length) + (p % slots < positives ? 0 : 1)
  const counts = new Uint32Array(2 * length)
  partner.forEach((frame, p) => {
    if (frame >= 0) counts[kindOf(p)]!++
  })
  // With four frames or fewer the code divides by 0: there is one anchor at most.
  const anchors = Math.max(length - 4, 1)
  return (p: number) => scale / counts[kindOf(p)]! / (batch * anchors)
}

/** The pairs each frame of the batch is the partner of, in order. */
function reversed(partner: Int32Array, length: number, slots: number): Pick<PairArrays, 'start' | 'reverse'> {
  const rowOf = (p: number) => Math.floor(p / slots / length) * length + partner[p]!
  const start = new Uint32Array(partner.length / slots + 1)
  partner.forEach((frame, p) => {
    if (frame >= 0) start[rowOf(p) + 1]!++
  })
  for (let row = 1; row < start.length; row++) start[row]! += start[row - 1]!
  const next = start.slice()
  const reverse = new Uint32Array(partner.length)
  partner.forEach((frame, p) => {
    if (frame >= 0) reverse[next[rowOf(p)]!++] = p
  })
  return { start, reverse }
}

/** The loss of a pass, of the op's result [B, T, slots, 2] as it was read back. */
export const signClLoss = (result: Float32Array): number => result.reduce((sum, value, i) => (i % 2 === 0 ? sum + value : sum), 0)
