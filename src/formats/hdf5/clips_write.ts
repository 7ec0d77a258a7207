// Writes HDF5 with a dataset a clip (clips.ts), clip by clip, so that a run which is cut off can go on where it was.

import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../../base/errors.js'
import { makeFolder, output, removeEmpty } from '../../base/files.js'
import { type Lock, takeLock } from '../../base/lock_file.js'
import { MOST_FRAMES } from '../../motion/clip.js'
import { COORDS } from '../../motion/skeleton.js'
import { type ClipKind, type ClipRows, CONTENT, FPS, FRAME_INDEX, readClipHdf5 } from './clips.js'
import { type Hdf5Addition, Hdf5File, type OpenHdf5Options } from './hdf5.js'

/** How the file was made, an attribute of the file, as JSON; see {@link WriteHdf5Options}. */
const MADE = 'made'
/** An attribute lives in an object header of 64 KiB. */
const LONGEST_INDEX = 16_000
/** Parts of a name: worker.js looks no deeper. */
const DEEPEST = 8

export interface WriteHdf5Options extends OpenHdf5Options {
  /**
   * Go on with what an earlier run left, finished or not, if it left anything. All of it is read first: throws ERR_DATA naming the file where it was torn.
   * Default false: what was left is replaced.
   */
  readonly resume?: boolean
  /** What shapes the clips, e.g. the mode of lifting: going on with other values throws ERR_CONFIG, since the file would hold clips of two kinds. */
  readonly made?: Readonly<Record<string, string | number | null>>
}

/** Where a file lies until it is closed; a run that was cut off goes on with it. */
export const partialHdf5 = (path: string): string => `${path}.partial`

/** A file that grows clip by clip: nothing of a clip stays in memory once it is added. Needs the optional package h5wasm. */
export class ClipHdf5Writer<C extends { readonly name: string }> {
  readonly path: string
  readonly #kind: ClipKind<C>
  readonly #file: Hdf5File
  readonly #names: Set<string>
  readonly #lock: Lock
  /** The topmost folder that had to be made. */
  readonly #folder: string | undefined

  private constructor(path: string, kind: ClipKind<C>, file: Hdf5File, names: Set<string>, lock: Lock, folder: string | undefined) {
    this.path = path
    this.#kind = kind
    this.#file = file
    this.#names = names
    this.#lock = lock
    this.#folder = folder
  }

  /** Makes the folder. Throws ERR_USAGE where another process writes the file, ERR_OUTPUT where it cannot be written, and as {@link WriteHdf5Options} says. */
  static async open<C extends { readonly name: string }>(
    path: string,
    kind: ClipKind<C>,
    options: WriteHdf5Options = {},
  ): Promise<ClipHdf5Writer<C>> {
    const { resume = false, made = {}, ...reading } = options
    const partial = partialHdf5(path)
    const folder = await makeFolder(dirname(path))
    const lock = takeLock(`${path}.lock`, path)
    try {
      const earlier = resume ? [partial, path].find((left) => existsSync(left)) : undefined
      const names = new Set<string>()
      if (earlier !== undefined) {
        await checkMade(earlier, made, reading)
        // Until its failures took back what they had written, a run could leave a clip that is only partly there.
        const options = { ...reading, whole: earlier === partial }
        for await (const { name } of readClipHdf5(earlier, kind, options)) names.add(name)
        await output(path, `rename ${earlier}`, () => rename(earlier, partial))
      }
      const file = earlier === undefined ? await begin(partial, made) : await Hdf5File.open(partial, 'a')
      return new ClipHdf5Writer(path, kind, file, names, lock, folder)
    } catch (error) {
      lock.release()
      if (folder !== undefined) await removeEmpty(dirname(path), folder)
      throw error
    }
  }

  /** How many clips are in the file. */
  get size(): number {
    return this.#names.size
  }

  /** Whether a clip of that name is in the file. */
  has(name: string): boolean {
    return this.#names.has(name)
  }

  /**
   * Adds a clip and hands it to the system. A name with slashes lies in groups. Throws ERR_DATA for a name that is there already or that HDF5 cannot hold, arrays
   * that do not fit their number of frames, gaps in a clip of over 16,000 frames, and one of over 200,000; ERR_OUTPUT where it cannot be written.
   */
  async add(clip: C): Promise<void> {
    const stored = this.#kind.toRows(clip)
    const { name, frames, fps, rows, frameIndex } = stored
    const who = `${this.path}: ${name}`
    if (this.has(name)) throw new SignError('ERR_DATA', who, 'wanted each clip once, got it twice', 'Give clips names of their own')
    checkRows(stored, who)
    this.#checkPlace(name, who)
    const attributes: Hdf5Addition['attributes'][number][] = [{ name: FPS, value: fps, dtype: '<d' }]
    if (hasGaps(frameIndex)) attributes.push({ name: FRAME_INDEX, value: frameIndex })
    if (this.#kind.content !== 'keypoints') attributes.push({ name: CONTENT, value: this.#kind.content })
    this.#names.add(name)
    try {
      await this.#file.add({ name, rows, shape: [frames, COORDS], attributes })
    } catch (error) {
      this.#names.delete(name)
      throw error
    }
  }

  /** Gives the file its name. Throws ERR_OUTPUT where it cannot be written. */
  close(): Promise<void> {
    const partial = partialHdf5(this.path)
    return this.#ended(() =>
      output(this.path, `rename ${partial}`, async () => {
        const file = await open(partial, 'r+')
        await file.sync().finally(() => file.close())
        await rename(partial, this.path)
      }),
    )
  }

