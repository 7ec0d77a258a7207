// `signllm data convert`: from what a detector wrote, or from any file of motions, to a corpus or any file of motions, in one command.
// Detections go through the three steps json2h5, lift and skels; the files between them lie beside the output until all is done.

import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { someOf } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { output } from '../base/files.js'
import type { KeypointQuality } from '../data/keypoints/quality.js'
import type { DetectionOptions } from '../formats/detections.js'
import { listClipHdf5 } from '../formats/hdf5/clips.js'
import { partialHdf5 } from '../formats/hdf5/clips_write.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { type BrokenClip, checkFresh, type ResumeOptions } from './clip_work.js'
import { jsonDetections, keypointsToHdf5 } from './data_json2h5.js'
import { dataLift, type LiftSettings } from './data_lift.js'
import type { DetectionSource } from './detection_source.js'
import { dwposeDetections, type VideoSettings } from './dwpose_detections.js'
import { matchWords, spelledAsIn, type Words, wordsOf } from './motion_clips.js'
import { holdsMotions, isHdf5, type MotionSource, motionInputs, motionSource, noInput, posesAt } from './motion_source.js'
import { checkTarget, NAME, type TargetSettings, type TargetSummary, targetFile, writeTarget } from './motion_target.js'
import { motionsIn, pointMotions } from './point_motions.js'
import { flatPoses, poseDetections } from './pose_detections.js'
import { QualityLog } from './quality_log.js'
import { warn } from './say.js'

export interface DataConvertOptions
  extends Omit<DetectionOptions, 'broken' | 'fps'>,
    VideoSettings,
    LiftSettings,
    TargetSettings,
    ResumeOptions {
  readonly in: string
  readonly out: string
  /** Only this clip. */
  readonly clip?: string | undefined
  /** What the numbers of a frame are to be. Default `skeleton-50`, into which what has no depth is lifted; in other layouts nothing is lifted. */
  readonly layout?: LayoutName | undefined
}

export interface DataConvertSummary extends TargetSummary {
  /** The report on detections, those in `.pose` files included. */
  readonly quality?: string
}

/** Converts. Throws ERR_USAGE where the output is there already or does not fit the input, before anything is written, and what the steps throw. */
export async function dataConvert(given: DataConvertOptions): Promise<DataConvertSummary> {
  const { in: path, out } = given
  const steps = { clips: `${out}.clips.h5`, lifted: `${out}.lifted.h5` }
  const between = [steps.clips, steps.lifted].flatMap((file) => [file, partialHdf5(file)])
  checkFresh(targetFile(out), given, between)
  const said = await wordsOf(given)
  const found = await inputOf(path, given)
  const input = inLayout(found, given)
  const options = given.clip === undefined ? given : { ...given, clip: spelledAsIn(input.names, given.clip) }
  const clips = chosen(input.names, options.clip, path)
  checkTarget(out, clips, options.lang !== undefined || tellsLanguage(input, clips))
  const words = matchWords(input.names, said, path) ?? wordsIn(found, clips)
  // The step that collects detections tells these itself.
  const decided = input.detections ? [] : (found.detections?.notes ?? [])
  for (const note of decided) warn(note, given)

  // What lies beside the output is there to be gone on with, or to be thrown away.
  const again = options.resume ? { resume: true, overwrite: false } : { resume: false, overwrite: true }
  const broken: BrokenClip[] = []
  const notes: string[] = []
  // One report, whatever the clips are called.
  const quality = `${out.replaceAll(NAME, 'clips')}.quality.json`
  const flat = input.detections && new Set(chosenOf(input.detections.names, options.clip))
  if (input.detections && flat!.size > 0) {
    const { videoFps: fps, ...rest } = options
    const made = await keypointsToHdf5(input.detections, { ...rest, ...again, work: 'read', fps, out: steps.clips, quality })
    broken.push(...made.broken)
    notes.push(...made.notes)
  }
  const lifts = input.keypoints ?? (flat && flat.size > 0 ? steps.clips : undefined)
  if (lifts !== undefined) {
    // What was read here has the rate of its video already.
    const rates = input.keypoints === undefined ? { videoFps: undefined } : {}
    const lifted = await dataLift({ ...options, ...rates, ...again, work: 'lift', in: lifts, out: steps.lifted })
    broken.push(...lifted.broken)
    notes.push(...lifted.notes)
  }
  const source = joined(
    input.motions,
    lifts === undefined ? undefined : told(await motionSource(steps.lifted), input.detections?.words),
    input.names,
  )
  const reports: KeypointQuality[] = []
  const target = reported({ ...source, names: chosen(source.names, options.clip, path) }, reports)
  const written = await writeTarget(out, target, words, { ...options, work: 'write' })
  if (reports.length > 0) await addReports(quality, flat ?? new Set(), reports, [...broken, ...written.broken])
  for (const file of between) await output(file, 'remove it', () => rm(file, { force: true }))
  const brokenBefore = new Set(broken.map(({ name }) => name))
  const withoutClip = written.namesWithout.clip.filter((name) => !brokenBefore.has(name))
  return {
    ...written,
    withoutClip: withoutClip.length,
    namesWithout: { ...written.namesWithout, clip: withoutClip },
    broken: [...broken, ...written.broken],
    notes: [...decided, ...notes, ...written.notes],
    ...(reports.length > 0 || input.detections ? { quality } : {}),
  }
}

