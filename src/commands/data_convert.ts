// `signllm data convert`: from what a detector wrote, or from any file of motions, to a corpus or any file of motions, in one command.
// Detections go through the three steps json2h5, lift and skels; the files between them lie beside the output until all is done.

import { rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { listClipHdf5 } from '../formats/clip_hdf5.js'
import { partialHdf5 } from '../formats/clip_hdf5_write.js'
import { type DetectionOptions, detectionFolders } from '../formats/detections.js'
import { type BrokenClip, checkFresh, type ResumeOptions } from './clip_work.js'
import { dataJson2h5 } from './data_json2h5.js'
import { dataLift, type LiftSettings } from './data_lift.js'
import { matchWords, spelledAsIn, wordsOf } from './motion_clips.js'
import { holdsMotions, motionSource } from './motion_source.js'
import { checkTarget, type TargetSettings, type TargetSummary, targetFile, writeTarget } from './motion_target.js'

export interface DataConvertOptions
  extends Omit<DetectionOptions, 'broken' | 'fps'>,
    Omit<LiftSettings, 'fps'>,
    TargetSettings,
    ResumeOptions {
  readonly in: string
  readonly out: string
  /** Only this clip. */
  readonly clip?: string | undefined
  /** Frames a second of the videos, which detections do not tell. */
  readonly videoFps?: number | undefined
  /** Frames a second to bring detections to. Default: each clip its own. */
  readonly fps?: number | undefined
}

export interface DataConvertSummary extends TargetSummary {
  /** The report on detections that were read from JSON. */
  readonly quality?: string
}

/** Converts. Throws ERR_USAGE where the output is there already or does not fit the input, before anything is written, and what the steps throw. */
export async function dataConvert(given: DataConvertOptions): Promise<DataConvertSummary> {
  const { in: path, out } = given
  const steps = { clips: `${out}.clips.h5`, lifted: `${out}.lifted.h5` }
  const between = [steps.clips, steps.lifted].flatMap((file) => [file, partialHdf5(file)])
  checkFresh(targetFile(out), given, between)
  const said = await wordsOf(given)
  const kind = await inputKind(path)
  const ready = kind === 'motions' ? await motionSource(path, given.lang) : undefined
  const names =
    ready?.names ?? (kind === 'json' ? (await detectionFolders(path)).map(({ name }) => name) : (await listClipHdf5(path)).names)
  const options = given.clip === undefined ? given : { ...given, clip: spelledAsIn(names, given.clip) }
  checkTarget(out, chosen(names, options.clip, path), options.lang !== undefined || (ready?.tellsLanguage ?? false))
  const words = matchWords(names, said, path)

  // What lies beside the output is there to be gone on with, or to be thrown away.
  const again = { resume: options.resume ?? false, overwrite: true }
  const broken: BrokenClip[] = []
  let quality: string | undefined
  if (kind === 'json') {
    const { videoFps: fps, ...rest } = options
    const made = await dataJson2h5({ ...rest, ...again, fps, out: steps.clips, quality: `${out}.quality.json` })
    broken.push(...made.broken)
    quality = made.quality
  }
  if (kind !== 'motions') {
    const keypoints = kind === 'json' ? steps.clips : path
    broken.push(...(await dataLift({ ...options, ...again, in: keypoints, out: steps.lifted })).broken)
  }
  const source = ready ?? (await motionSource(steps.lifted))
  const written = await writeTarget(out, { ...source, names: chosen(source.names, options.clip, path) }, words, options)
  for (const file of between) await rm(file, { force: true })
  return { ...written, broken: [...broken, ...written.broken], ...(quality ? { quality } : {}) }
}

async function inputKind(path: string): Promise<'json' | 'keypoints' | 'motions'> {
  if (extname(path) === '.h5') return (await listClipHdf5(path)).content === 'joints' ? 'motions' : 'keypoints'
  if (await holdsMotions(path)) return 'motions'
  return 'json'
}

function chosen(names: readonly string[], clip: string | undefined, path: string): readonly string[] {
  if (clip === undefined) return names
  if (names.includes(clip)) return [clip]
  const some = names
    .slice(0, 3)
    .map((name) => `'${name}'`)
    .join(', ')
  throw new SignError('ERR_USAGE', path, `wanted the clip '${clip}', got clips such as ${some}`, 'Write the name as it is there')
}
