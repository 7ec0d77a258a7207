// The videos at a path as downloads of SignVerse-2M, How2Sign-DWPose and Prompt2Sign lie on disk: a shard or a folder of shards, a folder of videos or of one, or a
// `poses.npz`. Of each video what was said when, in which sign language, and, when asked, what DWPose saw.

import { existsSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { ahead } from '../../base/ahead.js'
import { SignError } from '../../base/errors.js'
import { namesIn } from '../../base/folder.js'
import { isRate } from '../../motion/clip.js'
import { type Cue, chooseTrack } from '../captions/cues.js'
import { parseCaptions } from '../captions/json.js'
import { parseVtt, type VttOptions } from '../captions/vtt.js'
import type { DwposeReading } from '../dwpose/frame.js'
import { type DwposeFrameOptions, dwposeFramesOf, holdsFrame } from '../dwpose/frames.js'
import { type DwposeVideo, decodeDwposeVideo, holdsVideo } from '../dwpose/video.js'
import { type StoredFile, type StoredVideo, videoIn, videosBelow, videosInShard, WHOLE } from './files.js'
import { readVideoTable, tablesAmong, type VideoFacts } from './table.js'

export interface SignedVideo {
  readonly id: string
  /** What errors name. */
  readonly who: string
  /** Code of the sign language, where a table tells it. */
  readonly language: string | undefined
  readonly split: string | undefined
  /**
   * What is said, in the track that `chooseTrack` takes for `wanted`; undefined without such a track. Captions as they were fetched are read rather than what a
   * program made of them. Throws ERR_DATA naming the file for what is no captions.
   */
  captions(wanted: string, options?: VttOptions): Promise<{ readonly track: string; readonly cues: readonly Cue[] } | undefined>
  /** What DWPose saw. Throws as `decodeDwposeVideo` and `dwposeFramesOf`. */
  read(): Promise<DwposeVideo>
}

export interface VideoOptions extends Pick<DwposeFrameOptions, 'picture' | 'fps' | 'signal'>, DwposeReading {
  /** Table of the videos' languages. Default: those called `*metadata*.csv` beside the videos. */
  readonly table?: string | undefined
}

/**
 * The videos at a path in its order; undefined where there are none of these. Throws ERR_DATA naming what cannot be read, and an id that is there twice.
 */
export async function signedVideos(path: string, options: VideoOptions = {}): Promise<SignedVideo[] | undefined> {
  const stored = await storedVideos(path, options)
  if (!stored) return undefined
  const seen = new Set<string>()
  const twice = stored.find(({ id }) => seen.size === seen.add(id).size)
  if (twice) throw new SignError('ERR_DATA', path, `wanted each video once, got '${twice.id}' twice`, 'Remove one of them')
  const facts = await factsBeside(path, options.table)
  return stored.map((video) => signedVideo(video, facts.get(video.id), options))
}

/** Shards whose headers are read at once. */
const AHEAD = 4

async function storedVideos(path: string, { signal }: VideoOptions): Promise<StoredVideo[] | undefined> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return undefined
  if (stats.isFile()) {
    if (extname(path).toLowerCase() === '.tar') return some(await videosInShard(path, { signal }))
    return undefined
  }
  if (!stats.isDirectory()) return undefined
  const shards = (await namesIn(path)).filter((name) => extname(name).toLowerCase() === '.tar')
  if (shards.length > 0) {
    const videos: StoredVideo[] = []
    for await (const found of ahead(shards, AHEAD, (name) => videosInShard(join(path, name), { signal }))) videos.push(...found)
    return some(videos)
  }
  const one = await videoIn(path)
  const dataset = join(path, 'dataset')
  const videos = one ? [one] : await videosBelow(existsSync(dataset) ? dataset : path)
  // Other archives may be named as frames are; one look tells.
  return videos[0] && (await isDwpose(videos[0])) ? videos : undefined
}

