// Today's DWPose data as detections: videos cut into clips by what is said in them, clips of all points, lines of 385 numbers.

import { existsSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { foldersIn, namesIn } from '../base/folder.js'
import { clipNameProblem } from '../data/clip_name.js'
import type { ClipWords } from '../data/clip_words.js'
import { type Cue, framesOfCue } from '../formats/captions/cues.js'
import { holdsAllPoints, readAllPoints } from '../formats/dwpose/all_points.js'
import { dwposeClip } from '../formats/dwpose/clip.js'
import { countDwposeLines, holdsDwposeLines, readDwposeLines } from '../formats/dwpose/lines.js'
import { type DwposeVideo, holdsVideo, readDwposeVideo, videoId } from '../formats/dwpose/video.js'
import { fileBytes } from '../formats/file_bytes.js'
import { type Picture, pictureWanted } from '../formats/picture.js'
import type { DetectedClip } from '../formats/signer.js'
import { WHOLE } from '../formats/signverse/files.js'
import { type SignedVideo, signedVideos } from '../formats/signverse/videos.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../formats/skels/companions.js'
import { asFilmed } from './clip_rates.js'
import type { DetectionSource } from './detection_source.js'

export interface VideoSettings {
  /** Which captions cut videos into clips: `original` (default), a language of which a track or a translation is taken, or `none`: every video is one clip. */
  readonly captions?: string | undefined
  /** Table of the videos' sign languages. Default: tables called `*metadata*.csv` beside them. */
  readonly table?: string | undefined
}

interface DwposeDetectionOptions extends VideoSettings {
  readonly picture?: Picture | undefined
  /** Frames a second of the videos, whatever the files say. */
  readonly videoFps?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Seconds of the shortest clip that is cut out: eight frames at the usual rate, as SignVerse-2M's trainer has it. */
const SHORTEST = 8 / 24

/** What DWPose saw, as it is at a path; undefined where there is none of it. Folders of JSON files are `jsonDetections`. Throws as the readers do. */
export async function dwposeDetections(path: string, options: DwposeDetectionOptions = {}): Promise<DetectionSource | undefined> {
  const videos = await signedVideos(path, { ...options, fps: options.videoFps })
  if (videos) return cutVideos(videos, path, options)
  const prefix = path.endsWith('.skels') ? path.slice(0, -'.skels'.length) : path
  if (await holdsDwposeLines(`${prefix}.skels`)) return lines(prefix, options)
  const files = await clipFiles(path)
  return files && wholeFiles(files, options)
}

/** A clip of a video: all of it, or what is said in one cue. */
interface Cut {
  readonly video: SignedVideo
  readonly cue: Cue | undefined
}

async function cutVideos(videos: readonly SignedVideo[], path: string, options: DwposeDetectionOptions): Promise<DetectionSource> {
  const { captions = 'original', videoFps, signal } = options
  const cuts = new Map<string, Cut>()
  const silent: SignedVideo[] = []
  let short = 0
  for (const video of videos) {
    signal?.throwIfAborted()
    const said = captions === 'none' ? undefined : await video.captions(captions)
    if (!said || said.cues.length === 0) silent.push(video)
    for (const [n, cue] of said?.cues.entries() ?? []) {
      if (cue.end - cue.start < SHORTEST) short += 1
      else cuts.set(`${video.id}-${String(n + 1).padStart(4, '0')}`, { video, cue })
    }
  }
  const isWhole = captions === 'none' || silent.length === videos.length
  if (isWhole) for (const video of videos) cuts.set(video.id, { video, cue: undefined })
  if (cuts.size === 0) {
    const problem = `wanted cues of at least ${SHORTEST.toFixed(2)} s in captions, got ${counted(short, 'shorter one')}`
    throw new SignError('ERR_DATA', path, problem, 'Choose others with --captions')
  }
  const notes: string[] = []
  if (!isWhole && silent.length > 0)
    notes.push(`${counted(silent.length, 'video')} without such captions left out, such as '${silent[0]!.id}'`)
  if (short > 0 && !isWhole) notes.push(`${counted(short, 'cue')} shorter than ${SHORTEST.toFixed(2)} s left out`)
  return {
    names: [...cuts.keys()],
    words: new Map([...cuts].map(([name, { video, cue }]) => [name, wordsOf(video, cue)])),
    notes,
    read: (names, broken) => readCuts(cuts, names, videoFps, signal, broken),
  }
}

function wordsOf({ language }: SignedVideo, cue: Cue | undefined): ClipWords {
  return { text: cue?.text ?? '', ...(language === undefined ? {} : { language }) }
}

/** Clips of one video come one after another, so that each video is read once. */
async function* readCuts(
  cuts: ReadonlyMap<string, Cut>,
  names: readonly string[],
  videoFps: number | undefined,
  signal: AbortSignal | undefined,
  broken: (name: string, error: SignError) => void,
): AsyncGenerator<DetectedClip> {
  let open: { of: SignedVideo; video: DwposeVideo | SignError } | undefined
  for (const name of names) {
    signal?.throwIfAborted()
    const { video: of, cue } = cuts.get(name)!
    if (open?.of !== of) {
      // The last one is let go before the next is read: they are as large as memory likes.
      open = undefined
      open = { of, video: await dataOrFault(() => of.read()) }
    }
    const { video } = open
    const clip = video instanceof SignError ? video : await dataOrFault(async () => clipOf(video, cue, name, videoFps, of.who))
    if (clip instanceof SignError) broken(name, clip)
    else yield clip
  }
}

/** What `work` gives, or the fault of its data. */
async function dataOrFault<T>(work: () => Promise<T>): Promise<T | SignError> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SignError && error.code === 'ERR_DATA') return error
    throw error
  }
}

