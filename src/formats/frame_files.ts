// Detectors write one file a frame, JSON or arrays, into one folder a clip. This file finds and orders them; what is in them is the detector's own business.
//
// The frame's number is somewhere in the name, wherever the video's or picture's own name put it: `clip_000000000012_keypoints.json`, `12_keypoints.json`,
// `frame12_keypoints.json`, `000012_rgb_keypoints.json`. It is the one number in which the names of a folder differ; of a single file, the last.

import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { namesIn, unreadable } from '../base/folder.js'

export interface FrameFile {
  readonly path: string
  readonly number: number
}

/** How a frame's file may be named, from the surest way to the least sure; other files of the folder are none. */
export type Naming = 'keypoints' | 'number' | 'numbered' | 'npz' | 'npy'
const namings: Readonly<Record<Naming, RegExp>> = {
  keypoints: /_keypoints\.json$/i,
  number: /^\d+\.json$/i,
  numbered: /\d[^/]*\.json$/i,
  npz: /^\d+\.npz$/i,
  npy: /^\d+\.npy$/i,
}

/** Frame numbers are kept in 32 bits. */
const LAST = 2 ** 31 - 2
/** One frame of a hundred people is a thousandth of it. */
const LARGEST = 64 * 2 ** 20

/** Those of the names that are of the first naming of which there are any; undefined where there are none. */
export function framesAmong(names: readonly string[], order: readonly Naming[]): { naming: Naming; names: string[] } | undefined {
  for (const naming of order) {
    const found = names.filter((name) => namings[naming].test(name))
    if (found.length > 0) return { naming, names: found }
  }
  return undefined
}

/**
 * The frames of a folder by rising number. Throws ERR_DATA naming the folder where it cannot be read or holds no frame, and two files that differ in more than
 * one number or not in their number.
 *
 * @param expected how they should be named, for a message
 */
export async function frameFiles(folder: string, order: readonly Naming[], expected: string): Promise<FrameFile[]> {
  const names = await namesIn(folder)
  const frames = framesAmong(names, order)
  if (!frames) {
    const got = names.length === 0 ? 'none' : `none, but such as '${names[0]}'`
    throw new SignError(
      'ERR_DATA',
      folder,
      `wanted files named ${expected}, got ${got}`,
      'Name the folder that holds the frames of one clip',
    )
  }
  return numbered(frames.names, folder).map(({ name, number }) => ({ path: join(folder, name), number }))
}

function numbered(names: readonly string[], folder: string): { name: string; number: number }[] {
  // Texts at even places, digits at odd ones.
  const split = names.map((name) => name.normalize('NFC').split(/(\d+)/))
  const first = split[0]!
  const texts = (pieces: readonly string[]): string => pieces.filter((_, i) => i % 2 === 0).join('\0')
  const stranger = split.findIndex((pieces) => texts(pieces) !== texts(first))
  if (stranger >= 0) throw notOneClip(folder, names[0]!, names[stranger]!)
  const differing = first.flatMap((digits, i) => (i % 2 === 1 && split.some((pieces) => pieces[i] !== digits) ? [i] : []))
  const last = first.length - 2
  const at = differing[0] ?? last
  // `a1_000_keypoints.json` beside `a2_000_keypoints.json` are first frames of two clips: a counter at the end is the frame's.
  const counted = /_$/.test(first[last - 1] ?? '') && /^_keypoints\.json$/i.test(first[last + 1] ?? '')
  if (differing.length > 1 || (counted && at !== last)) throw notOneClip(folder, names[0]!, names.at(-1)!)
  const found = names.map((name, k) => ({ name, number: numberIn(split[k]![at] ?? '0', join(folder, name)) }))
  found.sort((a, b) => a.number - b.number)
  const twin = found.findIndex(({ number }, i) => found[i - 1]?.number === number)
  if (twin >= 0) throw notOneClip(folder, found[twin - 1]!.name, found[twin]!.name)
  return found
}

function numberIn(digits: string, path: string): number {
  if (Number(digits) <= LAST) return Number(digits)
  throw new SignError('ERR_DATA', path, `wanted a frame number up to ${LAST}, got ${digits}`, 'Rename the file')
}

function notOneClip(folder: string, one: string, other: string): SignError {
  const problem = `wanted the frames of one clip, named alike but for one number, each number once, got '${one}' and '${other}'`
  return new SignError('ERR_DATA', folder, problem, 'Put each clip into a folder of its own, and number its frames')
}

/** A frame's file, or its beginning. Throws ERR_DATA naming what cannot be read, is no file, or is too large to be a frame. */
export async function readBytes(path: string, beginning?: number): Promise<Uint8Array> {
  try {
    const { size } = await checkFile(path)
    if (beginning === undefined && size <= LARGEST) return await readFile(path)
    if (beginning === undefined) {
      const problem = `wanted one frame, at most ${LARGEST} bytes, got ${size}`
      throw new SignError('ERR_DATA', path, problem, 'Write a file for each frame')
    }
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning), 0, beginning, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw cause instanceof SignError ? cause : unreadable(path, cause)
  }
}

/** Before it is opened: a pipe would wait for somebody to write to it. */
async function checkFile(path: string): Promise<{ size: number }> {
  const status = await stat(path)
  if (status.isFile()) return status
  throw new SignError('ERR_DATA', path, `wanted a file, got ${status.isDirectory() ? 'a folder' : 'a pipe or device'}`, 'Remove it')
}
