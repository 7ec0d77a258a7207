// Loads a corpus in the field's layout, `<prefix>.skels .text .gloss .files` line for line, into normalised clips.

import { SignError } from '../../base/errors.js'
import { layoutSequences } from '../../formats/skels/layout_lines.js'
import { type CounterConvention, readSkels, type SkelsScale } from '../../formats/skels/skels.js'
import { everyFrameOf } from '../../motion/between_frames.js'
import { type Clip, sameRate } from '../../motion/clip.js'
import type { LayoutName, Scale } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { facing } from '../../motion/sides.js'
import { inLayoutScale } from '../layouts/scale.js'
import { normalise } from '../normalise.js'
import { type Source, sourceLine } from '../source.js'
import { readCompanions, wordsOfClip } from './companions.js'
import { fitClip, type LengthLimits } from './limits.js'
import { readManifest } from './manifest.js'

/** Frames a second of a corpus that nobody tells of: those of PHOENIX14T. */
export const UNTOLD_RATE = 25

export interface CorpusSpec extends LengthLimits {
  /** Path without its ending: `data/train` for `data/train.skels` and its companions. */
  readonly skels: string
  /** Language tag of the clips for which neither `<prefix>.lang` nor the manifest names one. */
  readonly language?: string
  /** Frames a second of the stored frames; what the manifest says, where there is one. Default: that, else `UNTOLD_RATE`. */
  readonly fps?: number
  /** Default `text`. */
  readonly source?: Source
  /** Keep frames 0, k, 2k, …: `k = 2` halves the frame rate. Default 1. */
  readonly skipFrames?: number
  /** What the numbers of a frame are; `any`: whatever the manifest says. Default `skeleton-50`. */
  readonly layout?: LayoutName | 'any'
  /** Divisor of the normalisation of 50 joints, see `normalise`. Default `frame`. */
  readonly normaliseBy?: 'frame' | 'clip'
}

export interface Corpus {
  readonly clips: readonly Clip[]
  readonly source: Source
  /** Frames a second of the clips, after skipping. */
  readonly fps: number
  /** Language tags that occur, sorted. */
  readonly languages: readonly string[]
  /** Clips left out for their length. */
  readonly dropped: number
  /** What the numbers of its frames are. */
  readonly layout: LayoutName
  /** What was recognised in the file. Clips are normalised whatever it was. */
  readonly stored: {
    readonly counter: CounterConvention
    readonly scale: SkelsScale | Scale
  }
}

/**
 * Reads and normalises a corpus; signers face the camera in all clips (motion/sides.ts). A missing `.files` names the clips by line; a missing `.text` is forgiven
 * where the source is `gloss`.
 * Throws ERR_DATA naming the file and line for: a broken `.skels`, companions of another length (both files, both counts), a blank source line, two clips
 * of one name, a clip over the limits (see {@link LengthLimits}), no known language, and nothing left after dropping; ERR_CONFIG for a nonsensical spec, and for a frame
 * rate that is not the manifest's.
 */
