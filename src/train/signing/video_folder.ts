// The videos of a folder by the names that corpora have for them: with or without their endings.

import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SignError } from '../../base/errors.js'
import { namesIn } from '../../base/folder.js'
import { clipNameProblem } from '../../data/clip_name.js'
import { endsAsVideo, withoutVideoEnding } from '../../video/endings.js'

export class VideoFolder {
  readonly #folder: string
  /** Of each folder that was looked into, its videos by their names with and without endings. */
  readonly #looked = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * The path of a video, by its name or by that without its ending, which may be in capitals. Throws ERR_DATA naming `who` for a name that is no path in the folder, or
   * that no video or several have.
   */
  async fileOf(name: string, who: string): Promise<string> {
    const problem = name === '' ? 'wanted the name of a video, got a blank line' : clipNameProblem(name)
    if (problem) throw new SignError('ERR_DATA', who, problem, 'Name a video in the folder')
    const path = join(this.#folder, name)
    const found = (await this.#videosIn(dirname(path))).get(basename(path).normalize('NFC')) ?? []
    if (found.length === 1) return join(dirname(path), found[0]!)
    const wanted = endsAsVideo(name) ? `the video ${path}` : `${path}.mp4 or another video of that name`
    const [got, nextMove] =
      found.length === 0
        ? ['no such file', 'Check `videos` and the name']
        : [`several: ${found.join(', ')}`, 'Write its name with its ending']
    throw new SignError('ERR_DATA', who, `wanted ${wanted}, got ${got}`, nextMove)
  }

  #videosIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
    if (!this.#looked.has(folder)) this.#looked.set(folder, videosByName(folder))
    return this.#looked.get(folder)!
  }
}

/** By name, accents put together; a name with its ending is of one file alone. */
async function videosByName(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const videos = existsSync(folder) ? (await namesIn(folder)).filter(endsAsVideo) : []
  const byName = new Map<string, string[]>()
  for (const file of videos) {
    const bare = withoutVideoEnding(file).normalize('NFC')
    byName.set(bare, [...(byName.get(bare) ?? []), file])
  }
  for (const file of videos) byName.set(file.normalize('NFC'), [file])
  return byName
}
