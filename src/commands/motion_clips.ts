// Motions and what was said in them, brought together by name: the clips that every output is written from.

import { SignError } from '../base/errors.js'
import { type ClipWords, readClipWords } from '../data/clip_words.js'
import { inLayoutScale } from '../data/layouts/scale.js'
import { normalise } from '../data/normalise.js'
import type { Clip } from '../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { joint } from '../motion/skeleton.js'
import type { ClipWork } from './clip_work.js'
import type { MotionSource, SourceMotion } from './motion_source.js'

/** `neck`: neck at the origin and shoulder width 1/3 in every frame. `nine`: as the published Prompt2Sign tool has them, standardised over the clip and divided by 9. */
export type Normalisation = 'neck' | 'nine'

export interface ClipSettings {
  /** Language of the clips that tell none themselves. */
  readonly lang?: string | undefined
  /** A file of clip names, and files line for line beside it. */
  readonly names?: string | undefined
  readonly text?: string | undefined
  readonly gloss?: string | undefined
  readonly normalisation?: Normalisation | undefined
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
    'Pass --names, a file with one name per line',
  )
}

/**
 * The words under the names as the clips spell them: macOS takes accents apart. Throws ERR_DATA where no clip has words: then names are written in two ways.
 */
export function matchWords(clips: readonly string[], words: Words, who: string): Words {
  if (!words) return undefined
  const spelling = new Map(clips.map((name) => [name.normalize('NFC'), name]))
  const matched = new Map([...words].map(([name, said]) => [spelling.get(name.normalize('NFC')) ?? name, said]))
  if (clips.some((name) => matched.has(name))) return matched
  const problem = `wanted clips named as in --names, such as '${words.keys().next().value}', got such as '${clips[0]}'`
  throw new SignError('ERR_DATA', who, problem, `Names must be the same letter for letter${howNamesWouldMatch(clips, [...words.keys()])}`)
}

/** A name as the clips spell it, see {@link matchWords}; as it is where there is none such. */
export function spelledAsIn(clips: readonly string[], name: string): string {
  return clips.find((clip) => clip.normalize('NFC') === name.normalize('NFC')) ?? name
}

/** How many of the `names` would be clips, and spelled how: other tools name clips by path, by file, or in other capitals. Nothing where none would. */
export function howNamesWouldMatch(clips: readonly string[], names: readonly string[]): string {
  const ways: readonly (readonly [string, (name: string) => string])[] = [
    ['without folders', bare],
    ['without endings', withoutEnding],
    ['without folders and endings', (name) => withoutEnding(bare(name))],
    ['in the same capitals', (name) => name.toLowerCase()],
  ]
  for (const [how, change] of ways) {
    const changed = new Set(clips.map((name) => change(name.normalize('NFC'))))
    const count = names.filter((name) => changed.has(change(name.normalize('NFC')))).length
    if (count > 0) return `: ${how}, ${count} of ${names.length} would be`
  }
  return ''
}

const bare = (name: string): string => name.replace(/^.*[/\\]/u, '')
const withoutEnding = (name: string): string => name.replace(/\.[A-Za-z0-9]{1,5}$/u, '')

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
  { normalisation = 'neck', lang = '' }: ClipSettings,
  work: ClipWork,
): AsyncGenerator<Clip> {
  for await (const { notes = [], quality: _, ...motion } of source.read(names, work.leaveOut)) {
    for (const note of notes) work.remark(motion.name, note)
    const scaled = work.attempt(motion.name, () => scaledTo(normalisation, motion))
    if (!scaled) continue
    yield { text: '', language: lang, ...scaled, ...words?.get(motion.name) }
    work.done(motion.frames)
  }
}

/** The motion in the scale that is asked for, which only the 50 joints have several of. */
function scaledTo<M extends SourceMotion>(normalisation: Normalisation, motion: M): M {
  if (isSkeleton(motion)) return { ...motion, joints: jointsIn(normalisation, motion) }
  if (normalisation === 'neck') return inLayoutScale(motion, motion.name)
  const problem = `wanted normalisation neck for ${layoutOfMotion(motion).name}, got ${normalisation}, which the 50 joints have`
  throw new SignError('ERR_USAGE', motion.name, problem, 'Leave --normalisation out')
}

/** In the normal scale, or in that of lifting. */
function jointsIn(normalisation: Normalisation, { joints, frames, name }: SourceMotion): Float32Array {
  if (normalisation === 'neck') return normalise(joints, frames, { who: name })
  // What was normalised already keeps its neck at 0, which nothing lifted has. Shoulders 1/3 apart become 1 apart, about what standardised clips have.
  const neck = joint.neck * 3
  return joints[neck] === 0 && joints[neck + 1] === 0 && joints[neck + 2] === 0 ? joints.map((value) => 3 * value) : joints
}
