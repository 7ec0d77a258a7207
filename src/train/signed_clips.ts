// Clips of signing with their sentences, as frames of numbers: what tasks that read signing learn from.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { inTurns } from '../base/in_turns.js'
import { loadCorpus } from '../data/corpus/corpus.js'
import { type FramesClip, loadFrames } from '../data/corpus/frames.js'
import type { FrameSpan, SyntheticOptions } from '../data/synthetic/corpus.js'
import { syntheticIn } from '../data/synthetic/in_layout.js'
import { type Clip, sameRate } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'

/** A clip of frames, which may tell when what is signed. */
export interface SignedClip extends FramesClip {
  /** The frames of each word of the text, where the corpus knows them. */
  readonly spans?: readonly FrameSpan[]
}

export type Split = 'train' | 'dev' | 'test'

/** A corpus as run files of these tasks have it. */
export type ClipsEntry =
  | { readonly synthetic: SyntheticOptions }
  | ({
      readonly language: string
      readonly fps: number | null
      readonly skipFrames: number
      readonly numbers?: number
      readonly videos?: string
    } & {
      readonly [split in Split]?: string
    })

/**
 * The clips of one split of some corpora, whose frames are the points of a layout, corpora taking turns where they are held out. Throws ERR_DATA or ERR_CONFIG naming
 * file and line for what cannot be read.
 */
export async function loadSignedClips(entries: readonly ClipsEntry[], split: Split, layout: LayoutName): Promise<SignedClip[]> {
  const lists = await Promise.all(entries.map((entry) => clipsOf(entry, split, layout)))
  return split === 'train' ? lists.flat() : inTurns(lists)
}

/** A clip of points as frames of their coordinates. */
const framesOf = <C extends Clip>({ joints, ...clip }: C) => ({ ...clip, values: joints })

async function clipsOf(entry: ClipsEntry, split: Split, layout: LayoutName): Promise<SignedClip[]> {
  if ('synthetic' in entry) return syntheticIn(layout, entry.synthetic)[split].map(framesOf)
  const path = entry[split]
  if (path === undefined) return []
  const { language, numbers, skipFrames } = entry
  const common = { skels: path, language, skipFrames, layout, ...(entry.fps === null ? {} : { fps: entry.fps }) }
  const clips =
    numbers === undefined ? (await loadCorpus({ ...common, ...unlimited })).clips.map(framesOf) : await loadFrames({ ...common, numbers })
  const own = clips.filter((clip) => clip.language === language)
  if (own.length > 0) return own
  throw new SignError('ERR_DATA', `${path}.skels`, `wanted clips of ${language}, got none`, 'Check the language tag')
}

/** How long clips may be, the model's sizes say. */
const unlimited = { maxFrames: Number.MAX_SAFE_INTEGER, maxTokens: Number.MAX_SAFE_INTEGER }

/** The one layout and frame rate of all clips. Throws ERR_DATA or ERR_CONFIG where one has another. */
export function oneKind(clips: readonly SignedClip[]): { numbers: number; fps: number } {
  const [{ values, frames, fps, name }] = clips as [SignedClip]
  const numbers = values.length / frames
  for (const clip of clips) {
    const got = clip.values.length / clip.frames
    if (got !== numbers)
      throw new SignError('ERR_DATA', clip.name, `wanted ${numbers} numbers a frame, as '${name}' has, got ${got}`, 'Train on one layout')
    if (!sameRate(clip.fps, fps)) {
      const problem = `wanted ${fps} frames per second, as '${name}' has, got ${clip.fps}`
      throw new SignError(
        'ERR_CONFIG',
        clip.name,
        problem,
        'Set fps and skipFrames so that all agree, or resample: signllm data convert --fps',
      )
    }
  }
  return { numbers, fps }
}

/** What a clip is refused with that is longer than a model's tables: `limit` is the key of the run file's model that says so. */
export function tooLong(clip: string, limit: string, most: number, unit: string, got: number): SignError {
  return new SignError('ERR_DATA', clip, `wanted at most ${most} ${unit} (${limit}), got ${got}`, `Raise model.${limit}`)
}

/** A dev split that holds clips of the training split measures how well they are remembered. */
export function sameClips(train: readonly { readonly name: string }[], dev: readonly { readonly name: string }[]): string[] {
  const names = new Set(train.map(({ name }) => name))
  const same = dev.filter(({ name }) => names.has(name))
  if (same.length === 0) return []
  const which = `${same.length} of ${counted(dev.length, 'dev clip')}, such as '${same[0]!.name}'`
  return [`${which}, in the training split too: validations do not show how well the model generalises`]
}
