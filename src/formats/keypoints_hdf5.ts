// Reads and writes the HDF5 between the first two steps of the published Prompt2Sign tool: a dataset [frames, 150] float32 a clip, x y confidence of our
// 50 joints, named after the clip. That tool closes up the frames it drops; we add two attributes to the dataset, which it does not look at, that keep the time.

import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { SignError } from '../base/errors.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import { JOINTS } from '../motion/skeleton.js'
import { type Hdf5Dataset, type Hdf5File, type Hdf5Group, openHdf5, withHdf5 } from './hdf5.js'
import { putPoint } from './keypoint_values.js'
import { signerClip } from './signer.js'

const FRAME = JOINTS * KEYPOINT
/** Frames a second, one float64. */
const FPS = 'fps'
/** Which frame of the source each row is, int32 [frames]; absent where it is 0, 1, 2, … */
const FRAME_INDEX = 'frameIndex'
/** An attribute lives in an object header of 64 KiB. */
const LONGEST_INDEX = 16_000
/** Over two hours: more is a damaged header, and would be allocated before it is read. */
const LONGEST = 200_000
const DEEPEST = 8

export interface KeypointHdf5Options {
  /** Frames a second of clips that do not tell. Default 24, about what How2Sign has. */
  readonly fps?: number
  /** Says which clips are not read. */
  readonly skip?: (name: string) => boolean
}

/**
 * The clips of a file by name, one in memory at a time; datasets inside groups are named by their path. Needs the optional package h5wasm.
 * Throws ERR_DATA naming the file, the dataset, and the frame and joint for a dataset of another shape or type, a coordinate or confidence that is none,
 * attributes that do not fit, and a clip in which nobody is seen.
 */
export async function* readKeypointHdf5(path: string, options: KeypointHdf5Options = {}): AsyncGenerator<KeypointClip> {
  const file = await openHdf5(path, 'r')
  try {
    for (const { name, dataset } of datasets(file, '', path)) {
      if (!options.skip?.(name)) yield clipIn(dataset, name, options.fps ?? 24, path)
    }
  } finally {
    file.close()
  }
}

function* datasets(group: Hdf5Group, prefix: string, path: string): Generator<{ name: string; dataset: Hdf5Dataset }> {
  if (prefix.split('/').length > DEEPEST)
    throw new SignError('ERR_DATA', path, `wanted clips, got groups within groups at ${prefix}`, 'Write the file again')
  for (const key of withHdf5(path, `the names in /${prefix}`, () => group.keys())) {
    const name = prefix + key
    const entity = withHdf5(path, `to read ${name}`, () => group.get(key))
    if (entity && 'shape' in entity) yield { name, dataset: entity as Hdf5Dataset }
    else if (entity && 'keys' in entity) yield* datasets(entity as Hdf5Group, `${name}/`, path)
    else throw new SignError('ERR_DATA', path, `wanted a dataset at ${name}, got something else`, 'Write the file again')
  }
}

function clipIn(dataset: Hdf5Dataset, name: string, defaultFps: number, path: string): KeypointClip {
  const who = `${path}: ${name}`
  const shape = withHdf5(who, 'a shape', () => dataset.shape) ?? []
  const dtype = withHdf5(who, 'a type', () => dataset.dtype)
  const [frames = 0, width] = shape
  if (shape.length !== 2 || width !== FRAME || frames < 1 || frames > LONGEST || !(dtype === '<f' || dtype === '<d')) {
    const problem = `wanted 1 to ${LONGEST} frames of ${FRAME} little-endian floats, got ${JSON.stringify(dtype)} [${shape.join(', ')}]`
    throw new SignError(
      'ERR_DATA',
      who,
      problem,
      'Name the file that the first step of the Prompt2Sign tool, or `KeypointHdf5Writer`, wrote',
    )
  }
  const { fps, index } = withHdf5(who, 'readable attributes', () => timeOf(dataset, frames, defaultFps, who))
  const values = withHdf5(who, 'readable values', () => dataset.value) as Float32Array | Float64Array
  const seen = Array.from({ length: frames }, (_, t) => ({ index: index[t]!, people: [frameOf(values, t, who)] }))
  return signerClip(seen, name, fps, who).clip
}

function frameOf(values: Float32Array | Float64Array, t: number, who: string): Float32Array {
  const out = new Float32Array(FRAME)
  for (let j = 0; j < JOINTS; j++) {
    const at = t * FRAME + j * KEYPOINT
    const problem = putPoint(out, j, values[at], values[at + 1], values[at + 2])
    if (problem) throw new SignError('ERR_DATA', who, `${problem} in frame ${t}, joint ${j}`, 'Write the file again: it is damaged')
  }
  return out
}

function timeOf(dataset: Hdf5Dataset, frames: number, defaultFps: number, who: string): { fps: number; index: Int32Array } {
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
  return { fps, index }
}

