// `signllm data inspect`: a page that shows what a corpus, or a file of detections or joints, is like.

import { existsSync } from 'node:fs'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { checkCorpus } from '../data/corpus/check.js'
import { readManifest } from '../data/corpus/manifest.js'
import { cleanKeypoints } from '../data/keypoints/clean.js'
import { keypointQuality } from '../data/keypoints/quality.js'
import { normalise } from '../data/normalise.js'
import { manifestPath, readShardManifest } from '../data/shards/manifest.js'
import { holdsDwposeLines } from '../formats/dwpose/lines.js'
import { listClipHdf5 } from '../formats/hdf5/clips.js'
import { readKeypointHdf5 } from '../formats/hdf5/keypoints.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { layouts } from '../motion/layout/layouts.js'
import { type InspectedClip, type Inspection, writeInspection } from '../outputs/inspection/inspection.js'
import { type BrokenClip, ClipWork, type ClipWorkOptions } from './clip_work.js'
import { clipsOf } from './motion_clips.js'
import { isHdf5, type MotionSource, motionSource, prefixOf } from './motion_source.js'
import { readQuality } from './quality_log.js'

export interface DataInspectOptions extends ClipWorkOptions {
  readonly out: string
  /** Language of clips that tell none. */
  readonly lang?: string | undefined
}

export interface DataInspectSummary {
  readonly out: string
  readonly clips: number
  readonly findings: number
  readonly broken: readonly BrokenClip[]
}

/** Writes the page. Throws ERR_DATA where nothing can be read or no clip is left, ERR_OUTPUT where it cannot be written. */
export async function dataInspect(path: string, options: DataInspectOptions): Promise<DataInspectSummary> {
  const hdf5 = isHdf5(path) ? await listClipHdf5(path, { signal: options.signal }) : undefined
  const { clips, broken } = await (hdf5?.content === 'keypoints' ? seen(path, hdf5.names, options) : moved(path, options))
  if (clips.length === 0) {
    const problem = `wanted at least one clip to show, got ${broken.length} that are broken`
    throw new SignError('ERR_DATA', path, problem, broken[0]?.problem ?? 'Name another file')
  }
  const found =
    existsSync(`${prefixOf(path)}.skels`) && !(await holdsDwposeLines(`${prefixOf(path)}.skels`))
      ? await corpusFindings(prefixOf(path))
      : {}
  await writeInspection(options.out, { title: path, clips, ...found })
  return { out: options.out, clips: clips.length, findings: found.findings?.length ?? 0, broken }
}

interface Collected {
  readonly clips: readonly InspectedClip[]
  readonly broken: readonly BrokenClip[]
}

async function moved(path: string, options: DataInspectOptions): Promise<Collected> {
  const source = await motionSource(path, options.lang ?? UNKNOWN, { signal: options.signal })
  const work = new ClipWork(source.names.length, options)
  const layout = await layoutAt(path)
  if (layout !== undefined && layout !== 'skeleton-50')
    work.remark(path, `its motions are of ${layout} and shown as the 50 joints, ${wayTo50(layout)}`)
  // What the detector did not see is in no corpus, but in the report that was made with it.
  const quality = await readQuality(`${prefixOf(path)}.quality.json`)
  const missing = new Map(quality?.clips.map((clip) => [clip.name, clip.missing]))
  const clips: InspectedClip[] = []
  const reported: MotionSource = {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) {
        if (motion.quality) missing.set(motion.name, motion.quality.missing)
        yield motion
      }
    },
  }
  for await (const clip of clipsOf(reported, source.names, undefined, { lang: options.lang ?? UNKNOWN }, work)) {
    const unseen = missing.get(clip.name)
    clips.push({ clip, ...(unseen ? { missing: unseen } : {}) })
  }
  work.end()
  return { clips, broken: work.broken }
}

/** The layout that a corpus says its motions are of; undefined where none is told. */
async function layoutAt(path: string): Promise<LayoutName | undefined> {
  const packed = existsSync(manifestPath(path)) ? await readShardManifest(path) : undefined
  return packed?.layout ?? (await readManifest(`${prefixOf(path)}.json`).catch(() => undefined))?.layout
}

const wayTo50 = (layout: LayoutName): string =>
  layouts[layout].dims === 2
    ? 'which were lifted: their depth is guessed, and a face is left out'
    : 'found by the names of its points: the others are left out'

const UNKNOWN = 'unknown'

/** Detections as flat motions, cleaned as lifting takes them, with what of them was not seen. */
async function seen(path: string, names: readonly string[], options: DataInspectOptions): Promise<Collected> {
  const work = new ClipWork(names.length, options)
  const clips: InspectedClip[] = []
  for await (const clip of readKeypointHdf5(path, { broken: work.leaveOut, signal: options.signal })) {
    const flat = work.attempt(clip.name, () => flatClip(clip, options.lang ?? UNKNOWN))
    if (flat) clips.push(flat)
    work.done(clip.frames)
  }
  work.end()
  return { clips, broken: work.broken }
}

function flatClip(clip: KeypointClip, language: string): InspectedClip {
  const { clip: clean, outliers, notes } = cleanKeypoints(clip)
  const { missing, dropped } = keypointQuality(clip, { outliers })
  const { name, frames, fps } = clean
  const flat = clean.keypoints.map((value, i) => (i % KEYPOINT === 2 ? 0 : value))
  const findings = [...(dropped > 0 ? [`nobody seen in ${counted(dropped, 'frame')}`] : []), ...notes]
  return { clip: { name, frames, fps, language, text: '', joints: normalise(flat, frames, { who: name }) }, findings, missing }
}

async function corpusFindings(prefix: string): Promise<Pick<Inspection, 'about' | 'findings'>> {
  const { findings } = await checkCorpus(prefix)
  const manifest = await readManifest(`${prefix}.json`).catch(() => undefined)
  const told =
    manifest?.version === 2
      ? ([
          ['licence', manifest.licence ?? 'not stated'],
          ['made', manifest.made],
        ] as const)
      : []
  return { about: told, findings }
}
