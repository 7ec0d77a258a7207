// What is to be packed: a path as units that can be worked through one by one, each with motions in the layout and scale of the corpus.

import { existsSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { foldersIn, namesIn } from '../base/folder.js'
import { inLayoutScale } from '../data/layouts/scale.js'
import type { Detector } from '../formats/detector.js'
import type { Picture } from '../formats/picture.js'
import { videoIn } from '../formats/signverse/files.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { atRates, type RateSettings } from './clip_rates.js'
import { orLeftOut } from './clip_work.js'
import { jsonDetections } from './data_json2h5.js'
import type { DetectionSource } from './detection_source.js'
import { dwposeDetections, type VideoSettings } from './dwpose_detections.js'
import { liftedMotions } from './lifted_motions.js'
import { holdsMotions, isHdf5, type MotionSource, motionSource, prefixOf } from './motion_source.js'
import { motionsIn, pointMotions } from './point_motions.js'

export interface PackSourceSettings extends RateSettings, VideoSettings {
  readonly layout: LayoutName
  /** Language of the clips that tell none themselves. */
  readonly lang?: string | undefined
  readonly picture?: Picture | undefined
  readonly detector?: Detector | undefined
  readonly signal?: AbortSignal | undefined
}

/** Something with clips in it that is listed and read by itself. */
export interface PackUnit {
  /** Its parts are called by it. */
  readonly name: string
  readonly source: string
  open(): Promise<MotionSource>
}

/** Videos of a folder that make up a unit. */
const VIDEOS_A_UNIT = 32

/**
 * The units at a path: each `.tar` shard of a folder, every so many videos of a folder of videos, or all that is there. So a corpus of 40,000 videos is never listed as a
 * whole.
 */
export async function packUnits(path: string, settings: PackSourceSettings): Promise<PackUnit[]> {
  const unit = (name: string, paths: readonly string[]): PackUnit => ({
    name: fileName(name),
    source: paths.length === 1 ? paths[0]! : path,
    open: () => opened(paths, settings),
  })
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (!isFolder) return [unit(basename(prefixOf(path), endingOf(path)), [path])]
  const shards = (await namesIn(path)).filter((name) => extname(name).toLowerCase() === '.tar')
  if (shards.length > 0) return shards.map((name) => unit(basename(name, extname(name)), [join(path, name)]))
  const videos = await videoFolders(path)
  if (videos.length <= VIDEOS_A_UNIT) return [unit(basename(path), [path])]
  return Array.from({ length: Math.ceil(videos.length / VIDEOS_A_UNIT) }, (_, i) =>
    unit(`${basename(path)}-${String(i + 1).padStart(4, '0')}`, videos.slice(i * VIDEOS_A_UNIT, (i + 1) * VIDEOS_A_UNIT)),
  )
}

const endingOf = (path: string): string => (existsSync(path) ? extname(path) : '')

/** A name that is one of a file on every system. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]/gu, '_') || 'clips'

/** The folders of videos below a folder, where the first is one. */
async function videoFolders(path: string): Promise<string[]> {
  const root = existsSync(join(path, 'dataset')) ? join(path, 'dataset') : path
  const folders = (await foldersIn(root)).map((name) => join(root, name))
  const [first] = folders
  return first !== undefined && !(await videoIn(path)) && (await videoIn(first)) ? folders : []
}

async function opened(paths: readonly string[], settings: PackSourceSettings): Promise<MotionSource> {
  const sources: MotionSource[] = []
  for (const path of paths) sources.push(await sourceAt(path, settings))
  return together(sources)
}

function together(sources: readonly MotionSource[]): MotionSource {
  const owner = new Map(sources.flatMap((source) => source.names.map((name) => [name, source] as const)))
  return {
    names: sources.flatMap(({ names }) => names),
    tellsLanguage: sources.every(({ tellsLanguage }) => tellsLanguage),
    async *read(names, broken) {
      // Runs of one source's clips are read together.
      for (let from = 0; from < names.length; ) {
        const source = owner.get(names[from]!)!
        let to = from + 1
        while (to < names.length && owner.get(names[to]!) === source) to += 1
        yield* source.read(names.slice(from, to), broken)
        from = to
      }
    },
  }
}

async function sourceAt(path: string, settings: PackSourceSettings): Promise<MotionSource> {
  const { layout, lang, signal, videoFps, fps } = settings
  const detections = await detectionsAt(path, settings)
  if (!detections) {
    const source = await motionSource(path, lang, { layout, videoFps, fps, signal })
    // A corpus of sentences is in its scale once read.
    const isRead = ['.text', '.gloss'].some((ending) => existsSync(`${prefixOf(path)}${ending}`))
    return isRead ? motionsIn(source, layout) : inScale(motionsIn(source, layout))
  }
  if (layout === 'skeleton-50') return atRates(inScale(liftedMotions(detections, { who: path, signal })), { fps })
  if (layout === 'dwpose-128') return pointMotions(detections, { fps })
  throw new SignError('ERR_USAGE', path, `wanted what ${layout} can be made of, got detections`, 'Pass --layout dwpose-128 or skeleton-50')
}

/** What a detector saw, where that is what lies there. */
async function detectionsAt(path: string, settings: PackSourceSettings): Promise<DetectionSource | undefined> {
  if (isHdf5(path)) return undefined
  const dwpose = await dwposeDetections(path, settings)
  if (dwpose || (await holdsMotions(path)) || !existsSync(path)) return dwpose
  return jsonDetections({ in: path, ...settings, fps: settings.videoFps })
}

/** The source with its motions in the scale of their layout. */
function inScale(source: MotionSource): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) {
        const scaled = orLeftOut(motion.name, broken, () => inLayoutScale(motion, motion.name))
        if (scaled) yield scaled
      }
    },
  }
}
