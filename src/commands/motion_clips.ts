// Motions and what was said in them, brought together by name: the clips that every output is written from.

import { SignError } from '../base/errors.js'
import { type ClipWords, readClipWords } from '../data/clip_words.js'
import { normalise } from '../data/normalise.js'
import type { Clip } from '../motion/clip.js'
import { joint } from '../motion/skeleton.js'
import type { ClipWork } from './clip_work.js'
import type { MotionSource, SourceMotion } from './motion_source.js'

/** `neck`: neck at 0, shoulders 1/3 apart in every frame. `nine`: as the published Prompt2Sign tool has them, standardised over the clip and divided by 9. */
export type MotionForm = 'neck' | 'nine'

export interface ClipSettings {
  /** Language of the clips that tell none themselves. */
  readonly lang?: string | undefined
  /** A file of clip names, and files line for line beside it. */
  readonly names?: string | undefined
  readonly text?: string | undefined
  readonly gloss?: string | undefined
  readonly form?: MotionForm | undefined
}

/** What was said in clips, by their names; undefined where nobody tells. */
export type Words = ReadonlyMap<string, ClipWords> | undefined

/** The words in the files that the settings name. Throws as {@link readClipWords}, and ERR_USAGE for texts without names. */
export async function wordsOf({ names, text, gloss }: ClipSettings): Promise<Words> {
  if (names !== undefined) return readClipWords({ names, text, gloss })
  if (text === undefined && gloss === undefined) return undefined
  throw new SignError(
    'ERR_USAGE',
    (text ?? gloss)!,
    'wanted the names of the clips beside it, got none',
    'Pass --names, a file with a name a line',
  )
}

/** Throws ERR_DATA where no clip has words: then names are written in two ways. */
export function checkMatch(clips: readonly string[], words: Words, who: string): void {
  if (!words || clips.some((name) => words.has(name))) return
  const problem = `wanted clips named as in --names, such as '${words.keys().next().value}', got such as '${clips[0]}'`
  throw new SignError('ERR_DATA', who, problem, 'Names must be the same letter for letter')
}

/** The clips that words are there for, in the order of the words; all of them where there are no words. */
export function spokenNames({ names }: MotionSource, words: Words): readonly string[] {
  if (!words) return names
  const there = new Set(names)
  return [...words].flatMap(([name, { text }]) => (text !== '' && there.has(name) ? [name] : []))
}

/** These clips one after another, those left out that cannot be read or scaled. A language that nobody tells is the empty string. */
export async function* clipsOf(
  source: MotionSource,
  names: readonly string[],
  words: Words,
  { form = 'neck', lang = '' }: ClipSettings,
  work: ClipWork,
): AsyncGenerator<Clip> {
  for await (const { notes = [], quality: _, ...motion } of source.read(names, work.leaveOut)) {
    for (const note of notes) work.remark(motion.name, note)
    const joints = work.attempt(motion.name, () => jointsIn(form, motion))
    if (!joints) continue
    yield { text: '', language: lang, ...motion, joints, ...words?.get(motion.name) }
    work.done(motion.frames)
  }
}

/** In the normal scale, or in that of lifting. */
function jointsIn(form: MotionForm, { joints, frames, name }: SourceMotion): Float32Array {
  if (form === 'neck') return normalise(joints, frames, { who: name })
  // What was normalised already keeps its neck at 0, which nothing lifted has. Shoulders 1/3 apart become 1 apart, about what standardised clips have.
  const neck = joint.neck * 3
  return joints[neck] === 0 && joints[neck + 1] === 0 && joints[neck + 2] === 0 ? joints.map((value) => 3 * value) : joints
}
