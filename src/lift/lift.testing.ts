// Lifting to the end, and the published How2Sign clips, read and cleaned, for tests and benches that find them beside the checkout.

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { interpolateKeypoints, normaliseKeypoints, pruneKeypoints } from '../data/keypoint_normalise.js'
import type { Gpu } from '../device/gpu.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { type LiftedClip, type LiftOptions, liftClips } from './lift.js'

const folder = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign/openpose')

/** Whether the clips are there. */
export const published = existsSync(folder)

/** The clip of 62 frames whose losses an independent program found, then the one of 109. */
export const publishedNames = ['_2FBDaOPYig_4-3-rgb_front', '_2FBDaOPYig_3-3-rgb_front'] as const

/** A published clip, ready to be lifted. Every frame of them shows one person. */
export async function publishedClip(name: string): Promise<KeypointClip> {
  const files = (await readdir(join(folder, name))).sort()
  const people = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(folder, name, file), 'utf8')).people[0]))
  const seen = Float32Array.from(
    people.flatMap((one) => [...one.pose_keypoints_2d.slice(0, 24), ...one.hand_left_keypoints_2d, ...one.hand_right_keypoints_2d]),
  )
  const frames = files.length
  const { keypoints } = normaliseKeypoints(seen, frames, name)
  const clean = interpolateKeypoints(pruneKeypoints(keypoints, frames), frames)
  return { name, keypoints: clean, frames, fps: 24, frameIndex: Int32Array.from({ length: frames }, (_, t) => t) }
}

export async function liftAll(gpu: Gpu, clips: readonly KeypointClip[], options: LiftOptions = {}): Promise<LiftedClip[]> {
  const lifted: LiftedClip[] = []
  for await (const clip of liftClips(gpu, clips, options)) lifted.push(clip)
  return lifted
}
