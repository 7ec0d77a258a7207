// Motions out of whatever holds them: HDF5 of joints, `.pose` and our `.npz` files, a `.skels` corpus.

import { existsSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { namesIn, twinAmong } from '../base/folder.js'
import { input } from '../base/system_errors.js'
import { loadCorpus, UNTOLD_RATE } from '../data/corpus/corpus.js'
import { readManifest } from '../data/corpus/manifest.js'
import type { KeypointQuality } from '../data/keypoints/quality.js'
import { motionOfPose } from '../data/layouts/motion.js'
import { motionOfPoseIn, placesIn } from '../data/layouts/named_points.js'
import { outlierNotes } from '../data/pose_outliers.js'
import { manifestPath } from '../data/shards/manifest.js'
import { listClipHdf5 } from '../formats/hdf5/clips.js'
import { readMotionHdf5 } from '../formats/hdf5/motions.js'
import { readMotionNpz } from '../formats/npz.js'
import { readPose } from '../formats/pose/pose.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../formats/skels/companions.js'
import { layoutSequences } from '../formats/skels/layout_lines.js'
import { readSkels } from '../formats/skels/skels.js'
import type { Clip, NamedMotion } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { isSkeleton, layoutOfMotion, layouts } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { facing } from '../motion/sides.js'
import { atRates, type RateSettings } from './clip_rates.js'
import { dwposeDetections } from './dwpose_detections.js'
import { liftedMotions } from './lifted_motions.js'
import { packedSource } from './packed_source.js'
import { motionsIn, pointDetections, pointMotions } from './point_motions.js'
import { unseenNotes } from './unseen_notes.js'

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

export interface MotionOptions extends RateSettings {
  readonly signal?: AbortSignal | undefined
  /**
   * The layout that motions are wanted in; default the 50 joints, into which those without depth are lifted. Corpora are converted where that can be done, `.pose`
   * files read so where they have all its points. `own`: each as it is there; `.pose` files and detections in DWPose's points where they have these.
   */
  readonly layout?: LayoutName | 'own' | undefined
}

/** Whether a path names an HDF5 file. */
export const isHdf5 = (path: string): boolean => extname(path).toLowerCase() === '.h5'

/** What a path to a corpus is without its ending. */
export const prefixOf = (path: string): string => (path.endsWith('.skels') ? path.slice(0, -'.skels'.length) : path)

/**
 * What is at a path: an `.h5` of joints, a `.pose` or `.npz` file, a folder of them, DWPose data that tell their picture's size, or a corpus by its prefix. Throws ERR_DATA where there is none of these.
 *
 * @param language of a corpus that tells none
 * @param options the rates its motions are brought to; `signal` stops the reading
 */
export async function motionSource(path: string, language?: string, options: MotionOptions = {}): Promise<MotionSource> {
  return atRates(facingSigners(await storedMotions(path, language, options)), options)
}

/** The source, with the signer of every motion facing the camera, whichever side its file calls right. */
function facingSigners(source: MotionSource): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken))
        yield isSkeleton(motion) ? { ...motion, joints: facing(motion.joints, motion.frames) } : facingMotion(motion)
    },
  }
}

/** The motions as their files have them; `videoFps` is the rate of those that tell none. */
async function storedMotions(
  path: string,
  language: string | undefined,
  { videoFps: assumed, signal, layout }: MotionOptions,
): Promise<MotionSource> {
  if (isHdf5(path)) {
    const { names } = await listClipHdf5(path, { signal })
    const fps = assumed === undefined ? {} : { fps: assumed }
    return { names, tellsLanguage: false, read: (wanted, broken) => readMotionHdf5(path, { names: wanted, broken, signal, ...fps }) }
  }
  const packed = await packedSource(path, signal)
  if (packed) return layout === 'own' ? packed : motionsIn(packed, layout ?? 'skeleton-50')
  const detections = await dwposeDetections(path, { videoFps: assumed, signal })
  if (detections && (layout === 'own' || layout === 'dwpose-128')) return pointMotions(detections)
  if (detections) return liftedMotions(detections, { who: path, signal })
  if (existsSync(`${prefixOf(path)}.skels`)) return corpusSource(prefixOf(path), language, { videoFps: assumed, signal, layout })
  const files = await motionFilesAt(path)
  if (files.size > 0) return fileSource(files, signal, layout)
  throw noInput(path, motionInputs)
}

/** Whether a path other than HDF5 leads to motions; a folder may hold detections instead. */
export async function holdsMotions(path: string): Promise<boolean> {
  return existsSync(`${prefixOf(path)}.skels`) || existsSync(manifestPath(path)) || (await motionFilesAt(path)).size > 0
}

/** What a motion can be read from. */
export const motionInputs =
  'an .h5 file, .pose files, .npz files that signllm or DWPose wrote, a .tar shard of those, the prefix of a .skels corpus or a packed corpus'

/** That a path leads to none of the `inputs`. */
export function noInput(path: string, inputs: string): SignError {
  const stats = statSync(path, { throwIfNoEntry: false })
  const got = stats ? `a ${stats.isDirectory() ? 'folder with' : 'file that is'} none of these` : 'nothing at that path'
  return new SignError('ERR_DATA', path, `wanted ${inputs}, got ${got}`, 'Check the path')
}

const endsIn = (file: string, ending: string): boolean => extname(file).toLowerCase() === ending