export async function loadCorpus(spec: CorpusSpec): Promise<Corpus> {
  const { skels: prefix, source = 'text', skipFrames = 1 } = spec
  checkPositive('skipFrames', skipFrames, true)
  const manifest = await readManifest(`${prefix}.json`)
  const storedFps = spec.fps ?? manifest?.fps ?? UNTOLD_RATE
  checkPositive('fps', storedFps, false)
  if (manifest && !sameRate(storedFps, manifest.fps)) {
    const problem = `wanted ${storedFps} frames per second (fps), got ${manifest.fps} in the manifest of the corpus`
    throw new SignError(
      'ERR_CONFIG',
      `${prefix}.json`,
      problem,
      `Leave fps out, or resample the corpus: signllm data convert --fps ${storedFps}`,
    )
  }
  const layout = layoutOfCorpus(spec, manifest?.layout)
  const file = await storedMotions(prefix, layout, manifest?.normalisation)
  const companions = await readCompanions(prefix, file.motions.length, source)
  const onlyLanguage = manifest?.languages.length === 1 ? manifest.languages[0] : undefined

  const clips: Clip[] = []
  for (const [index, { line, ...motion }] of file.motions.entries()) {
    const who = `${prefix}.skels:${line}`
    const words = wordsOfClip(companions, index, { prefix, language: onlyLanguage ?? spec.language, who })
    const clip: Clip = everyFrameOf({ ...words, ...motion, fps: storedFps / skipFrames }, skipFrames)
    if (!sourceLine(clip, source)) {
      throw new SignError(
        'ERR_DATA',
        `${prefix}.${source}:${line}`,
        `wanted a ${source}, got a blank line`,
        'Delete this line in all companion files',
      )
    }
    const fitted = fitClip(clip, source, spec, who)
    if (fitted) clips.push(file.scaled(fitted, spec.normaliseBy ?? 'frame', who))
  }
  if (clips.length === 0) {
    const problem = `wanted at least one clip within the limits, got none of ${file.motions.length}`
    throw new SignError('ERR_DATA', `${prefix}.skels`, problem, 'Raise maxFrames or maxTokens')
  }
  const languages = [...new Set(clips.map((clip) => clip.language))].sort()
  return {
    clips,
    source,
    fps: storedFps / skipFrames,
    languages,
    dropped: file.motions.length - clips.length,
    layout,
    stored: file.stored,
  }
}

/** The layout of a corpus. Throws ERR_DATA where it is not the one that is wanted. */
function layoutOfCorpus({ skels: prefix, layout: wanted = 'skeleton-50' }: CorpusSpec, told: LayoutName | undefined): LayoutName {
  // What tells nothing of itself is what it is wanted to be.
  if (wanted === 'any' || told === wanted) return told ?? 'skeleton-50'
  if (told === undefined && wanted !== 'skeleton-50') return wanted
  if (told === undefined) return 'skeleton-50'
  const problem = `wanted motions of ${wanted}, got those of ${told}`
  throw new SignError(
    'ERR_DATA',
    `${prefix}.json`,
    problem,
    `Convert the corpus (signllm data convert --layout ${wanted}), or train text-to-pose with model.layout: ${told}`,
  )
}

/** The motions of a corpus as its file has them, and how they come to their layout's scale. */
interface StoredMotions {
  readonly motions: readonly (Pick<Clip, 'joints' | 'frames' | 'layout' | 'confidence'> & { readonly line: number })[]
  readonly stored: Corpus['stored']
  scaled(clip: Clip, by: 'frame' | 'clip', who: string): Clip
}

async function storedMotions(prefix: string, name: LayoutName, told: string | undefined): Promise<StoredMotions> {
  const path = `${prefix}.skels`
  if (name === 'skeleton-50') {
    const { sequences, counter, scale } = await readSkels(path)
    return {
      motions: sequences.map((sequence) => ({ ...sequence, joints: facing(sequence.joints, sequence.frames) })),
      stored: { counter, scale },
      scaled: (clip, by, who) => {
        if (scale === 'neck-shoulder-3' && by === 'frame') return clip
        return { ...clip, joints: normalise(clip.joints, clip.frames, { by, who }) }
      },
    }
  }
  const layout = layouts[name]
  const motions: { joints: Float32Array; frames: number; layout: LayoutName; line: number }[] = []
  for await (const sequence of layoutSequences(path, layout)) motions.push({ ...sequence, layout: name })
  if (motions.length === 0)
    throw new SignError('ERR_DATA', path, 'wanted at least one sequence, got an empty file', 'Write one sequence per line')
  const scale = told === layout.scale ? told : 'other'
  return {
    motions,
    stored: { counter: 'zero-based i/N', scale },
    scaled: (clip, _, who) => (scale === 'other' ? inLayoutScale(clip, who) : clip),
  }
}

export function checkPositive(name: string, value: number, whole: boolean): void {
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return
  throw new SignError('ERR_CONFIG', `corpus.${name}`, `wanted a positive ${whole ? 'whole ' : ''}number, got ${value}`, 'Correct the value')
}
