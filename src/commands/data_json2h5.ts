// `signllm data json2h5`: the files a detector wrote, one for every frame, into one HDF5 file, with a report on what was seen.

import { cleanKeypoints } from '../data/keypoint_clean.js'
import { keypointQuality } from '../data/keypoint_quality.js'
import { type DetectionOptions, detectionFolders, readDetections } from '../formats/detections.js'
import { keypointHdf5Writer } from '../formats/keypoints_hdf5.js'
import type { DetectedClip } from '../formats/signer.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { type BrokenClip, ClipWork, type ClipWorkOptions, checkFresh, fillHdf5, type ResumeOptions } from './clip_work.js'
import { QualityLog } from './quality_log.js'

export interface DataJson2h5Options extends Omit<DetectionOptions, 'broken'>, ClipWorkOptions, ResumeOptions {
  /** The folder above the folders of the clips, or that of one clip. */
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
}

/**
 * Reads every clip below `in` and writes those that are whole. Throws ERR_USAGE where the file is there already, ERR_DATA where no clip can be used, ERR_CONFIG
 * for DWPose files without `picture` and for going on with other options, ERR_OUTPUT where it cannot be written.
 */
export async function dataJson2h5(options: DataJson2h5Options): Promise<DataJson2h5Summary> {
  const { in: root, out, quality = `${out}.quality.json`, resume = false, detector, picture, fps, clip } = options
  checkFresh(out, options)
  const folders = (await detectionFolders(root)).filter(({ name }) => clip === undefined || name === clip)
  const made = { detector: detector ?? null, picture: picture ? `${picture.width}x${picture.height}` : null, fps: fps ?? null }
  const writer = await keypointHdf5Writer(out, { resume, made })
  const resumed = writer.size
  const work = new ClipWork(folders.length, options, resumed)
  const log = await QualityLog.open(quality, (name) => writer.has(name))
  const missing = folders.filter(({ name }) => !writer.has(name))
  try {
    const clips = readDetections(missing, { detector, picture, fps, broken: work.leaveOut })
    await fillHdf5(writer, judged(clips, log, work), work)
  } catch (error) {
    log.keep()
    throw error
  }
  await log.close(work.broken)
  return { out, quality, clips: writer.size, resumed, frames: work.frames, broken: work.broken }
}

/** Notes the quality of each clip on its way, and leaves out what could not be cleaned: lifting would find nobody in it. */
async function* judged(clips: AsyncIterable<DetectedClip>, log: QualityLog, work: ClipWork): AsyncGenerator<KeypointClip> {
  for await (const { clip, detection } of clips) {
    const cleaned = work.attempt(clip.name, () => cleanKeypoints(clip))
    if (!cleaned) continue
    log.add(keypointQuality(clip, { detection, outliers: cleaned.outliers }))
    yield clip
  }
}
