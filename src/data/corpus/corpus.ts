// Loads a corpus in the field's layout, `<prefix>.skels .text .gloss .files` line for line, into normalised clips.

import { SignError } from '../../base/errors.js'
import { type CounterConvention, readSkels, type SkelsScale } from '../../formats/skels/skels.js'
import { type Clip, sameRate } from '../../motion/clip.js'
import { facing } from '../../motion/sides.js'
import { COORDS } from '../../motion/skeleton.js'
import { normalise } from '../normalise.js'
import { type Source, sourceLine } from '../source.js'
import { readCompanions, wordsOfClip } from './companions.js'
import { everyFrame } from './every_frame.js'
import { fitClip, type LengthLimits } from './limits.js'
import { readManifest } from './manifest.js'

/** Frames a second of a corpus that nobody tells of: those of PHOENIX14T. */
export const UNTOLD_RATE = 25

export interface CorpusSpec extends LengthLimits {
  /** Path without its ending: `data/train` for `data/train.skels` and its companions. */
  readonly skels: string
  /** Language tag of the clips for which neither `<prefix>.lang` nor the manifest names one. */
  readonly language?: string
  /** Frames a second of the stored frames; what the manifest says, where there is one. Default: that, else {@link UNTOLD_RATE}. */
  readonly fps?: number
  /** Default `text`. */
  readonly source?: Source
  /** Keep frames 0, k, 2k, …: `k = 2` halves the frame rate. Default 1. */
  readonly skipFrames?: number
  /** Divisor of the normalisation, see {@link normalise}. Default `frame`. */
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
  /** What was recognised in the file. Clips are normalised whatever it was. */
  readonly stored: {
    readonly counter: CounterConvention
    readonly scale: SkelsScale
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
  const file = await readSkels(`${prefix}.skels`)
  const companions = await readCompanions(prefix, file.sequences.length, source)
  const onlyLanguage = manifest?.languages.length === 1 ? manifest.languages[0] : undefined

  const kept = (joints: Float32Array, frames: number) => {
    const every = everyFrame(joints, COORDS, skipFrames)
    return { joints: every, frames: skipFrames === 1 ? frames : every.length / COORDS }
  }

  const clips: Clip[] = []
  for (const [index, sequence] of file.sequences.entries()) {
    const who = `${file.path}:${sequence.line}`
    const clip: Clip = {
      ...wordsOfClip(companions, index, { prefix, language: onlyLanguage ?? spec.language, who }),
      ...kept(facing(sequence.joints, sequence.frames), sequence.frames),
      fps: storedFps / skipFrames,
    }
    if (!sourceLine(clip, source)) {
      throw new SignError(
        'ERR_DATA',
        `${prefix}.${source}:${sequence.line}`,
        `wanted a ${source}, got a blank line`,
        'Delete this line in all companion files',
      )
    }
    const fitted = fitClip(clip, source, spec, who)
    if (!fitted) continue
    const trusted = file.scale === 'neck-shoulder-3' && (spec.normaliseBy ?? 'frame') === 'frame'
    const joints = trusted
      ? fitted.joints
      : normalise(fitted.joints, fitted.frames, {
          by: spec.normaliseBy ?? 'frame',
          who,
        })
    clips.push({ ...fitted, joints })
  }
  if (clips.length === 0) {
    const problem = `wanted at least one clip within the limits, got none of ${file.sequences.length}`
    throw new SignError('ERR_DATA', file.path, problem, 'Raise maxFrames or maxTokens')
  }
  const languages = [...new Set(clips.map((clip) => clip.language))].sort()
  const { counter, scale } = file
  return {
    clips,
    source,
    fps: storedFps / skipFrames,
    languages,
    dropped: file.sequences.length - clips.length,
    stored: { counter, scale },
  }
}

export function checkPositive(name: string, value: number, whole: boolean): void {
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return
  throw new SignError('ERR_CONFIG', `corpus.${name}`, `wanted a positive ${whole ? 'whole ' : ''}number, got ${value}`, 'Correct the value')
}
