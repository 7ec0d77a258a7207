// Videos of signing with their sentences: what tasks that read signing learn from where `input` is `video`.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { inTurns } from '../../base/in_turns.js'
import { telling, type Watched } from '../../base/progress.js'
import { linesOfText, readTextIfThere } from '../../base/text_file.js'
import { readCompanions, wordsOfClip } from '../../data/corpus/companions.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { checkNamesDiffer } from '../../formats/skels/companions.js'
import { cachedCount } from '../../video/count_cache.js'
import type { PictureStore } from '../../video/picture_store.js'
import { drawnMotion, type PictureSource, videoFile } from '../../video/source.js'
import type { ClipsEntry, SignedClip, Split } from '../signed_clips.js'
import { VideoFolder } from './video_folder.js'

/** A clip of pictures. Its frames are those that are taken, and so are its rate and spans. */
export interface SignedVideo extends Omit<SignedClip, 'values'> {
  readonly source: PictureSource
  /** Frames of the video. */
  readonly all: number
  /** One frame of so many is taken. */
  readonly stride: number
  /** Of its largest frame, as it goes to the GPU. */
  readonly pixels: number
}

export interface VideoReading extends Watched {
  /** One frame of so many is taken. */
  readonly stride: number
  /** At most so many frames are. */
  readonly maxFrames: number
  /** A folder where counts are kept. */
  readonly cache: string | null
  readonly store: PictureStore
}

/** Where a video says nothing of its rate. */
const UNTOLD_RATE = 25

/**
 * The videos of one split of some corpora, corpora taking turns where they are held out; all of them are read once, to be counted. Throws ERR_DATA or ERR_CONFIG
 * naming file and line for what cannot be read.
 */
export async function loadSignedVideos(entries: readonly ClipsEntry[], split: Split, reading: VideoReading): Promise<SignedVideo[]> {
  const lists = await Promise.all(entries.map((entry) => uncountedOf(entry, split)))
  const all = split === 'train' ? lists.flat() : inTurns(lists)
  const videos: SignedVideo[] = []
  const tell = telling(reading.onProgress, { work: `${split} videos read`, unit: 'clip', all: all.length })
  for (const clip of all) {
    videos.push(await countedClip(clip, reading))
    tell(videos.length)
  }
  return videos
}

type Uncounted = Omit<SignedVideo, 'all' | 'stride' | 'pixels' | 'frames' | 'fps'> & { readonly fps: number | undefined }

async function countedClip({ fps, spans, ...clip }: Uncounted, { stride, maxFrames, cache, store }: VideoReading): Promise<SignedVideo> {
  const { frames: all, pixels, fps: told } = await cachedCount(cache, clip.source, store)
  const frames = Math.min(Math.ceil(all / stride), maxFrames)
  return {
    ...clip,
    ...{ all, stride, pixels, frames, fps: (fps ?? told ?? UNTOLD_RATE) / stride },
    ...(spans && { spans: spans.map(({ first, end }) => ({ first: first / stride, end: end / stride })) }),
  }
}

async function uncountedOf(entry: ClipsEntry, split: Split): Promise<Uncounted[]> {
  if ('synthetic' in entry)
    return syntheticCorpus(entry.synthetic)[split].map((clip) => ({ ...clip, source: drawnMotion(clip, clip.name) }))
  const prefix = entry[split]
  if (prefix === undefined) return []
  const { language, videos: folder, fps } = entry
  if (folder === undefined)
    throw new SignError('ERR_CONFIG', prefix, 'wanted the folder of its videos, got none', 'Set `videos` beside `train`, or input: poses')
  const named = await videosNamed(prefix, folder)
  const companions = await readCompanions(prefix, named.length, 'text', `${prefix}.files`)
  const clips = named.map(({ file, who }, i) => ({
    ...wordsOfClip(companions, i, { prefix, language, who }),
    ...{ fps: fps ?? undefined, source: videoFile(file) },
  }))
  const own = clips.filter((clip) => clip.language === language)
  if (own.length > 0) return own
  throw new SignError('ERR_DATA', `${prefix}.files`, `wanted clips of ${language}, got none`, 'Check the language tag')
}

/** A video that a corpus names. */
export interface NamedVideo {
  readonly name: string
  readonly file: string
  /** Where it is named, for messages. */
  readonly who: string
}

/**
 * The video in `folder` of each line of `<prefix>.files`. Throws ERR_DATA naming file and line for one that is not there, or is there twice, and for a name that is
 * on two lines.
 */
export async function videosNamed(prefix: string, folder: string): Promise<NamedVideo[]> {
  const path = `${prefix}.files`
  const names = await linesOf(path)
  checkNamesDiffer(path, names)
  const videos = new VideoFolder(folder)
  const found: NamedVideo[] = []
  for (const [i, name] of names.entries()) {
    const who = `${path}:${i + 1}`
    found.push({ name, file: await videos.fileOf(name, who), who })
  }
  return found
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readTextIfThere(path, { nextMove: 'Check its permissions' })
  const lines = text === undefined ? [] : linesOfText(text).map((line) => line.trim())
  if (lines.length > 0) return lines
  const got = text === undefined ? 'no such file' : 'an empty file'
  throw new SignError('ERR_DATA', path, `wanted the name of a video a line, got ${got}`, 'Write it, line for line with .text')
}

/** The one rate of all clips. Throws ERR_CONFIG where one has another. */
export function oneRate(videos: readonly SignedVideo[]): number {
  const [{ fps, name }] = videos as [SignedVideo]
  // What is told of a video's rate is rounded in many ways: a tenth is no other rate.
  const other = videos.find((video) => Math.abs(video.fps - fps) > 0.1 * fps)
  if (!other) return fps
  const problem = `wanted ${fps} frames per second taken, as of '${name}', got ${other.fps}`
  throw new SignError('ERR_CONFIG', other.name, problem, 'Train on videos of one rate, or set `fps` for those that tell a wrong one')
}

/** What to know of videos that are longer than a model takes. */
export function cutVideos(videos: readonly SignedVideo[], maxFrames: number): string[] {
  const cut = videos.filter(({ all, stride }) => Math.ceil(all / stride) > maxFrames)
  if (cut.length === 0) return []
  return [
    `of ${counted(cut.length, 'video')} longer than model.maxFrames a random ${maxFrames} frames are taken, such as of '${cut[0]!.name}'`,
  ]
}
