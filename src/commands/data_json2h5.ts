// `signllm data json2h5`: the files a detector wrote, one for every frame, into one HDF5 file, with a report on what was seen.

import { cleanKeypoints } from '../data/keypoints/clean.js'
import { keypointQuality } from '../data/keypoints/quality.js'
import { type DetectionOptions, detectionFolders, readDetections } from '../formats/detections.js'
import { keypointHdf5Writer } from '../formats/hdf5/keypoints.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { type BrokenClip, ClipWork, type ClipWorkOptions, checkFresh, fillHdf5, type ResumeOptions } from './clip_work.js'
import type { DetectionSource } from './detection_source.js'
import { dwposeDetections, type VideoSettings } from './dwpose_detections.js'
import { spelledAsIn } from './motion_clips.js'
import { posesAt } from './motion_source.js'
import { poseDetections } from './pose_detections.js'
import { QualityLog } from './quality_log.js'

export interface DataJson2h5Options extends Omit<DetectionOptions, 'broken'>, VideoSettings, ClipWorkOptions, ResumeOptions {
  /**
   * The folder above the folders of the clips, or that of one clip; a `.pose` file or a folder of them, of which the depth is left behind; or DWPose data, see
   * `dwposeDetections`.
   */
  readonly in: string
  readonly out: string
  /** Where the report goes. Default `<out>.quality.json`. */
  readonly quality?: string
  /** Only this clip. Default: all. */
  readonly clip?: string | undefined
}

export interface DataJson2h5Summary {
  readonly out: string
  readonly quality: string
  /** In the file, and of them those an earlier run had read. */
  readonly clips: number
  readonly resumed: number
  /** Read by this run. */
  readonly frames: number
  readonly broken: readonly BrokenClip[]
  /** What to know of clips that were used all the same. */
  readonly notes: readonly string[]
}

/**
 * Reads every clip below `in` and writes those that are whole. Throws ERR_USAGE where the file is there already, ERR_DATA where no clip can be used, ERR_CONFIG
 * for DWPose files without `picture` and for going on with other options, ERR_OUTPUT where it cannot be written.
 */
export async function dataJson2h5(options: DataJson2h5Options): Promise<DataJson2h5Summary> {
  const { in: path, fps } = options
  const poses = await posesAt(path)
  if (poses.size > 0) return keypointsToHdf5(poseDetections(poses, fps), options)
  return keypointsToHdf5((await dwposeDetections(path, { ...options, videoFps: fps })) ?? (await jsonDetections(options)), options)
}

/** The folders of JSON files below the input. */
export async function jsonDetections({
  in: root,
  detector,
  picture,
  fps,
  signal,
}: Pick<DataJson2h5Options, 'in' | 'detector' | 'picture' | 'fps' | 'signal'>): Promise<DetectionSource> {
  const folders = new Map((await detectionFolders(root)).map((folder) => [folder.name, folder]))
  return {
    names: [...folders.keys()],
    read: (names, broken) =>
      readDetections(
        names.map((name) => folders.get(name)!),
        { detector, picture, fps, signal, broken },
      ),
  }
}

/** The step itself, whatever the detections come from. */
export async function keypointsToHdf5(source: DetectionSource, options: DataJson2h5Options): Promise<DataJson2h5Summary> {
  const { out, quality = `${out}.quality.json`, resume = false, detector, picture, fps, signal } = options
  checkFresh(out, options)
  const clip = options.clip === undefined ? undefined : spelledAsIn(source.names, options.clip)
  const names = source.names.filter((name) => clip === undefined || name === clip)
  const cut = options.captions === undefined ? {} : { captions: options.captions }
  const made = { detector: detector ?? null, picture: picture ? `${picture.width}x${picture.height}` : null, fps: fps ?? null, ...cut }
  const writer = await keypointHdf5Writer(out, { resume, made, signal })
  const resumed = writer.size
  const work = new ClipWork(names.length, options, resumed)
  const log = await QualityLog.open(quality, (name) => writer.has(name)).catch(async (error: unknown) => {
    await (writer.size === 0 ? writer.discard() : writer.keep())
    throw error
  })
  for (const note of source.notes ?? []) work.note(note)
  const missing = names.filter((name) => !writer.has(name))
  try {
    await fillHdf5(writer, judged(source.read(missing, work.leaveOut), log, work), work)
  } catch (error) {
    log.keep()
    throw error
  }
  await log.close(work.broken)
  return {
    out,
    quality,
    clips: writer.size,
    resumed,
    frames: work.frames,
    broken: work.broken,
    notes: [...(source.notes ?? []), ...work.notes],
  }
}

/** Tells what its reader decided of each clip, notes its quality, and leaves out what could not be cleaned: lifting would find nobody in it. */
async function* judged(clips: ReturnType<DetectionSource['read']>, log: QualityLog, work: ClipWork): AsyncGenerator<KeypointClip> {
  for await (const { clip, detection } of clips) {
    for (const note of detection.notes) work.remark(clip.name, note)
    const cleaned = work.attempt(clip.name, () => cleanKeypoints(clip))
    if (!cleaned) continue
    log.add(keypointQuality(clip, { detection, outliers: cleaned.outliers }))
    yield clip
  }
}