/** Whether each of the clips tells its language. */
function tellsLanguage({ motions, detections }: ConvertInput, clips: readonly string[]): boolean {
  const words = detections?.words
  return motions?.tellsLanguage ?? (words !== undefined && clips.every((name) => words.get(name)?.language !== undefined))
}

/** What the source itself says in these clips, where it says anything. */
function wordsIn({ detections }: ConvertInput, clips: readonly string[]): Words {
  const said = clips.flatMap((name) => {
    const words = detections?.words?.get(name)
    return words ? [[name, words] as const] : []
  })
  return said.some(([, { text }]) => text !== '') ? new Map(said) : undefined
}

/** What is at a path: motions, keypoints to be lifted as they are in a file, or detections to be read first. `.pose` files may be of both kinds. */
interface ConvertInput {
  readonly names: readonly string[]
  readonly motions?: MotionSource | undefined
  /** HDF5 of keypoints. */
  readonly keypoints?: string
  readonly detections?: DetectionSource
}

/** The input as motions of the layout that is asked for, where that is another than the one that detections are lifted into. Throws ERR_USAGE for an input that has no such points. */
function inLayout(input: ConvertInput, { layout, in: path, ...rates }: DataConvertOptions): ConvertInput {
  if (layout === undefined || layout === 'skeleton-50') return input
  const { names, motions, detections, keypoints } = input
  if (keypoints !== undefined || (detections && layout !== 'dwpose-128')) {
    const problem = `wanted motions with the points of ${layout}, got detections of the 50 joints`
    throw new SignError('ERR_USAGE', path, problem, 'Name what the detector wrote, or leave --layout out')
  }
  const seen = detections && pointMotions(detections, rates)
  return { names, motions: joined(motions && motionsIn(motions, layout), seen, names) }
}

async function inputOf(path: string, options: DataConvertOptions): Promise<ConvertInput> {
  if (isHdf5(path)) {
    const { names, content } = await listClipHdf5(path, { signal: options.signal })
    if (content !== 'joints') return { names, keypoints: path }
  }
  const dwpose = isHdf5(path) ? undefined : await dwposeDetections(path, options)
  if (dwpose) return { names: dwpose.names, detections: dwpose }
  if (isHdf5(path) || (await holdsMotions(path))) {
    const motions = await motionSource(path, options.lang, options)
    // Only into the 50 joints is anything lifted.
    const isLifted = (options.layout ?? 'skeleton-50') === 'skeleton-50'
    const flat = isLifted ? await flatPoses(await posesAt(path)) : new Map<string, string>()
    if (flat.size === 0) return { names: motions.names, motions }
    const deep = motions.names.filter((name) => !flat.has(name))
    return {
      names: motions.names,
      detections: poseDetections(flat, options.videoFps),
      motions: deep.length > 0 ? { ...motions, names: deep } : undefined,
    }
  }
  if (existsSync(path) && !statSync(path).isDirectory()) throw noInput(path, `a folder of JSON clips, ${motionInputs}`)
  const detections = await jsonDetections({ ...options, fps: options.videoFps })
  return { names: detections.names, detections }
}

/** Both sources as one, in the order of `names`; clips that are in neither were left out on the way. */
function joined(motions: MotionSource | undefined, lifted: MotionSource | undefined, names: readonly string[]): MotionSource {
  if (!motions || !lifted) return (motions ?? lifted)!
  const sources = [motions, lifted].map((source) => ({ source, own: new Set(source.names) }))
  return {
    names: names.filter((name) => sources.some(({ own }) => own.has(name))),
    tellsLanguage: motions.tellsLanguage && lifted.tellsLanguage,
    async *read(wanted, broken) {
      for (const name of wanted) yield* sources.find(({ own }) => own.has(name))!.source.read([name], broken)
    },
  }
}

/** The source of what was lifted, with the languages that the detections' source told: what there is to say of its motions was said then. */
function told(source: MotionSource, words: Words): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) {
        const language = words?.get(motion.name)?.language
        yield { ...motion, notes: [], ...(language === undefined ? {} : { language }) }
      }
    },
  }
}

/** The source, with the reports on its motions put aside. */
function reported(source: MotionSource, reports: KeypointQuality[]): MotionSource {
  return {
    ...source,
    async *read(names, broken) {
      for await (const motion of source.read(names, broken)) {
        if (motion.quality) reports.push(motion.quality)
        yield motion
      }
    },
  }
}

/** Writes reports into the file, which may hold those of the clips that were lifted. */
async function addReports(
  path: string,
  known: ReadonlySet<string>,
  reports: readonly KeypointQuality[],
  broken: readonly BrokenClip[],
): Promise<void> {
  const log = await QualityLog.open(path, (name) => known.has(name))
  for (const report of reports) log.add(report)
  await log.close(broken)
}

const chosenOf = (names: readonly string[], clip: string | undefined): readonly string[] =>
  clip === undefined ? names : names.filter((name) => name === clip)

function chosen(names: readonly string[], clip: string | undefined, path: string): readonly string[] {
  if (clip === undefined) return names
  if (names.includes(clip)) return [clip]
  const problem = `wanted the clip '${clip}', got clips such as ${someOf(names)}`
  throw new SignError('ERR_USAGE', path, problem, 'Write the name as it is there')
}
