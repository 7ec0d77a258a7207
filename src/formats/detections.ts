// A corpus of detections: a folder a clip below one root, of whatever detector, told by how its files are named.

import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { ahead } from '../base/ahead.js'
import { SignError } from '../base/errors.js'
import { dwposeFrameName, readDwposeClip } from './dwpose.js'
import type { Picture } from './dwpose_person.js'
import { clipFolders, unreadable } from './frame_files.js'
import { openPoseFrameName, readOpenPoseClip } from './openpose.js'
import type { DetectedClip } from './signer.js'

const frameNames = { openpose: openPoseFrameName, dwpose: dwposeFrameName }

export type Detector = keyof typeof frameNames
export const detectors = Object.keys(frameNames) as readonly Detector[]

/** Clips read at once. Files of a clip come one after another, so this is also how many files are open. */
const AHEAD = 8

/** A folder with the frames of one clip. */
export interface DetectionFolder {
  readonly name: string
  readonly path: string
}

export interface DetectionOptions {
  /** Default: told from the names of each folder's files. */
  readonly detector?: Detector | undefined
  /** Size of the video, which DWPose files do not tell; they are refused without it. */
  readonly picture?: Picture | undefined
  /** Frames a second of the videos, which the files do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number | undefined
  /** Called for a clip that cannot be read, which is then left out. Default: the error is thrown and the reading ends. */
  readonly broken?: (name: string, error: SignError) => void
}

/**
 * The folders of the clips under `root`, by name; `root` itself where the frames lie in it. Throws ERR_DATA naming the root where it cannot be read or holds
 * neither.
 */
export async function detectionFolders(root: string): Promise<DetectionFolder[]> {
  if (await detectorOf(root)) return [{ name: basename(resolve(root)), path: root }]
  return (await clipFolders(root)).map((name) => ({ name, path: join(root, name) }))
}

/**
 * The clips of these folders in their order, several being read while one is worked on. Throws ERR_DATA naming the folder or file of what no detector writes, see
 * `readOpenPoseClip` and `readDwposeClip`; ERR_CONFIG for DWPose files where `picture` is not given.
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

async function readClip(path: string, name: string, { detector, picture, fps = 24 }: DetectionOptions): Promise<DetectedClip> {
  switch (detector ?? (await detectorOf(path))) {
    case 'openpose':
      return readOpenPoseClip(path, { fps, name })
    case 'dwpose': {
      if (picture) return readDwposeClip(path, { fps, name, picture })
      const problem = 'wanted the size of the video, got none'
      throw new SignError('ERR_CONFIG', path, problem, 'DWPose files hold fractions of the picture: give its size, e.g. --picture 1280x720')
    }
    default: {
      const problem = 'wanted frames of OpenPose (<stem>_<digits>_keypoints.json) or DWPose (NNNNNNNN.json), got neither'
      throw new SignError('ERR_DATA', path, problem, 'Name the folder above the folders of the clips')
    }
  }
}

/** The detector that names its files like those in a folder; undefined where there is none. */
async function detectorOf(folder: string): Promise<Detector | undefined> {
  let files: string[]
  try {
    files = await readdir(folder)
  } catch (cause) {
    throw unreadable(folder, cause)
  }
  return detectors.find((detector) => files.some((file) => frameNames[detector](file)))
}