/**
 * Writes a file clip by clip: nothing of a clip stays in memory once it is added. Until `close` the file is called `<path>.partial`; a run that was cut off
 * can go on with that. Needs the optional package h5wasm.
 *
 * @example
 * const writer = await KeypointHdf5Writer.open('train.h5', { resume: true })
 * for await (const { clip } of openPoseClips('json', { skip: (name) => writer.has(name) })) writer.add(clip)
 * await writer.close()
 */
export class KeypointHdf5Writer {
  readonly path: string
  readonly #file: Hdf5File
  readonly #names: Set<string>

  private constructor(path: string, file: Hdf5File, names: Set<string>) {
    this.path = path
    this.#file = file
    this.#names = names
  }

  /**
   * @param options.resume go on with what an earlier run left, if it left anything. All of it is read first: throws ERR_DATA naming the partial file where it
   * was torn. Default false: what was left is replaced.
   */
  static async open(path: string, options: { readonly resume?: boolean } = {}): Promise<KeypointHdf5Writer> {
    const partial = partialOf(path)
    const names = new Set<string>()
    const goOn = options.resume === true && existsSync(partial)
    if (goOn) for await (const { name } of readKeypointHdf5(partial)) names.add(name)
    return new KeypointHdf5Writer(path, await openHdf5(partial, goOn ? 'a' : 'w'), names)
  }

  /** Whether a clip of that name is in the file. */
  has(name: string): boolean {
    return this.#names.has(name)
  }

  /**
   * Adds a clip and hands it to the system. A name with slashes lies in groups. Throws ERR_DATA for a name that is there already or that HDF5 cannot hold, arrays
   * that do not fit their number of frames, and gaps in a clip of over 16,000 frames; ERR_OUTPUT where it cannot be written.
   */
  add(clip: KeypointClip): void {
    const { name, frames, fps, keypoints, frameIndex } = clip
    const who = `${this.path}: ${name}`
    if (this.has(name)) throw new SignError('ERR_DATA', who, 'wanted each clip once, got it twice', 'Give clips names of their own')
    if (!/^[^/\0]+(\/[^/\0]+)*$/.test(name) || name.split('/').some((part) => part === '.' || part === '..'))
      throw new SignError('ERR_DATA', who, 'wanted a name of parts divided by slashes, got another', 'Give clips plain names')
    if (frames < 1 || keypoints.length !== frames * FRAME || frameIndex.length !== frames) {
      const problem = `wanted ${FRAME} numbers and 1 frame number in each of at least 1 frame, got ${keypoints.length} and ${frameIndex.length} in ${frames} frames`
      throw new SignError('ERR_DATA', who, problem, 'Check how the clip was made')
    }
    const gaps = frameIndex.some((n, t) => n !== t)
    if (gaps && frames > LONGEST_INDEX)
      throw new SignError(
        'ERR_DATA',
        who,
        `wanted at most ${LONGEST_INDEX} frames in a clip with gaps, got ${frames}`,
        'Cut or resample the clip',
      )
    const write = (): void => {
      const dataset = this.#groupOf(name).create_dataset({ name: name.split('/').at(-1)!, data: keypoints, shape: [frames, FRAME] })
      dataset.create_attribute(FPS, fps, null, '<d')
      if (gaps) dataset.create_attribute(FRAME_INDEX, frameIndex)
      this.#file.flush()
    }
    withHdf5(who, 'to add a clip', write, 'ERR_OUTPUT')
    this.#names.add(name)
  }

  /** Gives the file its name. Throws ERR_OUTPUT where it cannot be written. */
  async close(): Promise<void> {
    const partial = partialOf(this.path)
    withHdf5(this.path, 'to close the file', () => this.#file.close(), 'ERR_OUTPUT')
    try {
      const file = await open(partial, 'r+')
      await file.sync().finally(() => file.close())
      await rename(partial, this.path)
    } catch (cause) {
      const problem = `wanted to rename ${partial}, got ${(cause as Error).message}`
      throw new SignError('ERR_OUTPUT', this.path, problem, 'Choose a folder you may write to, with room left', { cause })
    }
  }

  /** Gives the file up: nothing of it stays. */
  async discard(): Promise<void> {
    this.#file.close()
    await rm(partialOf(this.path), { force: true })
  }

  #groupOf(name: string): Hdf5Group {
    let group: Hdf5Group = this.#file
    for (const part of name.split('/').slice(0, -1)) {
      const there = group.keys().includes(part) ? group.get(part) : group.create_group(part)
      if (!there || !('keys' in there)) throw new Error(`'${part}' is a clip, not a group`)
      group = there as Hdf5Group
    }
    return group
  }
}

function partialOf(path: string): string {
  return `${path}.partial`
}
