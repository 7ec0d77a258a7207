// Folders of detections for tests of the commands, and a watcher that presses Ctrl-C.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keypointClip, openPoseJson } from '../formats/detections.testing.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import { JOINTS } from '../motion/skeleton.js'
import type { ProgressStream } from './progress_display.js'

/** Writes clips of made-up signers as OpenPose would: a folder for each name, with so many frames. Returns the clips. */
export async function writeDetections(root: string, frames: Readonly<Record<string, number>>): Promise<KeypointClip[]> {
  const clips = Object.entries(frames).map(([name, count], seed) => keypointClip(name, count, seed + 1))
  for (const { name, frames: count, keypoints } of clips) {
    await mkdir(join(root, name), { recursive: true })
    for (let t = 0; t < count; t++) {
      const person = keypoints.subarray(t * JOINTS * KEYPOINT, (t + 1) * JOINTS * KEYPOINT)
      await writeFile(join(root, name, `${name}_${String(t).padStart(12, '0')}_keypoints.json`), openPoseJson([person]))
    }
  }
  return clips
}

/** Nobody watches. */
export const silent: ProgressStream = { write: () => undefined }

/** Options of a run that is interrupted once it has done so many clips. */
export function interruptedAfter(clips: number): { json: true; stream: ProgressStream; signal: AbortSignal } {
  const controller = new AbortController()
  const write = (text: string): void => {
    if (text.includes(`"done":${clips},`)) controller.abort(new Error('interrupted'))
  }
  return { json: true, stream: { write }, signal: controller.signal }
}

/** All of an async sequence. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}

/** The lines of a text file. */
export const linesOf = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).trimEnd().split('\n')
