// A corpus of detections: a folder a clip below one root, of whatever detector.

import { basename, join, resolve } from 'node:path'
import { ahead } from '../base/ahead.js'
import { SignError } from '../base/errors.js'
import { foldersIn, twinAmong } from '../base/folder.js'
import { type Detector, detectorOf, holdsFrames, noFrames } from './detector.js'
import { readDwposeClip } from './dwpose/dwpose.js'
import { readOpenPoseClip } from './openpose/openpose.js'
import { type Picture, pictureWanted } from './picture.js'
import type { DetectedClip } from './signer.js'

/** Clips read at once. Files of a clip come one after another, so this is also how many files are open. */
const AHEAD = 8

/** A folder with the frames of one clip. */
export interface DetectionFolder {
  readonly name: string
  readonly path: string
}

export interface DetectionOptions {
  /** Default: told from each folder's files. */
  readonly detector?: Detector | undefined
  /** Size of the video, for files that hold fractions of it, as DWPose's do: they are refused without it. */
  readonly picture?: Picture | undefined
  /** Frames a second of the videos, which the files do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number | undefined
  /** Stops between frames; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called for a clip that cannot be read, which is then left out. Default: the error is thrown and the reading ends. */
  readonly broken?: (name: string, error: SignError) => void
}

/**
 * The folders of the clips under `root`, by name, links to folders among them; `root` itself where the frames lie in it. Throws ERR_DATA naming the root where it
 * cannot be read or holds neither, or two clips whose names differ only in how accents are put together.
 */
export async function detectionFolders(root: string): Promise<DetectionFolder[]> {
  const itself = [{ name: basename(resolve(root)), path: root }]
  if (await holdsFrames(root)) return itself
  const names = await foldersIn(root)
  if (names.length === 0) {
    if (await detectorOf(root)) return itself
    throw new SignError(
      'ERR_DATA',
      root,
      'wanted a folder for each clip, got none',
      'Name the folder that contains the folders of the clips',
    )
  }
  const twin = twinAmong(names)
  if (twin === undefined) return names.map((name) => ({ name, path: join(root, name) }))
  const problem = `wanted clips named differently, got two named '${twin}', with accents put together in two ways`
  throw new SignError('ERR_DATA', root, problem, 'Rename one of them')
}

/**
 * The clips of these folders in their order, several being read while one is worked on. Throws ERR_DATA naming the folder or file of what no detector writes, see
 * `readOpenPoseClip` and `readDwposeClip`; ERR_CONFIG for files that hold fractions where `picture` is not given.
 */
export async function* readDetections(folders: readonly DetectionFolder[], options: DetectionOptions = {}): AsyncGenerator<DetectedClip> {
  const { broken } = options
  const read = async ({ name, path }: DetectionFolder): Promise<DetectedClip | SignError> => {
    try {
      return await readClip(path, name, options)
    } catch (error) {
      if (broken && error instanceof SignError && error.code === 'ERR_DATA') return error
      throw error
    }
  }
  let at = 0
  for await (const clip of ahead(folders, AHEAD, read)) {
    const { name } = folders[at++]!
    if (clip instanceof SignError) broken?.(name, clip)
    else yield clip
  }
}

async function readClip(path: string, name: string, { detector, picture, fps = 24, signal }: DetectionOptions): Promise<DetectedClip> {
  switch (detector ?? (await detectorOf(path))) {
    case 'openpose':
      return readOpenPoseClip(path, { fps, name, picture, signal })
    case 'dwpose':
      if (picture) return readDwposeClip(path, { fps, name, picture, signal })
      throw pictureWanted(path)
    default:
      throw await noFrames(path)
  }
}
