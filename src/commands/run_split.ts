// Clips of a run file's split, for whatever reads signing: with their sentences, poses or videos as the model takes them.

import { extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { motionFrames } from '../data/motion_frames.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import type { SignConfig } from '../model/sign_sizes.js'
import { COORDS } from '../motion/skeleton.js'
import { type AnyRunConfig, loadRunFile } from '../tasks/run_file.js'
import type { SignedClip } from '../train/signed_clips.js'
import { loadSplit, type SignedSplit, type SigningSource } from '../train/signing/load_signing.js'
import type { SplitName } from './eval_data.js'
import { type ProgressStream, withProgress } from './progress_display.js'
import { type Listener, warn } from './say.js'
import { wantedPoses, wantedVideos } from './video_source.js'

/** Whether a path names a run file. */
export const isRunFile = (path: string): boolean => ['.yaml', '.yml'].includes(extname(path).toLowerCase())

/** What pose-to-text run files do not say: they are of poses. */
const OF_POSES: Pick<SigningSource, 'video' | 'cache'> = { video: { stride: 1 }, cache: { folder: null, memory: 0 } }

/** Tasks of run files whose clips are read. */
const reading = ['sign-to-text', 'sign-translation', 'sign-text-matching', 'pseudo-gloss', 'vq-sign', 'pose-to-text'] as const
type ReadingRun = Extract<AnyRunConfig, { readonly task: (typeof reading)[number] }>

const readsSigning = (run: AnyRunConfig): run is ReadingRun => (reading as readonly string[]).includes(run.task)

/**
 * The clips of a split; videos where `images` is there to see them. Throws ERR_CONFIG for a run file of a task that reads no signing, ERR_USAGE for one of another
 * input than the model's, ERR_DATA where the split is empty, and as `loadSplit`.
 */
export async function splitOfRun(
  path: string,
  split: SplitName,
  images: SignConfig['images'],
  options: Listener & { readonly stream?: ProgressStream },
): Promise<SignedSplit> {
  const run = await loadRunFile(path, (note) => warn(note, options))
  if (!readsSigning(run)) {
    const problem = `wanted a run of task ${reading.join(', ')}, got ${run.task}`
    throw new SignError('ERR_CONFIG', path, problem, 'Name another run file, or clips')
  }
  const input = run.task === 'pose-to-text' ? 'poses' : run.input
  if (images && input === 'poses') throw wantedVideos(path)
  if (!images && input === 'video') throw wantedPoses(path)
  const clips = await withProgress(options, (onProgress) => loadSplit({ ...OF_POSES, ...run }, split, images, { onProgress }))
  if (clips.clips.length > 0) return clips
  throw new SignError('ERR_DATA', path, `wanted clips in its ${split} split, got none`, 'Name another with --split')
}

/** The poses of a split as a model reads them: 50 joints at its rate and no longer than it reads, frames of other numbers as they are. */
export function posesFor(
  clips: readonly SignedClip[],
  { numbers, fps, maxFrames }: { readonly numbers: number; readonly fps: number; readonly maxFrames: number },
  options: Listener,
): (SignedClip & PoseFrames)[] {
  if (numbers !== COORDS) return [...clips]
  const told = new Set<string>()
  const poses = clips.map(({ values, ...clip }) => {
    const { notes, ...frames } = motionFrames({ ...clip, joints: values }, { fps, maxFrames }, 'the model')
    for (const note of notes) told.add(note)
    return { ...clip, ...frames }
  })
  for (const note of told) warn(note, options)
  return poses
}
