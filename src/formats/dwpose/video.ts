// `poses.npz`: all that DWPose saw in one video, as SignVerse-2M has it. Frame by frame a dictionary of plain arrays, all of them one array of objects and therefore
// a pickle, which is read as data (pickle/pickle.ts); a frame is reduced to its people as soon as it was read.

import { shown } from '../../base/shown.js'
import { isRate, wantedRate } from '../../motion/clip.js'
import { fileBytes } from '../file_bytes.js'
import { refuse } from '../json/shape.js'
import { decodeNpyValue, isObjectArray, isTextArray, type NpyValue } from '../npy_value.js'
import { isExtent, type Picture } from '../picture.js'
import { readZip, type ZipEntry } from '../zip.js'
import type { DwposePeople } from './clip.js'
import { type DwposeFrame, type DwposeReading, dwposeFrame, type Named } from './frame.js'

/** What was seen in a video. */
export interface DwposeVideo {
  /** As the source calls it. */
  readonly id: string
  readonly fps: number
  /** Of which the points hold fractions. */
  readonly picture: Picture
  /** Frames decoded, whether or not somebody looked for people in each of them. */
  readonly totalFrames: number
  /** In rising order. */
  readonly frames: readonly DwposePeople[]
  /** Frames in which hands were given back to their owners. */
  readonly handsRepaired: number
  /** What was decided while it was read, in words. */
  readonly notes: readonly string[]
}

/** What videos are decoded at where nobody says otherwise. */
export const USUAL_RATE = 24

/** Reads the file. Throws as `decodeDwposeVideo`. */
export async function readDwposeVideo(path: string, options: DwposeReading = {}): Promise<DwposeVideo> {
  return decodeDwposeVideo(await fileBytes(path), path, options)
}

/** Whether an archive is such a file by the names in it. Throws as `readZip`. */
export const holdsVideo = (bytes: Uint8Array, who: string): boolean => readZip(bytes, who).some(({ name }) => name === 'frame_payloads.npy')

/** What such a file calls its video; undefined where it does not. Throws as `readZip` and `decodeNpyValue`. */
export function videoId(bytes: Uint8Array, who: string): string | undefined {
  const entry = readZip(bytes, who).find(({ name }) => name === 'video_id.npy')
  return entry && textOf(valueIn(entry, who))
}

/**
 * Decodes the archive. Throws ERR_DATA naming `who`, the frame from 1 and the array for whatever is not as the extractor writes it, and for a video without frames or
 * with frames of several sizes.
 */
export function decodeDwposeVideo(bytes: Uint8Array, who: string, options: DwposeReading = {}): DwposeVideo {
  const members = new Map(readZip(bytes, who).map((entry) => [entry.name.replace(/\.npy$/, ''), entry]))
  const member = (name: string): NpyValue | undefined => {
    const entry = members.get(name)
    return entry && valueIn(entry, who)
  }
  const payloads = members.get('frame_payloads')
  if (!payloads)
    return refuse(who, `wanted the array 'frame_payloads', got ${[...members.keys()].slice(0, 5).join(', ') || 'none'}`, 'Check the path')
  const frames = framesIn(payloads, who, options)
  const fps = numbersOf(member('fps'))?.[0] ?? USUAL_RATE
  if (!isRate(fps)) refuse(who, `wanted ${wantedRate} at fps, got ${fps}`)
  const indices = numbersOf(member('frame_indices')) ?? []
  const numbered = frameNumbers(indices, frames.length)
  const size = (name: string): number | undefined => (numbersOf(member(`${name}s`)) ?? numbersOf(member(name)))?.[0]
  const told = { width: size('frame_width'), height: size('frame_height') }
  return {
    id: textOf(member('video_id')) ?? '',
    fps,
    picture: pictureOfAll(frames, told, who),
    totalFrames: Math.max(numbersOf(member('total_frames'))?.[0] ?? 0, numbered.at(-1)! + 1),
    frames: frames.map(({ people }, t) => ({ index: numbered[t]!, people })),
    handsRepaired: frames.filter(({ handsRepaired }) => handsRepaired).length,
    notes: indices.length > 0 && !isCount(indices, frames.length) ? [UNCOUNTED] : [],
  }
}

const UNCOUNTED = "the file's numbers of frames do not fit its frames, which are counted instead"

const valueIn = ({ name, bytes, offset }: ZipEntry, who: string): NpyValue => decodeNpyValue(bytes, `${who}, '${name}' at byte ${offset}`)

function framesIn({ name, bytes, offset }: ZipEntry, who: string, options: DwposeReading): DwposeFrame[] {
  const value = decodeNpyValue(bytes, `${who}, '${name}' at byte ${offset}`, (payload, t) => {
    const place = `${who}, frame ${t + 1}`
    if (!(payload instanceof Map)) return refuse(place, `wanted a dictionary, got ${shown(payload)}`)
    return dwposeFrame(payload as Named, place, options)
  })
  if (isObjectArray(value) && value.objects.length > 0) return value.objects as DwposeFrame[]
  return refuse(who, `wanted at least one frame in '${name}', got none`, 'Drop the video')
}

/** The size that all frames tell, else that of the file. */
export function pictureOfAll(
  frames: readonly DwposeFrame[],
  told: { readonly width: number | undefined; readonly height: number | undefined },
  who: string,
): Picture {
  const first = frames.find(({ picture }) => picture)?.picture ?? told
  const stranger = frames.findIndex(({ picture }) => picture && (picture.width !== first.width || picture.height !== first.height))
  if (stranger >= 0) {
    const { width, height } = frames[stranger]!.picture!
    refuse(who, `wanted frames of one size, got ${first.width} x ${first.height} and, in frame ${stranger + 1}, ${width} x ${height}`)
  }
  const { width, height } = first
  if (isExtent(width) && isExtent(height)) return { width, height }
  return refuse(who, `wanted the size of the picture in frame_width and frame_height, got ${width} x ${height}`)
}

/** Frames counted from 0: by their numbers where these fit, else by place: extractors leave the numbers out, or write them twice. */
function frameNumbers(indices: readonly number[], count: number): number[] {
  return isCount(indices, count) ? indices.map((index) => index - 1) : Array.from({ length: count }, (_, t) => t)
}

/** Whether these are `count` rising numbers from 1 on. */
function isCount(indices: readonly number[], count: number): boolean {
  return indices.length === count && indices.every((index, t) => Number.isInteger(index) && index > (indices[t - 1] ?? 0))
}

/** The numbers of an array as they are printed. */
function numbersOf(value: NpyValue | undefined): readonly number[] | undefined {
  return value && 'data' in value ? Array.from(value.data as ArrayLike<number | bigint>, Number) : undefined
}

function textOf(value: NpyValue | undefined): string | undefined {
  return value && isTextArray(value) ? value.texts[0] : undefined
}
