// Motions as DWPose data, to drive what takes these: one person, in the picture as a camera in front of the signer sees them. What a motion lacks (of 50 joints the
// hips, legs, eyes, ears and face) is at 0, 0 with a code of −1 or a score of 0, where every drawing program passes it by.
//
// A video is one file `poses.npz`, the same arrays in the same order as SignVerse-2M has them; its array of objects is a pickle that any NumPy reads with
// allow_pickle. The drawing script of SignVerse-2M draws only the first frame of such a file, so the same can be written as a folder of `NNNNNNNN.npz`, a file a
// frame, of plain arrays without any pickle: of these it draws all.

import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { SignError } from '../../base/errors.js'
import { output, writeWhole } from '../../base/files.js'
import { namesIn } from '../../base/folder.js'
import type { Motion } from '../../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../../motion/layout/layouts.js'
import { toDwpose } from '../../motion/layout/to_dwpose.js'
import { encodeItems, encodeNpy, type NpyArray } from '../npy.js'
import { encodeNpyText } from '../npy_value.js'
import { encodeMembers } from '../npz.js'
import { pickleDicts } from '../pickle/write.js'
import { poseOfMotion } from '../pose/write.js'
import { bodyPart, type DwposePart, dwposeParts } from './points.js'

export interface DwposeWriteOptions {
  /** What the file calls the video. Default: its name without the ending, or that of the folder of a `poses.npz`. */
  readonly id?: string
}

/**
 * Writes a motion of 50 joints or of DWPose's points as `poses.npz`. Throws ERR_DATA for a malformed motion and for other layouts, ERR_OUTPUT where it cannot be
 * written.
 */
export async function writeDwposeVideo(path: string, motion: Motion, { id = idOf(path) }: DwposeWriteOptions = {}): Promise<void> {
  const payloads = payloadsOf(motion, path)
  const each = (numbers: (t: number) => number): NpyArray => ({
    shape: [payloads.length],
    data: Int32Array.from(payloads, (_, t) => numbers(t)),
  })
  const { width, height } = canvas(payloads)
  const plain = {
    fps: Number.isInteger(motion.fps) ? integer(motion.fps) : { shape: [], data: Float64Array.of(motion.fps) },
    total_frames: integer(payloads.length),
    frame_widths: each(() => width),
    frame_heights: each(() => height),
    frame_indices: each((t) => t + 1),
  }
  const members = Object.entries(plain).map(([name, array]) => [name, encodeNpy(array, name)] as const)
  const archive = encodeMembers(
    {
      video_id: encodeNpyText(id),
      ...Object.fromEntries(members),
      frame_payloads: encodeItems('|O', [payloads.length], pickleDicts(payloads)),
    },
    'stored',
  )
  await writeWhole(path, archive)
}

/** `<id>/npz/poses.npz` has the name of its folder, `<id>.poses.npz` its own. */
function idOf(path: string): string {
  const own = basename(path).replace(/[._-]?poses\.npz$|\.npz$/i, '')
  const folder = dirname(resolve(path))
  if (own !== '') return own
  return basename(basename(folder) === 'npz' ? dirname(folder) : folder)
}

/** Writes the same as a folder of `NNNNNNNN.npz` from 1 on, in place of such files as are there. Throws as {@link writeDwposeVideo}. */
export async function writeDwposeFrames(folder: string, motion: Motion): Promise<void> {
  const payloads = payloadsOf(motion, folder)
  await output(folder, 'make this folder', () => mkdir(folder, { recursive: true }))
  const older = (await namesIn(folder)).filter((name) => /^\d{8}\.npz$/.test(name))
  for (const name of older) await output(join(folder, name), 'remove it', () => rm(join(folder, name)))
  for (const [t, payload] of payloads.entries()) {
    const members = Object.entries(payload).map(([name, array]) => [name, encodeNpy(array, name)] as const)
    await writeWhole(join(folder, `${String(t + 1).padStart(8, '0')}.npz`), encodeMembers(Object.fromEntries(members), 'stored'))
  }
}

type Payload = Readonly<Record<string, NpyArray>>

const integer = (value: number): NpyArray => ({ shape: [], data: Int32Array.of(value) })

const canvas = ([first]: readonly Payload[]): { width: number; height: number } => ({
  width: Number(first!.frame_width!.data[0]),
  height: Number(first!.frame_height!.data[0]),
})

/** The frames of a motion as dictionaries of arrays. */
function payloadsOf(motion: Motion, who: string): Payload[] {
  const { name } = layoutOfMotion(motion)
  if (!isSkeleton(motion) && name !== 'dwpose-128')
    throw new SignError(
      'ERR_DATA',
      who,
      `wanted a motion of skeleton-50 or dwpose-128, got one of ${name}`,
      'Convert it: signllm data convert --layout dwpose-128',
    )
  const { data, confidence, points, frames, width, height } = poseOfMotion(isSkeleton(motion) ? toDwpose(motion, who) : motion, who)
  return Array.from({ length: frames }, (_, t) => {
    const sure = confidence.subarray(t * points, (t + 1) * points)
    const size = { frame_width: integer(width), frame_height: integer(height) }
    if (sure.every((value) => !(value > 0))) return { num_persons: integer(0), ...size }
    const arrays = dwposeParts
      .toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))
      .flatMap((part) => partArrays(part, data.subarray(t * points * 2, (t + 1) * points * 2), sure, { width, height }))
    return { num_persons: integer(1), ...size, ...Object.fromEntries(arrays) }
  })
}

/** As the extractor orders them. */
const ORDER = ['body', 'face', 'left_hand', 'right_hand']

function partArrays(
  part: DwposePart,
  xy: Float32Array,
  sure: Float32Array,
  { width, height }: { width: number; height: number },
): [string, NpyArray][] {
  const { name, first, count } = part
  const keypoints = Float32Array.from({ length: count * 2 }, (_, i) => xy[first * 2 + i]! / (i % 2 === 0 ? width : height))
  // A body's scores are the numbers of its points, where these are there.
  const scores = Float32Array.from({ length: count }, (_, i) => {
    const value = sure[first + i]!
    if (part === bodyPart) return value > 0 ? i : -1
    return value
  })
  return [
    [`person_000_${name}_keypoints`, { shape: [count, 2], data: keypoints }],
    [`person_000_${name}_scores`, { shape: [count], data: scores }],
  ]
}
