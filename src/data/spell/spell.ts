// Spells words: the letters of an alphabet one after the other, with joins between them, and sentences: words with a slide of the hand between them.

import { SignError } from '../../base/errors.js'
import { medianBoneLengths } from '../../motion/bone_lengths.js'
import { holdBones } from '../../motion/hold_bones.js'
import { type Arm, arms, bonesFromNeck, COORDS, joint } from '../../motion/skeleton.js'
import { WORD_BOUNDARY } from '../../text/tokenise.js'
import { restArm } from '../layouts/fill.js'
import { normalise } from '../normalise.js'
import { hangulLetters } from './hangul.js'
import { blend, measuredFrames, turnArms } from './join.js'
import type { BoneKind, Join } from './join_kinds.js'
import { type Alphabet, readAlphabet } from './letters.js'

export interface SpellerOptions {
  /** Folder with `index.csv`. */
  readonly lexicon: string
  /** ISO 639-3 code or tag: `ase` or `ASL`. */
  readonly language: string
  /** Frames a second of what is spelled. Default 25. */
  readonly fps?: number
  /** Frames of each letter. Default 10. */
  readonly framesPerLetter?: number
  /** How one letter becomes the next: `even` (default) as ever, `measured` with bones that keep their lengths, in the time it takes; `join.ts` has both. */
  readonly join?: Join
  /** Frames between two letters where they are joined evenly. Default 4. */
  readonly joinFrames?: number
  /** Frames between two words of a sentence. Default 10. */
  readonly restFrames?: number
  /**
   * `free` (default): joints are where the estimator saw them, whose bones stretch and shrink. `hold`: each bone has its median length over all
   * letters in every frame of every word, and hands are as near to where they were seen as the arms reach. A resting arm stays
   * in its place, so that its upper arm, which ends in a shoulder that moves, varies by less than 1 %.
   */
  readonly bones?: BoneKind
}

export interface SpelledWord {
  /** [frames, 150] in the normal scale. */
  readonly joints: Float32Array
  readonly frames: number
  readonly fps: number
  /** The letters, in lower case, between spaces: `h e l l o`; of a sentence, `h e l l o | w o r l d`. */
  readonly text: string
  /** The same in upper case. */
  readonly gloss: string
  /** What stands in `text`, the word boundaries of a sentence too. */
  readonly letters: readonly string[]
  /** First frame of each letter; it lasts `framesPerLetter` frames, then the join begins. A word boundary begins where the word before it has ended. */
  readonly starts: readonly number[]
}

/** Spells words in one signed alphabet; made by {@link openSpeller}. */
export class Speller {
  readonly alphabet: Alphabet
  readonly fps: number
  readonly joinFrames: number
  readonly join: Join
  readonly restFrames: number
  /** Lengths that bones keep; undefined where they keep none. */
  readonly boneLengths: Float32Array | undefined
  /** Those that take part. */
  readonly #arms: readonly Arm[]
  /** One frame with the idle arms at rest below the alphabet's average shoulders, so that they are the same in every word. */
  readonly #rest: Float32Array

  constructor(
    alphabet: Alphabet,
    fps: number,
    joinFrames: number,
    { join = 'even', restFrames = 10, bones = 'free' }: Pick<SpellerOptions, 'join' | 'restFrames' | 'bones'> = {},
  ) {
    this.alphabet = alphabet
    this.fps = fps
    this.joinFrames = joinFrames
    this.join = join
    this.restFrames = restFrames
    this.#arms = arms.filter((arm) => !alphabet.idle.includes(arm))
    this.#rest = averageFrame([...alphabet.letters.values()])
    for (const arm of alphabet.idle) restArm(this.#rest, 1, arm)
    this.boneLengths = bones === 'hold' ? usualLengths([...alphabet.letters.values()]) : undefined
  }

  /**
   * The letters of a word, longest first: `schuh` is `sch u h` where `sch` has a sign. A Korean syllable is spelled by its letters. Undefined where a character
   * has no sign; upper case does not matter.
   */
  lettersOf(word: string): string[] | undefined {
    const lower = word.normalize('NFC').toLocaleLowerCase(this.alphabet.spoken)
    return this.#lettersIn(lower) ?? this.#lettersIn(hangulLetters(lower))
  }

  #lettersIn(lower: string): string[] | undefined {
    const { letters } = this.alphabet
    const longest = Math.max(...[...letters.keys()].map((letter) => letter.length))
    const out: string[] = []
    for (let at = 0; at < lower.length; at += out.at(-1)!.length) {
      const lengths = Array.from({ length: longest }, (_, i) => longest - i)
      const found = lengths.map((length) => lower.slice(at, at + length)).find((part) => letters.has(part))
      if (!found) return undefined
      out.push(found)
    }
    return out.length > 0 ? out : undefined
  }

