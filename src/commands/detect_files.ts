// The videos that keypoints are detected in, and the file that each becomes.

import { existsSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { twinAmong } from '../base/folder.js'
import { keptPath } from '../detect/kept_frames.js'
import { withoutVideoEnding } from '../video/endings.js'
import type { ResumeOptions } from './clip_work.js'
import { videosAt, wantedVideos } from './video_source.js'

export interface DetectFile {
  readonly name: string
  readonly video: string
  /** The `.pose` file to write. */
  readonly out: string
}

const isPose = (path: string): boolean => extname(path).toLowerCase() === '.pose'

/**
 * A video becomes the file `out` where that is a `.pose`, and one in the folder `out` otherwise, as all videos of a folder do. Throws ERR_USAGE for what is
 * no video, and for videos that would become the same file.
 */
export async function detectFiles(source: string, out: string): Promise<DetectFile[]> {
  // Folders of .pose files are read without those below them.
  const videos = (await videosAt(source))?.filter(({ name }) => basename(name) === name) ?? []
  if (videos.length === 0) throw wantedVideos(source, 'the detector')
  if (isPose(out) && videos[0]!.file !== source) {
    const problem = `wanted a folder for ${counted(videos.length, 'video')}, got the name of one .pose file`
    throw new SignError('ERR_USAGE', out, problem, 'Name a folder')
  }
  const names = videos.map(({ name }) => withoutVideoEnding(name))
  const twice = twinAmong(names)
  if (twice !== undefined)
    throw new SignError('ERR_USAGE', source, `wanted videos of different names, got two called '${twice}'`, 'Rename or move one of them')
  return videos.map(({ file }, i) => ({ name: names[i]!, video: file, out: isPose(out) ? out : join(out, `${names[i]}.pose`) }))
}

/** Throws ERR_USAGE where something of an earlier run is there and nothing says what to do with that. */
export function checkOutputs(files: readonly DetectFile[], { resume = false, overwrite = false }: ResumeOptions): void {
  if (resume || overwrite) return
  const there = files.flatMap(({ out }) => [out, keptPath(out)]).filter((path) => existsSync(path))
  if (there.length === 0) return
  const others = there.length > 1 ? `, and ${there.length - 1} more` : ''
  const problem = `wanted outputs that do not exist yet, got this one from an earlier run${others}`
  throw new SignError('ERR_USAGE', there[0]!, problem, 'Pass --resume to go on with what is missing, or --overwrite to replace it')
}