/** The `.pose` file at a path, or those in the folder there, by the names of their clips. */
export function posesAt(path: string): Promise<Map<string, string>> {
  return filesAt(path, '.pose')
}

/** Files of one motion each: the `.pose` files at a path, or where there are none the `.npz` files. */
async function motionFilesAt(path: string): Promise<Map<string, string>> {
  const poses = await posesAt(path)
  return poses.size > 0 ? poses : filesAt(path, '.npz')
}

async function filesAt(path: string, ending: string): Promise<Map<string, string>> {
  if (!existsSync(path)) return new Map()
  const isFolder = await input(path, 'look what is there', async () => (await stat(path)).isDirectory())
  if (!isFolder) return new Map(endsIn(path, ending) ? [[nameOf(path), path]] : [])
  const files = (await namesIn(path)).filter((file) => endsIn(file, ending))
  const twin = twinAmong(files.map(nameOf))
  if (twin === undefined) return new Map(files.map((file) => [nameOf(file), join(path, file)]))
  const problem = `wanted clips named differently, got two named '${twin}': their endings differ, or how accents are put together`
  throw new SignError('ERR_DATA', path, problem, 'Rename one of them')
}

const nameOf = (path: string): string => basename(path, extname(path))

/** Of several files one that cannot be read is left out; of one there is nothing to leave it out of. */
function fileSource(paths: ReadonlyMap<string, string>, signal: AbortSignal | undefined, layout: MotionOptions['layout']): MotionSource {
  return {
    names: [...paths.keys()],
    tellsLanguage: false,
    async *read(names, broken) {
      for (const name of names) {
        signal?.throwIfAborted()
        const path = paths.get(name)!
        try {
          yield { name, ...(endsIn(path, '.npz') ? await readMotionNpz(path) : await readPoseMotion(path, layout)) }
        } catch (error) {
          if (paths.size === 1 || !(error instanceof SignError && error.code === 'ERR_DATA')) throw error
          broken(name, error)
        }
      }
    },
  }
}

async function corpusSource(
  prefix: string,
  language: string | undefined,
  { videoFps, signal, layout = 'skeleton-50' }: MotionOptions,
): Promise<MotionSource> {
  const clips = new Map((await corpusClips(prefix, language, videoFps)).map((clip) => [clip.name, clip]))
  const [first] = clips.values()
  const own = first && layoutOfMotion(first)
  if (own?.dims === 2 && layout === 'skeleton-50') return liftedMotions(pointDetections(clips), { who: prefix, signal })
  const source: MotionSource = {
    names: [...clips.keys()],
    tellsLanguage: [...clips.values()].every(({ language: told }) => told !== undefined),
    async *read(names) {
      for (const name of names) yield clips.get(name)!
    },
  }
  return layout === 'own' || own?.name === layout ? source : motionsIn(source, layout)
}

/** The clips of a corpus, of whatever length; of motions without words, the motions, by the names in `.files` where there is one. */
async function corpusClips(prefix: string, language: string | undefined, assumed = UNTOLD_RATE): Promise<SourceMotion[]> {
  const source = (['text', 'gloss'] as const).find((ending) => existsSync(`${prefix}.${ending}`))
  const manifest = await readManifest(`${prefix}.json`)
  const told = manifest?.fps
  if (source) {
    const endless = { maxFrames: Number.POSITIVE_INFINITY, maxTokens: Number.POSITIVE_INFINITY }
    const spec = {
      skels: prefix,
      source,
      fps: told ?? assumed,
      layout: 'any' as const,
      ...endless,
      ...(language === undefined ? {} : { language }),
    }
    return [...(await loadCorpus(spec)).clips]
  }
  const sequences = await sequencesOf(`${prefix}.skels`, manifest?.layout)
  const files = await readCompanion(`${prefix}.files`)
  if (files) {
    checkAligned(`${prefix}.skels`, sequences.length, `${prefix}.files`, files)
    checkNamesDiffer(`${prefix}.files`, files)
  }
  return sequences.map(({ line, ...motion }, i) => ({
    name: files?.[i] || `${basename(prefix)}-${line}`,
    ...motion,
    fps: told ?? assumed,
  }))
}

/** The motions of a file of lines, in whatever scale they are. */
async function sequencesOf(
  path: string,
  layout: LayoutName = 'skeleton-50',
): Promise<readonly (Pick<Clip, 'joints' | 'frames' | 'layout' | 'confidence'> & { readonly line: number })[]> {
  if (layout === 'skeleton-50') return (await readSkels(path)).sequences
  const sequences = []
  for await (const sequence of layoutSequences(path, layouts[layout])) sequences.push({ ...sequence, layout })
  return sequences
}

async function readPoseMotion(path: string, layout: MotionOptions['layout'] = 'skeleton-50'): Promise<Omit<SourceMotion, 'name'>> {
  const pose = await readPose(path)
  const wanted = layout === 'own' ? 'dwpose-128' : layout
  if (wanted !== 'skeleton-50' && placesIn(pose, layouts[wanted])) return motionOfPoseIn(pose, layouts[wanted], path)
  const { joints, frames, fps, quality, gross, outliers, unseen } = motionOfPose(pose, { who: path })
  const notes = [...quality.notes, ...unseenNotes(unseen)]
  // A fingertip out of place here and there is for the report only.
  const minor = gross ? [] : outlierNotes({ byFrame: outliers })
  return { joints, frames, fps, notes: notes.filter((note) => !minor.includes(note)), quality: { ...quality, name: nameOf(path), notes } }
}