/** The clip of a cue, or of the whole video, at the rate it was filmed at. */
function clipOf(video: DwposeVideo, cue: Cue | undefined, name: string, videoFps: number | undefined, who: string): DetectedClip {
  const { frames, fps, totalFrames, picture, notes } = video
  const { start, end } = cue ? framesOfCue(cue, fps, totalFrames) : { start: 0, end: totalFrames }
  const own = frames.filter(({ index }) => index >= start && index < end).map(({ index, people }) => ({ index: index - start, people }))
  if (own.length === 0) {
    const problem = `wanted frames ${start} to ${end} of a video, got one that ends with frame ${totalFrames}`
    throw new SignError('ERR_DATA', `${who}, clip '${name}'`, problem, 'Drop the clip: its captions are of another video')
  }
  const seen = dwposeClip(own, picture, name, fps, `${who}, clip '${name}'`)
  const { clip, notes: filmed } = asFilmed(seen.clip, videoFps)
  return { ...seen, clip, detection: { ...seen.detection, notes: [...notes, ...seen.detection.notes, ...filmed] } }
}

/** The files of one clip each at a path, by name: archives of all points, or of a whole video; in a folder, or in the folders there. */
async function clipFiles(path: string): Promise<Map<string, string> | undefined> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return undefined
  const isNpz = (name: string): boolean => extname(name).toLowerCase() === '.npz'
  if (!stats.isDirectory()) return isNpz(path) && (await holdsPoses(path)) ? new Map([[await clipName(path), path]]) : undefined
  const found = new Map((await namesIn(path)).filter(isNpz).map((name) => [stemOf(name), join(path, name)]))
  if (found.size === 0) {
    for (const folder of await foldersIn(path)) {
      // A link that leads nowhere is among them.
      if (!existsSync(join(path, folder))) continue
      const names = (await namesIn(join(path, folder))).filter(isNpz)
      const [first] = names
      // One look into a folder tells what all of them are.
      if (found.size === 0 && (first === undefined || !(await holdsPoses(join(path, folder, first))))) return undefined
      for (const name of names) found.set(`${folder}/${stemOf(name)}`, join(path, folder, name))
    }
  }
  const [first] = found.values()
  return first !== undefined && (await holdsPoses(first)) ? found : undefined
}

/** A file that is called as those of all videos are has the video's name. */
async function clipName(path: string): Promise<string> {
  const id = basename(path) === WHOLE ? videoId(await fileBytes(path), path) : undefined
  return id !== undefined && id !== '' && clipNameProblem(id) === undefined ? id : stemOf(path)
}

const stemOf = (path: string): string => basename(path, extname(path))

async function holdsPoses(path: string): Promise<boolean> {
  const bytes = await fileBytes(path)
  try {
    return holdsAllPoints(bytes, path) || holdsVideo(bytes, path)
  } catch (error) {
    // What no archive is, its reader tells.
    if (error instanceof SignError && error.code === 'ERR_DATA') return false
    throw error
  }
}

function wholeFiles(files: ReadonlyMap<string, string>, { videoFps, signal }: DwposeDetectionOptions): DetectionSource {
  const read = async (name: string, path: string): Promise<DetectedClip> => {
    const isClip = holdsAllPoints(await fileBytes(path), path)
    const video = isClip ? await readAllPoints(path, name) : await readDwposeVideo(path)
    return clipOf(video, undefined, name, videoFps, path)
  }
  return {
    names: [...files.keys()],
    async *read(names, broken) {
      for (const name of names) {
        signal?.throwIfAborted()
        const clip = await dataOrFault(() => read(name, files.get(name)!))
        if (clip instanceof SignError) broken(name, clip)
        else yield clip
      }
    },
  }
}

/** A corpus of lines, with the names and sentences beside it. */
async function lines(prefix: string, { picture, videoFps, signal }: DwposeDetectionOptions): Promise<DetectionSource> {
  const path = `${prefix}.skels`
  const count = await countDwposeLines(path)
  const names = (await readCompanion(`${prefix}.files`)) ?? Array.from({ length: count }, (_, i) => `${basename(prefix)}-${i + 1}`)
  checkAligned(path, count, `${prefix}.files`, names)
  checkNamesDiffer(`${prefix}.files`, names)
  const texts = existsSync(`${prefix}.text`) ? await readCompanion(`${prefix}.text`) : undefined
  if (texts) checkAligned(path, count, `${prefix}.text`, texts)
  return {
    names,
    ...(texts ? { words: new Map(names.map((name, i) => [name, { text: texts[i]! }])) } : {}),
    async *read(wanted, broken) {
      if (!picture) throw pictureWanted(path)
      const own = new Set(wanted)
      const fps = videoFps === undefined ? {} : { fps: videoFps }
      for await (const clip of readDwposeLines(path, { picture, names, wanted: own, broken, signal, ...fps })) yield clip
    },
  }
}
