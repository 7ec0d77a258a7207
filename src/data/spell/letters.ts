// The letters of one signed alphabet as short motions: each letter's clip, cut to the part in which the hand is up, at one length.

import { SignError } from '../../base/errors.js'
import { asStored } from '../../base/folder.js'
import { type LexiconEntry, languageCode, languageTag, readLexicon } from '../../formats/lexicon.js'
import { readPose } from '../../formats/pose/pose.js'
import { type Arm, arms, COORDS, joint } from '../../motion/skeleton.js'
import { motionOfPose, type PoseMotion } from '../layouts/motion.js'
import { hangulLetters } from './hangul.js'

/** What is to be said about the clip of a letter: joints out of place, no depth. */
export interface LetterNote {
  readonly language: string
  readonly letter: string
  readonly path: string
  /** Whether it is more than a fingertip here and there. */
  readonly gross: boolean
  readonly notes: readonly string[]
}

/** A signed alphabet, ready to spell with. */
export interface Alphabet {
  /** Tag, e.g. `ASL`. */
  readonly language: string
  /** ISO 639-1 code of the spoken language, whose rules of upper and lower case hold; undefined where the lexicon has none that is one. */
  readonly spoken: string | undefined
  /** By letter in lower case, [frames, 150] each in the normal scale. A letter may have several characters: `sch` and `ll` are signs of their own in some alphabets. */
  readonly letters: ReadonlyMap<string, Float32Array>
  /** Frames of every letter. */
  readonly frames: number
  /** The arms that take part in no letter; whatever the estimator saw of them is noise. */
  readonly idle: readonly Arm[]
  /** On letters whose clips were not as they should be. */
  readonly notes?: readonly LetterNote[]
}

/**
 * Reads the letters of one language (`ase` or `ASL`) out of a lexicon, each resampled to `frames` frames. Of several entries of a letter the one of lowest priority counts.
 * Throws ERR_DATA naming the languages there are for one that is not in the index, and the file for a pose that cannot be used.
 */
export async function readAlphabet(lexicon: string, language: string, frames: number): Promise<Alphabet> {
  const code = languageCode(language)
  const all = await readLexicon(lexicon)
  const entries = all.filter((entry) => entry.signedLanguage === code).sort((a, b) => a.priority - b.priority)
  const first = entries[0]
  if (!first) {
    const known = [...new Set(all.map((entry) => entry.signedLanguage))].sort().join(', ')
    throw new SignError('ERR_DATA', lexicon, `wanted signs of '${language}' (${code}), got ${known}`, 'Choose one of these languages')
  }
  const clips = new Map<string, PoseMotion>()
  const notes: LetterNote[] = []
  for (const entry of entries) {
    const letter = letterOf(entry)
    if (clips.has(letter)) continue
    const path = await asStored(entry.path)
    const clip = motionOfPose(await readPose(path), { who: path })
    clips.set(letter, clip)
    if (clip.quality.notes.length > 0)
      notes.push({ language: languageTag(code), letter, path, gross: clip.gross || clip.depth === 'none', notes: clip.quality.notes })
  }
  const idle = arms.filter((arm) => takesNoPart([...clips.values()], arm))
  const letters = new Map([...clips].map(([letter, clip]) => [letter, resample(activePart(clip), frames)] as const))
  return { language: languageTag(code), spoken: localeOf(first.spokenLanguage), letters, frames, idle, notes }
}

function localeOf(spokenLanguage: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(spokenLanguage.replaceAll('_', '-'))[0]
  } catch {
    return undefined
  }
}

function letterOf(entry: LexiconEntry): string {
  return hangulLetters(entry.words.trim()).toLocaleLowerCase(localeOf(entry.spokenLanguage))
}

const shareOf = (clip: PoseMotion, arm: Arm): number => (arm.hand === joint.leftHand ? clip.seen.leftHand : clip.seen.rightHand)

/** True where the hand is seen in fewer than a tenth of the letters: a resting hand that was found once is no second hand of the alphabet. */
function takesNoPart(clips: readonly PoseMotion[], arm: Arm): boolean {
  return clips.filter((clip) => shareOf(clip, arm) >= 0.5).length < clips.length / 10
}

/**
 * The frames in which the leading hand is up: those around its highest frame in which it stays in the upper 40 % of the way it comes up from where it rests.
 * The leading hand is the one seen longer, of two the higher one. Returns [frames, 150].
 */
function activePart(clip: PoseMotion): Float32Array {
  const { joints, frames } = clip
  const heights = arms.map((arm) => Float64Array.from({ length: frames }, (_, t) => joints[t * COORDS + arm.wrist * 3 + 1]!))
  const [right, left] = arms.map((arm) => shareOf(clip, arm)) as [number, number]
  const leftLeads = Math.abs(left - right) > 0.2 ? left > right : Math.min(...heights[1]!) < Math.min(...heights[0]!)
  // y grows downwards, so the highest hand has the lowest y.
  const y = heights[leftLeads ? 1 : 0]!
  const [top, bottom] = [Math.min(...y), Math.max(...y)]
  const limit = top + Math.max(0.4 * (bottom - top), 0.02)
  let from = y.indexOf(top)
  let to = from
  while (from > 0 && y[from - 1]! <= limit) from -= 1
  while (to + 1 < frames && y[to + 1]! <= limit) to += 1
  return joints.subarray(from * COORDS, (to + 1) * COORDS)
}

/** `joints` [n, 150] at `frames` evenly spaced moments from the first to the last frame, in straight lines between frames. */
export function resample(joints: Float32Array, frames: number): Float32Array {
  const last = joints.length / COORDS - 1
  const out = new Float32Array(frames * COORDS)
  for (let t = 0; t < frames; t++) {
    const moment = frames === 1 ? last / 2 : (t * last) / (frames - 1)
    const before = Math.min(Math.floor(moment), Math.max(0, last - 1))
    const after = Math.min(before + 1, last)
    for (let i = 0; i < COORDS; i++) {
      const [a, b] = [joints[before * COORDS + i]!, joints[after * COORDS + i]!]
      out[t * COORDS + i] = a + (moment - before) * (b - a)
    }
  }
  return out
}