  /** The gloss of letters: each in upper case, with spaces between. */
  glossOf(letters: readonly string[]): string {
    return letters.map((letter) => upperCase(letter, this.alphabet.spoken)).join(' ')
  }

  /** Spells a word. Throws ERR_DATA naming the word and the alphabet's letters where it cannot be spelled. */
  spell(word: string): SpelledWord {
    return this.spellSentence([word])
  }

  /** Spells words one after the other; between two of them the hand slides out to its side and back, for `restFrames` frames. Throws as {@link spell}. */
  spellSentence(words: readonly string[]): SpelledWord {
    const letters = words.flatMap((word, k) => [...(k > 0 ? [WORD_BOUNDARY] : []), ...this.#spellable(word)])
    const { starts, gaps, frames } = this.#timeline(letters)
    const shown = new Float32Array(frames * COORDS)
    for (const [k, letter] of letters.entries())
      if (letter !== WORD_BOUNDARY) shown.set(this.alphabet.letters.get(letter)!, starts[k]! * COORDS)
    for (const { from, to } of gaps) blend(shown, from, to)
    const joints = normalise(shown, frames, { who: `'${words.join(' ')}'` })
    for (const { from, to, rest } of gaps) if (rest || this.join === 'measured') turnArms(joints, from, to, this.#arms, { slide: rest })
    return {
      joints: this.#withIdleArms(this.#held(joints, frames), frames),
      frames,
      fps: this.fps,
      text: letters.join(' '),
      gloss: this.glossOf(letters),
      letters,
      starts,
    }
  }

  #spellable(word: string): string[] {
    const letters = this.lettersOf(word)
    if (letters) return letters
    const known = [...this.alphabet.letters.keys()].sort().join(' ')
    throw new SignError(
      'ERR_DATA',
      `${this.alphabet.language} '${word}'`,
      `wanted letters out of ${known}, got others or none`,
      'Respell or drop the word',
    )
  }

  /** When each letter begins, and the gaps to be filled: from the last frame of a letter to the first of the next. */
  #timeline(letters: readonly string[]): { readonly starts: number[]; readonly gaps: readonly Gap[]; readonly frames: number } {
    const starts: number[] = []
    const gaps: Gap[] = []
    let end = 0
    for (const [k, letter] of letters.entries()) {
      const before = letters[k - 1]
      const rest = before === WORD_BOUNDARY
      const gap = rest ? this.restFrames : before === undefined || letter === WORD_BOUNDARY ? 0 : this.#joinFrames(before, letter)
      if (k > 0 && letter !== WORD_BOUNDARY) gaps.push({ from: end - 1, to: end + gap, rest })
      starts.push(end + gap)
      end += letter === WORD_BOUNDARY ? 0 : gap + this.alphabet.frames
    }
    return { starts, gaps, frames: end }
  }

  #joinFrames(before: string, after: string): number {
    if (this.join === 'even') return this.joinFrames
    const [a, b] = [before, after].map((letter) => this.alphabet.letters.get(letter)!) as [Float32Array, Float32Array]
    return measuredFrames(a.subarray(-COORDS), b.subarray(0, COORDS), this.#arms, this.fps)
  }

  #held(joints: Float32Array, frames: number): Float32Array {
    if (!this.boneLengths) return joints
    const turned = shouldersTurned(joints, frames, this.boneLengths)
    return holdBones({ joints: turned, frames, fps: this.fps }, this.boneLengths, turned.subarray(0, COORDS)).joints
  }