  /** Leaves the file under its partial name, for a later run to go on with. */
  keep(): Promise<void> {
    return this.#ended()
  }

  /** Gives the file up: nothing of it stays, nor of the folders that were made for it alone. */
  async discard(): Promise<void> {
    await this.#ended(() => output(this.path, 'remove it', () => rm(partialHdf5(this.path), { force: true })))
    if (this.#folder !== undefined) await removeEmpty(dirname(this.path), this.#folder)
  }

  /** Closes the file, does what is left to do with it, and leaves it to other processes. */
  async #ended(then?: () => Promise<void>): Promise<void> {
    try {
      if (!this.#file.failed) await this.#file.close()
      await then?.()
    } finally {
      this.#lock.release()
    }
  }

  /** A name is a clip or a group of clips, not both. */
  #checkPlace(name: string, who: string): void {
    const clip = groupsOf(name).find((group) => this.has(group))
    const within = [...this.#names].find((other) => other.startsWith(`${name}/`))
    if (clip === undefined && within === undefined) return
    const problem = `wanted a name that is no other's group, got it beside '${clip ?? within}'`
    throw new SignError('ERR_DATA', who, problem, 'Give clips names of their own')
  }
}

/** Those that a clip lies in. */
const groupsOf = (name: string): string[] =>
  name
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'))

const hasGaps = (frameIndex: Int32Array): boolean => frameIndex.some((n, t) => n !== t)

function checkRows({ name, frames, rows, frameIndex }: ClipRows, who: string): void {
  const refuse = (problem: string, nextMove: string): never => {
    throw new SignError('ERR_DATA', who, problem, nextMove)
  }
  if (!/^[^/\0]+(\/[^/\0]+)*$/.test(name) || name.split('/').some((part) => part === '.' || part === '..'))
    refuse('wanted a name of parts divided by slashes, got another', 'Give clips plain names')
  if (name.split('/').length > DEEPEST) refuse(`wanted a name of at most ${DEEPEST} parts, got another`, 'Give clips plain names')
  // What no reader takes: a file with such a clip could not be gone on with either.
  if (frames > MOST_FRAMES) refuse(`wanted at most ${MOST_FRAMES} frames, got ${frames}`, 'Cut the clip')
  if (frames < 1 || rows.length !== frames * COORDS || frameIndex.length !== frames) {
    const got = `${rows.length} and ${frameIndex.length} in ${frames} frames`
    refuse(`wanted ${COORDS} numbers and 1 frame number in each of at least 1 frame, got ${got}`, 'Check how the clip was made')
  }
  if (frames > LONGEST_INDEX && hasGaps(frameIndex))
    refuse(`wanted at most ${LONGEST_INDEX} frames in a clip with gaps, got ${frames}`, 'Cut or resample the clip')
}

/** A new file, without clips. Where it cannot be written, nothing of it stays. */
async function begin(path: string, made: NonNullable<WriteHdf5Options['made']>): Promise<Hdf5File> {
  const isNew = !existsSync(path)
  let opened = false
  try {
    const file = await Hdf5File.open(path, 'w')
    opened = true
    await file.annotate(MADE, JSON.stringify(made))
    return file
  } catch (error) {
    // What could not be opened is still what an earlier run left.
    if (opened || isNew) await output(path, 'remove it', () => rm(path, { force: true }))
    throw error
  }
}

async function checkMade(path: string, made: NonNullable<WriteHdf5Options['made']>, reading: OpenHdf5Options): Promise<void> {
  const file = await Hdf5File.open(path, 'r', reading)
  const { [MADE]: text } = await file.attributes([MADE]).finally(() => file.close())
  const begun: Readonly<Record<string, unknown>> = typeof text === 'string' ? parsed(text, path) : {}
  const changed = [...new Set([...Object.keys(made), ...Object.keys(begun)])].find((key) => !isDeepStrictEqual(begun[key], made[key]))
  if (changed === undefined) return
  const problem = `wanted \`${changed}\` as when the file was started (${String(begun[changed])}), got ${String(made[changed])}`
  throw new SignError('ERR_CONFIG', path, problem, 'Change it back, or start again with --overwrite')
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SignError('ERR_DATA', path, `wanted JSON in the attribute ${MADE}, got '${text.slice(0, 40)}'`, 'Write the file again', {
      cause,
    })
  }
}
