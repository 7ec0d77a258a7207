// Which detector wrote the frames in a folder: told by how its files are named, and where names do not tell, by what is in the first.

import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { namesIn } from '../base/folder.js'
import { framesAmong, readBytes } from './frame_files.js'
import { foreignJson } from './json/foreign.js'
import { parseJson } from './json/text.js'

export const detectors = ['openpose', 'dwpose'] as const
export type Detector = (typeof detectors)[number]

/** Frames begin with what they are. */
const BEGINNING = 2 ** 16

/** The detector of a folder's frames; undefined where there are none of either. Throws ERR_DATA where the folder cannot be read. */
export async function detectorOf(folder: string): Promise<Detector | undefined> {
  const frames = framesAmong(await namesIn(folder), ['keypoints', 'number', 'numbered'])
  if (!frames || frames.naming === 'keypoints') return frames && 'openpose'
  const text = new TextDecoder().decode(await readBytes(join(folder, frames.names[0]!), BEGINNING))
  if (/"people"\s*:/.test(text)) return 'openpose'
  // What is in a file that is named as DWPose names them is for its reader to say.
  return frames.naming === 'number' || /"num_persons"\s*:/.test(text) ? 'dwpose' : undefined
}

/** Whether names alone tell that frames lie in the folder itself. Throws ERR_DATA where it cannot be read. */
export async function holdsFrames(folder: string): Promise<boolean> {
  return framesAmong(await namesIn(folder), ['keypoints', 'number']) !== undefined
}

/** What to throw for a folder without frames of a detector that we read: it says what is there instead. */
export async function noFrames(folder: string): Promise<SignError> {
  const names = await namesIn(folder)
  const json = names.find((name) => /\.json$/i.test(name))
  const kind = json === undefined ? undefined : foreignJson(await valueIn(join(folder, json)))
  const some = json ?? names[0]
  const there = some === undefined ? 'an empty folder' : kind ? `'${json}': ${kind}` : `neither, but such as '${some}'`
  const problem = `wanted frames of OpenPose (<stem>_<digits>_keypoints.json) or DWPose (NNNNNNNN.json), got ${there}`
  const nextMove = kind ? 'Write a file for each frame, as one of these does' : 'Name the folder that contains the folders of the clips'
  return new SignError('ERR_DATA', folder, problem, nextMove)
}

async function valueIn(path: string): Promise<unknown> {
  try {
    return parseJson(await readBytes(path), path)
  } catch (error) {
    if (error instanceof SignError) return undefined
    throw error
  }
}