async function isDwpose({ poses }: StoredVideo): Promise<boolean> {
  const [{ name, who, read }] = poses as [StoredFile]
  const bytes = await read()
  try {
    return name === WHOLE ? holdsVideo(bytes, who) : holdsFrame(bytes, who)
  } catch (error) {
    // A damaged file is for whoever reads it to tell.
    if (error instanceof SignError && error.code === 'ERR_DATA') return name === WHOLE
    throw error
  }
}

const some = (videos: StoredVideo[]): StoredVideo[] | undefined => (videos.length > 0 ? videos : undefined)

/** What tables tell: the one named, else those in the folder of the videos and in the two above: `<id>`, `dataset`, and that of all. */
async function factsBeside(path: string, table: string | undefined): Promise<Map<string, VideoFacts>> {
  if (table !== undefined) return readVideoTable(table)
  const folder = resolve(statSync(path).isDirectory() ? path : dirname(path))
  const near = new Set([folder, dirname(folder), dirname(dirname(folder))])
  const facts = new Map<string, VideoFacts>()
  for (const folder of near) {
    for (const name of tablesAmong(await namesIn(folder))) {
      for (const [id, { language, split }] of await readVideoTable(join(folder, name))) {
        const known = facts.get(id)
        facts.set(id, { language: known?.language ?? language, split: known?.split ?? split })
      }
    }
  }
  return facts
}

function signedVideo(video: StoredVideo, facts: VideoFacts | undefined, options: VideoOptions): SignedVideo {
  return {
    id: video.id,
    who: video.who,
    language: facts?.language,
    split: facts?.split,
    captions: (wanted, reading) => captionsOf(video, wanted, reading),
    read: () => posesOf(video, options),
  }
}

async function captionsOf({ id, captions }: StoredVideo, wanted: string, reading?: VttOptions): ReturnType<SignedVideo['captions']> {
  const files = new Map(captions.map((file) => [file.name, file]))
  const vtt = [...files.keys()].flatMap((name) =>
    name.startsWith(`${id}.`) && name.endsWith('.vtt') ? [name.slice(id.length + 1, -4)] : [],
  )
  const json = files.get(`${id}.captions.json`)
  if (vtt.length > 0) {
    const track = chooseTrack(vtt, wanted)
    if (track === undefined) return undefined
    const file = files.get(`${id}.${track}.vtt`)!
    return { track, cues: parseVtt(await file.read(), file.who, reading) }
  }
  if (!json) return undefined
  const tracks = parseCaptions(await json.read(), json.who)
  const track = chooseTrack([...tracks.keys()], wanted)
  return track === undefined ? undefined : { track, cues: tracks.get(track)! }
}

const UNFINISHED = 'no mark that the extraction of its poses was finished (.complete)'

async function posesOf({ id, who, poses, complete }: StoredVideo, options: VideoOptions): Promise<DwposeVideo> {
  const [first] = poses as [StoredFile]
  if (first.name === WHOLE) {
    const video = decodeDwposeVideo(await first.read(), first.who, options)
    return { ...video, id, notes: [...video.notes, ...(complete ? [] : [UNFINISHED])] }
  }
  const told = complete && /^fps=(\d+(?:\.\d+)?)$/m.exec(Buffer.from(await complete.read()).toString('utf8'))?.[1]
  const fps = options.fps ?? (told !== undefined && isRate(Number(told)) ? Number(told) : undefined)
  const numbered = poses.map((file) => ({ ...file, number: Number.parseInt(file.name, 10) }))
  const frames = numbered.toSorted((a, b) => a.number - b.number)
  const twin = frames.find(({ number }, i) => frames[i - 1]?.number === number)
  if (twin) throw new SignError('ERR_DATA', twin.who, `wanted each frame once, got number ${twin.number} twice`, 'Remove one of the files')
  return dwposeFramesOf(frames, who, { ...options, fps, name: id })
}