  #withIdleArms(joints: Float32Array, frames: number): Float32Array {
    for (const { elbow, wrist, hand } of this.alphabet.idle) {
      for (let t = 0; t < frames; t++) {
        for (const [from, to] of [
          [elbow, wrist + 1],
          [hand, hand + 21],
        ] as const) {
          joints.set(this.#rest.subarray(from * 3, to * 3), t * COORDS + from * 3)
        }
      }
    }
    return joints
  }
}

/** Frames between `from` and `to` to be filled; between two words the hand comes to rest there. */
interface Gap {
  readonly from: number
  readonly to: number
  readonly rest: boolean
}

/** Reads an alphabet and makes a speller of it. Throws as {@link readAlphabet}, and ERR_CONFIG for lengths or rates that are no positive numbers. */
export async function openSpeller(options: SpellerOptions): Promise<Speller> {
  const { lexicon, language, fps = 25, framesPerLetter = 10, joinFrames = 4, restFrames = 10 } = options
  if (
    !(
      Number.isInteger(framesPerLetter) &&
      framesPerLetter > 0 &&
      Number.isInteger(joinFrames) &&
      joinFrames >= 0 &&
      Number.isInteger(restFrames) &&
      restFrames > 0 &&
      fps > 0 &&
      Number.isFinite(fps)
    )
  ) {
    const got = `got ${framesPerLetter}, ${restFrames}, ${joinFrames} and ${fps}`
    throw new SignError(
      'ERR_CONFIG',
      'speller',
      `wanted whole framesPerLetter > 0, restFrames > 0, joinFrames >= 0 and fps > 0, ${got}`,
      'Correct the values',
    )
  }
  return new Speller(await readAlphabet(lexicon, language, framesPerLetter), fps, joinFrames, options)
}

/** The bones from the neck to the shoulders. */
const shoulders = bonesFromNeck.filter(({ to }) => to === joint.leftShoulder || to === joint.rightShoulder)

/**
 * Each bone's median length over all frames of these motions; but a shoulder's is no shorter than it is anywhere in the picture, where the
 * shoulders' distance is the unit.
 */
function usualLengths(motions: readonly Float32Array[]): Float32Array {
  const joints = Float32Array.from(motions.flatMap((motion) => [...motion]))
  const frames = joints.length / COORDS
  const lengths = Float32Array.from(medianBoneLengths({ joints, frames }))
  for (const { to, bone } of shoulders)
    for (let t = 0; t < frames; t++)
      lengths[bone] = Math.max(lengths[bone]!, Math.hypot(joints[t * COORDS + 3 * to]!, joints[t * COORDS + 3 * to + 1]!))
  return lengths
}

/**
 * The same motion with the shoulders at their lengths from the neck, at 0: they stay where they are in the picture, and are as far before or
 * behind the neck as that takes. Which it is, the mean over all frames tells: an estimator's depth flickers.
 */
function shouldersTurned(joints: Float32Array, frames: number, lengths: Float32Array): Float32Array {
  const turned = joints.slice()
  for (const { to, bone } of shoulders) {
    const at = (t: number, axis: number): number => joints[t * COORDS + 3 * to + axis]!
    let depth = 0
    for (let t = 0; t < frames; t++) depth += at(t, 2)
    for (let t = 0; t < frames; t++)
      turned[t * COORDS + 3 * to + 2] = Math.sign(depth || 1) * Math.sqrt(Math.max(0, lengths[bone]! ** 2 - at(t, 0) ** 2 - at(t, 1) ** 2))
  }
  return turned
}

function averageFrame(motions: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(COORDS)
  let frames = 0
  for (const joints of motions) {
    frames += joints.length / COORDS
    for (const [i, value] of joints.entries()) sums[i % COORDS]! += value
  }
  return Float32Array.from(sums, (sum) => sum / frames)
}

/** Upper case that keeps the number of characters: `ß` would become `SS`, two other letters. */
function upperCase(letter: string, spoken: string | undefined): string {
  const upper = letter.toLocaleUpperCase(spoken)
  return upper.length === letter.length ? upper : letter
}
