// Lifting to the end, and the published How2Sign clips, read and cleaned, for tests and benches that find them beside the checkout.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { interpolateKeypoints, normaliseKeypoints, pruneKeypoints } from '../data/keypoints/normalise.js'
import type { Gpu } from '../device/gpu.js'
import { readOpenPoseClip } from '../formats/openpose/openpose.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { type LiftedClip, type LiftOptions, liftClips } from './lift.js'

const folder = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign/openpose')

/** Whether the clips are there. */
export const published = existsSync(folder)

/** The clip of 62 frames whose losses an independent program found, then the one of 109. */
export const publishedNames = ['_2FBDaOPYig_4-3-rgb_front', '_2FBDaOPYig_3-3-rgb_front'] as const

/** A published clip, ready to be lifted. */
export async function publishedClip(name: string): Promise<KeypointClip> {
  const { clip } = await readOpenPoseClip(join(folder, name))
  const { keypoints } = normaliseKeypoints(clip.keypoints, clip.frames, name)
  return { ...clip, keypoints: interpolateKeypoints(pruneKeypoints(keypoints, clip.frames), clip.frames) }
}

export async function liftAll(gpu: Gpu, clips: readonly KeypointClip[], options: LiftOptions = {}): Promise<LiftedClip[]> {
  const lifted: LiftedClip[] = []
  for await (const clip of liftClips(gpu, clips, options)) lifted.push(clip)
  return lifted
}
