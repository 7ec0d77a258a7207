// HDF5 with a dataset [frames, 150] of floats a clip, named after it: what the published Prompt2Sign tool writes between its first two steps. Here is what all
// such files share; what the 150 numbers are is the business of keypoints_hdf5.ts and motions_hdf5.ts.
//
// The published tool closes up the frames it drops; we add attributes, which it does not look at: to a dataset its frame rate and the frames' place in time,
// to the file how it was made, so that nobody goes on with it under other options.

import { SignError } from '../base/errors.js'
import { COORDS } from '../motion/skeleton.js'
import { closeHdf5, type Hdf5Dataset, type Hdf5Group, openHdf5, withHdf5 } from './hdf5.js'

/** Frames a second, one float64. */
export const FPS = 'fps'
/** Which frame of the source each row is, int32 [frames]; absent where it is 0, 1, 2, … */
export const FRAME_INDEX = 'frameIndex'
/** What the numbers are; absent: keypoints, as the published tool has them. */
export const CONTENT = 'content'
/** Over two hours: more is a damaged header, and would be allocated before it is read. */
const LONGEST = 200_000
const DEEPEST = 8

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

export interface ReadHdf5Options {
  /** Frames a second of clips that do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number
  /** Only these clips, in this order. Default: all, by name. */
  readonly names?: readonly string[]
  /** Says which clips are not read. */
  readonly skip?: (name: string) => boolean
  /** Called for a clip that cannot be read, which is then left out. Default: the error is thrown and the reading ends. */
  readonly broken?: (name: string, error: SignError) => void
}

/** The clips of a file one at a time; datasets inside groups are named by their path. Throws as the readers of each kind say. */
export async function* readClipHdf5<C>(path: string, kind: ClipKind<C>, options: ReadHdf5Options = {}): AsyncGenerator<C> {
  const file = await openHdf5(path, 'r')
  try {
    for (const name of options.names ?? namesIn(file, '', path)) {
      if (options.skip?.(name)) continue
      const clip = attempt(name, options.broken, () => clipIn(datasetAt(file, name, path), name, kind, options.fps ?? 24, path))
      if (clip !== undefined) yield clip
    }
  } finally {
    closeHdf5(file)
  }
}

/** The names of the clips in a file, and what they hold; of a file without clips, no content. Throws ERR_DATA naming the file. */
export async function listClipHdf5(path: string): Promise<{ names: string[]; content: string | undefined }> {
  const file = await openHdf5(path, 'r')
  try {
    const names = [...namesIn(file, '', path)]
    const content = names[0] === undefined ? undefined : contentOf(datasetAt(file, names[0], path), `${path}: ${names[0]}`)
    return { names, content }
  } finally {
    closeHdf5(file)
  }
}

function attempt<T>(name: string, broken: ReadHdf5Options['broken'], work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(broken && error instanceof SignError && error.code === 'ERR_DATA')) throw error
    broken(name, error)
    return undefined
  }
}

function* namesIn(group: Hdf5Group, prefix: string, path: string): Generator<string> {
  if (prefix.split('/').length > DEEPEST)
    throw new SignError('ERR_DATA', path, `wanted clips, got groups within groups at ${prefix}`, 'Write the file again')
  for (const key of withHdf5(path, `the names in /${prefix}`, () => group.keys())) {
    const name = prefix + key
    const entity = withHdf5(path, `to read ${name}`, () => group.get(key))
    if (entity && 'shape' in entity) yield name
    else if (entity && 'keys' in entity) yield* namesIn(entity as Hdf5Group, `${name}/`, path)
    else throw new SignError('ERR_DATA', path, `wanted a dataset at ${name}, got something else`, 'Write the file again')
  }
}

function datasetAt(file: Hdf5Group, name: string, path: string): Hdf5Dataset {
  const entity = withHdf5(path, `to read ${name}`, () => file.get(name))
  if (entity && 'shape' in entity) return entity as Hdf5Dataset
  throw new SignError('ERR_DATA', path, `wanted the clip ${name}, got none of that name`, 'Check the name')
}

function clipIn<C>(dataset: Hdf5Dataset, name: string, kind: ClipKind<C>, defaultFps: number, path: string): C {
  const who = `${path}: ${name}`
  const shape = withHdf5(who, 'a shape', () => dataset.shape) ?? []
  const dtype = withHdf5(who, 'a type', () => dataset.dtype)
  const [frames = 0, width] = shape
  if (shape.length !== 2 || width !== COORDS || frames < 1 || frames > LONGEST || !(dtype === '<f' || dtype === '<d')) {
    const problem = `wanted 1 to ${LONGEST} frames of ${COORDS} little-endian floats, got ${JSON.stringify(dtype)} [${shape.join(', ')}]`
    throw new SignError('ERR_DATA', who, problem, kind.hint)
  }
  const content = contentOf(dataset, who)
  if (content !== kind.content) throw new SignError('ERR_DATA', who, `wanted ${kind.content}, got ${content}`, kind.hint)
  const time = withHdf5(who, 'readable attributes', () => timeOf(dataset, frames, defaultFps, who))
  const values = withHdf5(who, 'readable values', () => dataset.value) as Float32Array | Float64Array
  return kind.fromRows({ name, frames, rows: Float32Array.from(values), ...time }, who)
}

function contentOf(dataset: Hdf5Dataset, who: string): string {
  return withHdf5(who, 'readable attributes', () => String(dataset.attrs[CONTENT]?.value ?? 'keypoints'))
}

function timeOf(dataset: Hdf5Dataset, frames: number, defaultFps: number, who: string): { fps: number; frameIndex: Int32Array } {
  const attributes = dataset.attrs
  const fps = attributes[FPS] ? attributes[FPS].value : defaultFps
  if (typeof fps !== 'number' || !(fps > 0 && fps < 1e5))
    throw new SignError('ERR_DATA', who, `wanted frames a second in the attribute ${FPS}, got ${fps}`, 'Write the file again')
  const index = attributes[FRAME_INDEX] ? attributes[FRAME_INDEX].value : Int32Array.from({ length: frames }, (_, t) => t)
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
