// Spells words: the letters of an alphabet one after the other, with blended joins between them.

import { SignError } from '../../base/errors.js'
import { COORDS } from '../../motion/skeleton.js'
import { restArm } from '../layouts/fill.js'
import { normalise } from '../normalise.js'
import { hangulLetters } from './hangul.js'
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
  /** Frames between two letters. Default 4. */
  readonly joinFrames?: number
}

export interface SpelledWord {
  /** [frames, 150] in the normal scale. */
  readonly joints: Float32Array
  readonly frames: number
  readonly fps: number
  /** The letters, in lower case, between spaces: `h e l l o`. */
  readonly text: string
  /** The same in upper case. */
  readonly gloss: string
  readonly letters: readonly string[]
  /** First frame of each letter; it lasts `framesPerLetter` frames, then the join begins. */
  readonly starts: readonly number[]
}

/** Spells words in one signed alphabet; made by {@link openSpeller}. */
export class Speller {
  readonly alphabet: Alphabet
  readonly fps: number
  readonly joinFrames: number
  /** One frame with the idle arms at rest below the alphabet's average shoulders, so that they are the same in every word. */
  readonly #rest: Float32Array

  constructor(alphabet: Alphabet, fps: number, joinFrames: number) {
    this.alphabet = alphabet
    this.fps = fps
    this.joinFrames = joinFrames
    this.#rest = averageFrame([...alphabet.letters.values()])
    for (const arm of alphabet.idle) restArm(this.#rest, 1, arm)
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
    const letters = this.lettersOf(word)
    if (!letters) {
      const known = [...this.alphabet.letters.keys()].sort().join(' ')
      throw new SignError(
        'ERR_DATA',
        `${this.alphabet.language} '${word}'`,
        `wanted letters out of ${known}, got others or none`,
        'Respell or drop the word',
      )
    }
    const each = this.alphabet.frames
    const pitch = each + this.joinFrames
    const frames = letters.length * pitch - this.joinFrames
    const joints = new Float32Array(frames * COORDS)
    for (const [k, letter] of letters.entries()) joints.set(this.alphabet.letters.get(letter)!, k * pitch * COORDS)
    for (let k = 1; k < letters.length; k++) blend(joints, k * pitch - this.joinFrames - 1, k * pitch)
    return {
      joints: this.#withIdleArms(normalise(joints, frames, { who: `'${word}'` }), frames),
      frames,
      fps: this.fps,
      text: letters.join(' '),
      gloss: this.glossOf(letters),
      letters,
      starts: letters.map((_, k) => k * pitch),
    }
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

/** Reads an alphabet and makes a speller of it. Throws as {@link readAlphabet}, and ERR_CONFIG for lengths or rates that are no positive numbers. */
export async function openSpeller(options: SpellerOptions): Promise<Speller> {
  const { lexicon, language, fps = 25, framesPerLetter = 10, joinFrames = 4 } = options
  if (
    !(
      Number.isInteger(framesPerLetter) &&
      framesPerLetter > 0 &&
      Number.isInteger(joinFrames) &&
      joinFrames >= 0 &&
      fps > 0 &&
      Number.isFinite(fps)
    )
  ) {
    const got = `got ${framesPerLetter}, ${joinFrames} and ${fps}`
    throw new SignError(
      'ERR_CONFIG',
      'speller',
      `wanted whole framesPerLetter > 0, joinFrames >= 0 and fps > 0, ${got}`,
      'Correct the values',
    )
  }
  return new Speller(await readAlphabet(lexicon, language, framesPerLetter), fps, joinFrames)
}

/** Fills the frames between `from` and `to`: every coordinate leaves and arrives with no speed, and never overshoots. */
function blend(joints: Float32Array, from: number, to: number): void {
  for (let t = from + 1; t < to; t++) {
    const u = (t - from) / (to - from)
    const share = u * u * (3 - 2 * u)
    for (let i = 0; i < COORDS; i++) {
      const [a, b] = [joints[from * COORDS + i]!, joints[to * COORDS + i]!]
      joints[t * COORDS + i] = a + share * (b - a)
    }
  }
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
