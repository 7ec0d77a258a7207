// HDF5 with a dataset [frames, 150] of floats a clip, named after it: what the published Prompt2Sign tool writes between its first two steps. Here is what all
// such files share; what the 150 numbers are is the business of keypoints.ts and motions.ts.
//
// The published tool closes up the frames it drops; we add attributes, which it does not look at: to a dataset its frame rate and the frames' place in time,
// to the file how it was made, so that nobody goes on with it under other options.

import { SignError } from '../../base/errors.js'
import { isRate, MOST_FRAMES } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import { mostUnpacked } from '../unpacked_limit.js'
import { type Hdf5Dataset, Hdf5File, type OpenHdf5Options } from './hdf5.js'

/** Frames a second, one float64. */
export const FPS = 'fps'
/** Which frame of the source each row is, int32 [frames]; absent where it is 0, 1, 2, … */
export const FRAME_INDEX = 'frameIndex'
/** What the numbers are; absent: keypoints, as the published tool has them. */
export const CONTENT = 'content'

/** A clip as it lies in a file. */
export interface ClipRows {
  readonly name: string
  /** [frames, 150] */
  readonly rows: Float32Array
  readonly frames: number
  readonly fps: number
  /** [frames], strictly rising. */
  readonly frameIndex: Int32Array
}

/** What a file holds of a clip: how it becomes rows, and rows become it. */
export interface ClipKind<C> {
  readonly content: 'keypoints' | 'joints'
  /** Where such a file comes from, as a next move. */
  readonly hint: string
  toRows(clip: C): ClipRows
  /** Throws ERR_DATA naming `who` for numbers that cannot be. */
  fromRows(stored: ClipRows, who: string): C
}

export interface ReadHdf5Options extends OpenHdf5Options {
  /** Frames a second of clips that do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number
  /** Only these clips, in this order. Default: all, by name. */
  readonly names?: readonly string[]
  /** Says which clips are not read. */
  readonly skip?: (name: string) => boolean
  /** Refuse a clip whose last frame is nothing but zeros: a disk that filled up while it was written leaves it so. Default false. */
  readonly whole?: boolean
  /** Called for a clip that cannot be read, which is then left out. Default: the error is thrown and the reading ends. */
  readonly broken?: (name: string, error: SignError) => void
}

/** The clips of a file one at a time; datasets inside groups are named by their path. Throws as the readers of each kind say. */
export async function* readClipHdf5<C>(path: string, kind: ClipKind<C>, options: ReadHdf5Options = {}): AsyncGenerator<C> {
  const file = await Hdf5File.open(path, 'r', options)
  try {
    for (const name of options.names ?? (await file.names())) {
      if (options.skip?.(name)) continue
      const clip = await attempt(name, options.broken, () => clipIn(file, name, kind, options))
      if (clip !== undefined) yield clip
    }
  } finally {
    await file.close()
  }
}

/** The names of the clips in a file, and what they hold; of a file without clips, no content. Throws ERR_DATA naming the file. */
export async function listClipHdf5(path: string, options: OpenHdf5Options = {}): Promise<{ names: string[]; content: string | undefined }> {
  const file = await Hdf5File.open(path, 'r', options)
  try {
    const names = await file.names()
    const content = names[0] === undefined ? undefined : contentOf(await file.describe(names[0], [CONTENT]))
    return { names, content }
  } finally {
    await file.close()
  }
}

async function attempt<T>(name: string, broken: ReadHdf5Options['broken'], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(broken && error instanceof SignError && error.code === 'ERR_DATA')) throw error
    broken(name, error)
    return undefined
  }
}

async function clipIn<C>(file: Hdf5File, name: string, kind: ClipKind<C>, { fps = 24, whole = false }: ReadHdf5Options): Promise<C> {
  const who = `${file.path}: ${name}`
  const dataset = await file.describe(name, [CONTENT, FPS, FRAME_INDEX])
  const { frames, bytes } = checkShape(dataset, file.bytes, who, kind.hint)
  const content = contentOf(dataset)
  if (content !== kind.content) throw new SignError('ERR_DATA', who, `wanted ${kind.content}, got ${content}`, kind.hint)
  const time = timeOf(dataset, frames, fps, who)
  const rows = await file.values(name, bytes)
  if (whole && rows.subarray(-COORDS).every((value) => value === 0)) {
    const problem = 'wanted a clip that was written to its end, got one without its last frame, as a full disk leaves it'
    throw new SignError('ERR_DATA', who, problem, 'Start again with --overwrite')
  }
  return kind.fromRows({ name, frames, rows, ...time }, who)
}

/** How many frames a dataset has, and what its numbers take. Throws ERR_DATA naming `who` for what is no clip, or more than the file can hold. */
function checkShape(
  { shape, dtype, packed, chunkBytes }: Hdf5Dataset,
  fileBytes: number,
  who: string,
  hint: string,
): { frames: number; bytes: number } {
  const [frames = 0, width] = shape
  const size = { '"<f"': 4, '"<d"': 8 }[dtype]
  if (shape.length !== 2 || width !== COORDS || frames < 1 || frames > MOST_FRAMES || size === undefined) {
    const problem = `wanted 1 to ${MOST_FRAMES} frames of ${COORDS} little-endian floats, got ${dtype} [${shape.join(', ')}]`
    throw new SignError('ERR_DATA', who, problem, hint)
  }
  const bytes = frames * COORDS * size
  const most = packed ? mostUnpacked(fileBytes) : fileBytes
  if (Math.max(bytes, chunkBytes) > most) {
    const problem = `wanted at most ${most} bytes of numbers in a file of ${fileBytes}, got ${bytes} in chunks of ${chunkBytes}`
    throw new SignError('ERR_DATA', who, problem, 'Fetch the file again, or write it anew')
  }
  return { frames, bytes }
}

const contentOf = ({ attributes }: Hdf5Dataset): string => String(attributes[CONTENT] ?? 'keypoints')

function timeOf({ attributes }: Hdf5Dataset, frames: number, defaultFps: number, who: string): { fps: number; frameIndex: Int32Array } {
  const fps = FPS in attributes ? attributes[FPS] : defaultFps
  if (typeof fps !== 'number' || !isRate(fps))
    throw new SignError('ERR_DATA', who, `wanted frames per second in the attribute ${FPS}, got ${fps}`, 'Write the file again')
  const index = FRAME_INDEX in attributes ? attributes[FRAME_INDEX] : Int32Array.from({ length: frames }, (_, t) => t)
  const rising = index instanceof Int32Array && index.length === frames && index.every((n, t) => n > (t === 0 ? -1 : index[t - 1]!))
  if (!rising)
    throw new SignError(
      'ERR_DATA',
      who,
      `wanted ${frames} rising frame numbers in the attribute ${FRAME_INDEX}, got others`,
      'Write the file again',
    )
  return { fps, frameIndex: index }
}
