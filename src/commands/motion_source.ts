// Motions out of whatever holds them: HDF5 of joints, `.pose` files, a `.skels` corpus.

import { existsSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { namesIn, twinAmong } from '../base/folder.js'
import { loadCorpus, UNTOLD_RATE } from '../data/corpus.js'
import { readManifest } from '../data/corpus_manifest.js'
import type { KeypointQuality } from '../data/keypoint_quality.js'
import { motionOfPose } from '../data/layouts_motion.js'
import { listClipHdf5 } from '../formats/clip_hdf5.js'
import { readMotionHdf5 } from '../formats/motions_hdf5.js'
import { readPose } from '../formats/pose.js'
import { readSkels } from '../formats/skels.js'
import type { Clip, NamedMotion } from '../motion/clip.js'
import { facing } from '../motion/sides.js'
import { atRates, type RateSettings } from './clip_rates.js'

/** A motion in any scale, and what its file tells of it beside. */
export type SourceMotion = NamedMotion &
  Partial<Pick<Clip, 'text' | 'gloss' | 'language'>> & {
    /** What whoever uses it should know. */
    readonly notes?: readonly string[]
    /** The report on it, where detections stand behind it. */
    readonly quality?: KeypointQuality
  }

export interface MotionSource {
  readonly names: readonly string[]
  /** Whether every clip tells its language. */
  readonly tellsLanguage: boolean
  /** These motions in this order, one after another. `broken` is told of one that cannot be read, which is left out. */
  read(names: readonly string[], broken: (name: string, error: SignError) => void): AsyncGenerator<SourceMotion>
}

/** What a path to a corpus is without its ending. */
export const prefixOf = (path: string): string => (path.endsWith('.skels') ? path.slice(0, -'.skels'.length) : path)

/**
 * What is at a path: an `.h5` of joints, a `.pose` file, a folder of them, or a corpus by its prefix. Throws ERR_DATA where there is none of these.
 *
 * @param language of a corpus that tells none
 * @param options the rates its motions are brought to; `signal` stops the reading of HDF5
 */
export async function motionSource(
  path: string,
  language?: string,
  options: RateSettings & { readonly signal?: AbortSignal | undefined } = {},
): Promise<MotionSource> {
  return atRates(facingSigners(await storedMotions(path, language, options)), options)
}

/** The source, with the signer of every motion facing the camera, whichever side its file calls right. */
function facingSigners(source: MotionSource): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) yield { ...motion, joints: facing(motion.joints, motion.frames) }
    },
  }
}

/** The motions as their files have them; `videoFps` is the rate of those that tell none. */
async function storedMotions(
  path: string,
  language: string | undefined,
  { videoFps: assumed, signal }: Parameters<typeof motionSource>[2] & {},
): Promise<MotionSource> {
  if (extname(path) === '.h5') {
    const { names } = await listClipHdf5(path, { signal })
    const fps = assumed === undefined ? {} : { fps: assumed }
    return { names, tellsLanguage: false, read: (wanted, broken) => readMotionHdf5(path, { names: wanted, broken, signal, ...fps }) }
  }
  if (existsSync(`${prefixOf(path)}.skels`)) return corpusSource(prefixOf(path), language, assumed)
  const poses = await posesAt(path)
  if (poses.size > 0) return poseSource(poses)
  const problem = 'wanted an .h5 file, .pose files or the prefix of a .skels corpus, got none of these'
  throw new SignError('ERR_DATA', path, problem, 'Check the path')
}

/** Whether a path other than HDF5 leads to motions; a folder may hold detections instead. */
export async function holdsMotions(path: string): Promise<boolean> {
  return existsSync(`${prefixOf(path)}.skels`) || (await posesAt(path)).size > 0
}

/** The `.pose` file at a path, or those in the folder there, by the names of their clips. */
export async function posesAt(path: string): Promise<Map<string, string>> {
  if (extname(path) === '.pose') return new Map([[nameOf(path), path]])
  const poses = new Map((await posesIn(path)).map((file) => [nameOf(file), join(path, file)]))
  const twin = twinAmong(poses.keys())
  if (twin === undefined) return poses
  const problem = `wanted clips named differently, got two named '${twin}', with accents put together in two ways`
  throw new SignError('ERR_DATA', path, problem, 'Rename one of them')
}

async function posesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  return (await namesIn(folder)).filter((file) => extname(file) === '.pose')
}

const nameOf = (path: string): string => basename(path, extname(path))

function poseSource(paths: ReadonlyMap<string, string>): MotionSource {
  return {
    names: [...paths.keys()],
    tellsLanguage: false,
    async *read(names, broken) {
      for (const name of names) {
        const path = paths.get(name)!
        try {
          const { joints, frames, fps, quality, gross, depth } = motionOfPose(await readPose(path), { who: path })
          yield { name, joints, frames, fps, notes: gross || depth === 'none' ? quality.notes : [], quality: { ...quality, name } }
        } catch (error) {
          if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
          broken(name, error)
        }
      }
    },
  }
}

async function corpusSource(prefix: string, language: string | undefined, assumed: number | undefined): Promise<MotionSource> {
  const clips = new Map((await corpusClips(prefix, language, assumed)).map((clip) => [clip.name, clip]))
  return {
    names: [...clips.keys()],
    tellsLanguage: [...clips.values()].every(({ language: told }) => told !== undefined),
    async *read(names) {
      for (const name of names) yield clips.get(name)!
    },
  }
}

/** The clips of a corpus, of whatever length; of motions without words, the motions. */
async function corpusClips(prefix: string, language: string | undefined, assumed = UNTOLD_RATE): Promise<SourceMotion[]> {
  const source = (['text', 'gloss'] as const).find((ending) => existsSync(`${prefix}.${ending}`))
  const told = (await readManifest(`${prefix}.json`))?.fps
  if (source) {
    const endless = { maxFrames: Number.POSITIVE_INFINITY, maxTokens: Number.POSITIVE_INFINITY }
    const spec = { skels: prefix, source, fps: told ?? assumed, ...endless, ...(language === undefined ? {} : { language }) }
    return [...(await loadCorpus(spec)).clips]
  }
  const { sequences } = await readSkels(`${prefix}.skels`)
  return sequences.map(({ joints, frames, line }) => ({ name: `${basename(prefix)}-${line}`, joints, frames, fps: told ?? assumed }))
}
