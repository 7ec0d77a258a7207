// What was detected in a video so far, kept beside the output while the rest is being detected: hours of work, of which a run that ends early loses a frame. The
// file is a line that says what it was made of, then the numbers of frame after frame.

import { open, readFile, rm, stat } from 'node:fs/promises'
import * as z from 'zod'
import { AppendFile } from '../base/append.js'
import { SignError } from '../base/errors.js'
import { output } from '../base/files.js'
import { FRAME_NUMBERS } from './holistic_pose.js'

/** What numbers follow from; those of another are not gone on with. */
export interface DetectedFrom {
  /** A hash of the video. */
  readonly video: string
  readonly model: string
  /** Frames a second that the user gave; null: as the file has it. */
  readonly fps: number | null
}

const stored = z.strictObject({ video: z.string(), model: z.string(), fps: z.number().nullable() })

const FRAME_BYTES = 4 * FRAME_NUMBERS

/** Where what was detected so far is kept. */
export const keptPath = (out: string): string => `${out}.frames`

/** How many frames an earlier run kept for an output; 0 where none did. */
export async function keptCount(out: string): Promise<number> {
  const bytes = await readFile(keptPath(out)).catch(() => undefined)
  return bytes ? wholeFrames(bytes.length, bytes.indexOf('\n') + 1) : 0
}

const wholeFrames = (bytes: number, head: number): number => (head === 0 ? 0 : Math.floor((bytes - head) / FRAME_BYTES))

export class KeptFrames {
  readonly #path: string
  readonly #file: AppendFile
  readonly #head: number
  #frames: number

  private constructor(path: string, head: number, frames: number) {
    this.#path = path
    this.#head = head
    this.#frames = frames
    this.#file = new AppendFile(path)
  }

  /**
   * Goes on with what is kept for `out` where `resume` says so, else begins anew. Throws ERR_CONFIG for what was made of another video or with other
   * options, ERR_OUTPUT.
   */
  static async open(out: string, from: DetectedFrom, { resume }: { readonly resume: boolean }): Promise<KeptFrames> {
    const path = keptPath(out)
    const head = `${JSON.stringify(from)}\n`
    const bytes = resume ? await readFile(path).catch(() => undefined) : undefined
    const line = bytes ? bytes.subarray(0, bytes.indexOf('\n') + 1).toString() : ''
    if (!bytes || line === '') {
      await output(path, 'begin this file', () => rm(path, { force: true }))
      const kept = new KeptFrames(path, Buffer.byteLength(head), 0)
      kept.#file.append(head)
      return kept
    }
    checkSame(path, line, from)
    const frames = wholeFrames(bytes.length, Buffer.byteLength(line))
    const kept = new KeptFrames(path, Buffer.byteLength(line), frames)
    await kept.#cut()
    return kept
  }

  /** Frames that are kept. */
  get frames(): number {
    return this.#frames
  }

  /** Keeps the next frame. */
  add(numbers: Float32Array): void {
    this.#file.append(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
    this.#frames++
  }

  /** [frames, {@link FRAME_NUMBERS}] */
  async all(): Promise<Float32Array> {
    const bytes = await readFile(this.#path)
    const numbers = new Float32Array(this.#frames * FRAME_NUMBERS)
    new Uint8Array(numbers.buffer).set(bytes.subarray(this.#head, this.#head + numbers.byteLength))
    return numbers
  }

  close(): void {
    this.#file.close()
  }

  /** Removes what is kept. */
  async discard(): Promise<void> {
    this.close()
    await output(this.#path, 'remove this file', () => rm(this.#path, { force: true }))
  }

  /** Takes away what a run that was killed wrote of its last frame. */
  async #cut(): Promise<void> {
    const end = this.#head + this.#frames * FRAME_BYTES
    await output(this.#path, 'go on with this file', async () => {
      if ((await stat(this.#path)).size === end) return
      const file = await open(this.#path, 'r+')
      try {
        await file.truncate(end)
      } finally {
        await file.close()
      }
    })
  }
}

function checkSame(path: string, line: string, from: DetectedFrom): void {
  const made = storedLine(line)
  const other = (['video', 'model', 'fps'] as const).find((key) => made?.[key] !== from[key])
  if (other === undefined) return
  const got =
    made === undefined ? 'something else' : other === 'video' ? 'those of another video' : `${other} ${made[other] ?? 'of the file'}`
  const wanted = other === 'video' ? 'frames of this video' : `frames detected with ${other} ${from[other] ?? 'of the file'}`
  throw new SignError(
    'ERR_CONFIG',
    path,
    `wanted ${wanted}, got ${got}`,
    'Pass --overwrite to begin anew, or the options of the earlier run',
  )
}

function storedLine(line: string): DetectedFrom | undefined {
  try {
    return stored.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}
