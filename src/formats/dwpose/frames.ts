// Frames of DWPose as files of arrays, a file a frame in a folder of its own: `NNNNNNNN.npz` with the arrays by name (SignVerse-2M, and Prompt2Sign's tool before
// 2025), with a dictionary for each person (Prompt2Sign's tool of 2025), or `NNNNNNNN.npy` with one dictionary of all.

import { basename, resolve } from 'node:path'
import { frameFiles, type Naming, readBytes } from '../frame_files.js'
import { refuse } from '../json/shape.js'
import { decodeNpyValue, isObjectArray } from '../npy_value.js'
import { type Picture, pictureWanted } from '../picture.js'
import { readZip } from '../zip.js'
import { type DwposeFrame, type DwposeReading, dwposeFrame, isDwposeFrame, type Named } from './frame.js'
import { type DwposeVideo, pictureOfAll, USUAL_RATE } from './video.js'

export interface DwposeFrameOptions {
  /** Size of the video, for files that do not tell it. */
  readonly picture?: Picture | undefined
  /** Frames a second of the video. Default 24, the tools' own. */
  readonly fps?: number | undefined
  /** Default: the folder's name. */
  readonly name?: string | undefined
  /** Stops between frames; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** The arrays of one frame's file by their names. Throws ERR_DATA naming `who` for what is neither kind of file. */
export function namedArrays(bytes: Uint8Array, who: string): Named {
  if (bytes[0] === 0x50) {
    const entries = readZip(bytes, who).filter(({ name }) => name.endsWith('.npy'))
    return new Map(
      entries.map(({ name, bytes: member, offset }) => [name.slice(0, -4), decodeNpyValue(member, `${who}, '${name}' at byte ${offset}`)]),
    )
  }
  const value = decodeNpyValue(bytes, who)
  const dict = isObjectArray(value) && value.objects.length === 1 ? value.objects[0] : undefined
  return dict instanceof Map ? (dict as Named) : refuse(who, 'wanted a dictionary of arrays, got another value', 'Check the path')
}

/** Whether a file is of one frame, by what is in it. Throws as {@link namedArrays}. */
export const holdsFrame = (bytes: Uint8Array, who: string): boolean => isDwposeFrame(namedArrays(bytes, who))

const namings: readonly Naming[] = ['npz', 'npy']

/** A frame's file, wherever it lies. */
export interface FrameArrays {
  readonly number: number
  /** What errors name. */
  readonly who: string
  read(): Promise<Uint8Array>
}

/** The frames in a folder, counted from 1 in their names. Throws ERR_DATA naming folder or file, ERR_CONFIG for frames without the size of their picture. */
export async function readDwposeFrames(folder: string, options: DwposeFrameOptions & DwposeReading = {}): Promise<DwposeVideo> {
  const files = await frameFiles(folder, namings, 'NNNNNNNN.npz or NNNNNNNN.npy from 1 on')
  const frames = files.map(({ path, number }) => ({ number, who: path, read: () => readBytes(path) }))
  return dwposeFramesOf(frames, folder, { name: basename(resolve(folder)), ...options })
}

/** The same of files by rising number, at least one; `who` is the clip's name in errors. */
export async function dwposeFramesOf(
  files: readonly FrameArrays[],
  who: string,
  options: DwposeFrameOptions & DwposeReading,
): Promise<DwposeVideo> {
  const { fps = USUAL_RATE, name = who, picture, signal } = options
  const frames: DwposeFrame[] = []
  for (const file of files) {
    signal?.throwIfAborted()
    frames.push(dwposeFrame(namedArrays(await file.read(), file.who), file.who, options))
  }
  if (!picture && frames.every((frame) => !frame.picture)) throw pictureWanted(who)
  const counted = Math.min(1, files[0]!.number)
  return {
    id: name,
    fps,
    picture: pictureOfAll(frames, { width: picture?.width, height: picture?.height }, who),
    totalFrames: files.at(-1)!.number - counted + 1,
    frames: frames.map(({ people }, t) => ({ index: files[t]!.number - counted, people })),
    handsRepaired: frames.filter(({ handsRepaired }) => handsRepaired).length,
    notes: [],
  }
}
