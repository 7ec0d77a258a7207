// What the commands that work through clips have in common: who watches sees how far they are, a broken clip is told and left out, and what is done is kept.

import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { Meter } from '../base/progress.js'
import { type ClipHdf5Writer, partialHdf5 } from '../formats/hdf5/clips_write.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'

export interface ClipWorkOptions {
  readonly json?: boolean
  /** What this pass through the clips does, as in 'lift'. Default: clips. */
  readonly work?: string
  /** Stops between clips; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

export interface ResumeOptions {
  /** Go on with what an earlier run left. */
  readonly resume?: boolean
  /** Throw away what is there. */
  readonly overwrite?: boolean
}

/** A clip that was left out. */
export interface BrokenClip {
  readonly name: string
  /** With file and place. */
  readonly problem: string
}

/** Clips of which the same is said; there are corpora of 30,000. */
const REMARKS = 5

/** One pass through clips. */
export class ClipWork {
  readonly broken: BrokenClip[] = []
  /** What was said of clips, for whoever reads no standard error. */
  readonly notes: string[] = []
  readonly #display: ProgressDisplay
  readonly #meter: Meter
  readonly #signal: AbortSignal | undefined
  /** How often each kind of remark was made: kinds differ in more than numbers. */
  readonly #remarks = new Map<string, number>()
  #clips: number
  #frames = 0

  /** @param total clips in all, of which `done` were done before */
  constructor(total: number, options: ClipWorkOptions, done = 0) {
    const { work = 'clips', signal } = options
    this.#display = new ProgressDisplay(options)
    this.#meter = new Meter({ work, unit: 'clip', all: total, speedOf: 'frame' })
    this.#signal = signal
    this.#clips = done
  }

  /** Clips that are done. */
  get clips(): number {
    return this.#clips
  }

  /** Frames of the clips that this pass did. */
  get frames(): number {
    return this.#frames
  }

  /** Counts a clip, then stops where a stop was asked for. */
  done(frames: number): void {
    this.#clips += 1
    this.#frames += frames
    this.#display.show(this.#meter.at(this.#clips, frames), { frames })
    this.#signal?.throwIfAborted()
  }

  /** Tells a clip that is left out, then stops where a stop was asked for. */
  leaveOut = (name: string, error: SignError): void => {
    this.broken.push({ name, problem: error.message })
    this.#display.note(`left out: ${error.message}`)
    this.#signal?.throwIfAborted()
  }

  /** What `work` gives; undefined where it finds the clip's data broken, which is then left out. */
  attempt<T>(name: string, work: () => T): T | undefined {
    return orLeftOut(name, this.leaveOut, work)
  }

  note(text: string): void {
    this.#display.note(text)
  }

  /** Tells something about a clip that is used all the same; where it is said of many clips, only of the first of them. */
  remark(name: string, text: string): void {
    this.notes.push(`${name}: ${text}`)
    const kind = text.replace(/\d+/gu, '…')
    const made = (this.#remarks.get(kind) ?? 0) + 1
    this.#remarks.set(kind, made)
    if (made <= REMARKS) this.note(`${name}: ${text}`)
  }

  end(): void {
    this.#display.done()
    for (const [kind, made] of this.#remarks)
      if (made > REMARKS) this.note(`and the same of ${counted(made - REMARKS, 'clip')} more: ${kind}`)
    this.#remarks.clear()
  }
}

/** What `work` gives; undefined, and `broken` told, where it finds the clip's data broken. */
export function orLeftOut<T>(name: string, broken: (name: string, error: SignError) => void, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
    broken(name, error)
    return undefined
  }
}

/** Throws ERR_USAGE where `path`, or what a run left of it, is there and nothing says what to do with that, and where both options do. */
export function checkFresh(path: string, { resume = false, overwrite = false }: ResumeOptions, also: readonly string[] = []): void {
  if (resume && overwrite) {
    const problem = 'wanted either resume (continue existing output) or overwrite (replace it), got both'
    throw new SignError('ERR_USAGE', path, problem, 'Choose one of them')
  }
  const there = [path, partialHdf5(path), ...also].find((file) => existsSync(file))
  if (resume || overwrite || there === undefined) return
  const problem = `wanted an output that does not exist yet, got ${there === path ? 'one from an earlier run' : `${there}, which an earlier run left`}`
  // Clips can be added to a finished HDF5 file; any other output is written whole.
  const resumable = there !== path || extname(path).toLowerCase() === '.h5'
  const nextMove = resumable
    ? 'Pass --resume to continue it, or --overwrite to replace it'
    : 'Pass --overwrite to replace it, or name another'
  throw new SignError('ERR_USAGE', path, problem, nextMove)
}

/**
 * Fills a file with clips. Where that ends early, what is in it is kept under its partial name; a file without clips is not kept. Throws what the clips throw, and
 * ERR_DATA where there are none.
 */
export async function fillHdf5<C extends { readonly name: string; readonly frames: number }>(
  writer: ClipHdf5Writer<C>,
  clips: AsyncIterable<C>,
  work: ClipWork,
): Promise<void> {
  try {
    for await (const clip of clips) {
      await writer.add(clip)
      work.done(clip.frames)
    }
    if (writer.size === 0) {
      const problem = `wanted at least one clip that can be used, got ${work.broken.length} that cannot`
      throw new SignError('ERR_DATA', writer.path, problem, work.broken[0]?.problem ?? 'Name another input')
    }
    await writer.close()
  } catch (error) {
    if (writer.size === 0) await writer.discard()
    else {
      await writer.keep()
      work.note(`kept ${counted(writer.size, 'clip')} in ${partialHdf5(writer.path)}; --resume continues from there`)
    }
    throw error
  } finally {
    work.end()
  }
}
