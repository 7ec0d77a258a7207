// `signllm data lift`: detections in the picture into joints in space, many clips at once on the GPU.

import { SignError } from '../base/errors.js'
import { cleanKeypoints } from '../data/keypoints/clean.js'
import { listClipHdf5 } from '../formats/hdf5/clips.js'
import { readKeypointHdf5 } from '../formats/hdf5/keypoints.js'
import { motionHdf5Writer } from '../formats/hdf5/motions.js'
import { liftClips } from '../lift/lift.js'
import type { LiftMode } from '../lift/objective.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { openAdapter } from './adapter.js'
import { asFilmed, type RateSettings, stillNotes } from './clip_rates.js'
import { type BrokenClip, ClipWork, type ClipWorkOptions, checkFresh, fillHdf5, type ResumeOptions } from './clip_work.js'
import { spelledAsIn } from './motion_clips.js'
import { UnseenNotes } from './unseen_notes.js'

export interface LiftSettings extends RateSettings {
  readonly mode?: LiftMode | undefined
  /** At most so many; default as the mode has it. */
  readonly iterations?: number | undefined
  readonly adapter?: string | undefined
}

export interface DataLiftOptions extends LiftSettings, ClipWorkOptions, ResumeOptions {
  /** HDF5 of keypoints. */
  readonly in: string
  readonly out: string
  /** Only this clip. Default: all. */
  readonly clip?: string | undefined
}

export interface DataLiftSummary {
  readonly out: string
  /** In the file, and of them those an earlier run had lifted. */
  readonly clips: number
  readonly resumed: number
  /** Lifted by this run, and the seconds that took. */
  readonly frames: number
  readonly seconds: number
  readonly adapter: string
  readonly broken: readonly BrokenClip[]
  /** What to know of clips that were used all the same. */
  readonly notes: readonly string[]
}

/**
 * Cleans and lifts every clip and writes its joints, in the units of the cleaned clip. Throws ERR_USAGE where the file is there already, ERR_DATA where no clip
 * can be used, ERR_CONFIG for going on with other options, ERR_NO_ADAPTER, ERR_OUTPUT where it cannot be written.
 */
export async function dataLift(options: DataLiftOptions): Promise<DataLiftSummary> {
  const { in: path, out, mode = 'adam', iterations, fps, videoFps, adapter, clip, resume = false, signal } = options
  checkFresh(out, options)
  const stored = (await listClipHdf5(path, { signal })).names
  const wanted = clip === undefined ? undefined : spelledAsIn(stored, clip)
  const names = stored.filter((name) => wanted === undefined || name === wanted)
  if (names.length === 0) throw new SignError('ERR_DATA', path, 'wanted at least one clip, got an empty file', 'Name another')
  const { gpu } = await openAdapter({ adapter }, options)
  try {
    // Files of before there was `videoFps` go on without it.
    const made = { mode, iterations: iterations ?? null, fps: fps ?? null, ...(videoFps === undefined ? {} : { videoFps }) }
    const writer = await motionHdf5Writer(out, { resume, made, signal })
    const resumed = writer.size
    const work = new ClipWork(names.length, options, resumed)
    const began = performance.now()
    const clean = cleanedClips(
      path,
      names.filter((name) => !writer.has(name)),
      { fps, videoFps },
      work,
    )
    const limits = { mode, ...(iterations === undefined ? {} : { iterations }), ...(signal ? { signal } : {}) }
    const unseen = new UnseenNotes()
    await fillHdf5(writer, unseen.taking(liftClips(gpu, clean, limits)), work)
    for (const note of unseen.notes()) work.remark(note.clips, note.text)
    const seconds = (performance.now() - began) / 1000
    return { out, clips: writer.size, resumed, frames: work.frames, seconds, adapter: gpu.label, broken: work.broken, notes: work.notes }
  } finally {
    await gpu.destroy()
  }
}

async function* cleanedClips(
  path: string,
  names: readonly string[],
  { fps, videoFps }: RateSettings,
  work: ClipWork,
): AsyncGenerator<KeypointClip> {
  const assumed = videoFps === undefined ? {} : { fps: videoFps }
  for await (const stored of readKeypointHdf5(path, { names, broken: work.leaveOut, ...assumed })) {
    const { clip, notes } = asFilmed(stored, videoFps)
    for (const note of notes) work.remark(clip.name, note)
    const cleaned = work.attempt(clip.name, () => cleanKeypoints(clip, fps === undefined ? {} : { fps }))
    if (!cleaned) continue
    for (const note of [...cleaned.notes, ...stillNotes(clip, cleaned.clip)]) work.remark(clip.name, note)
    yield cleaned.clip
  }
}
