// What training needs to know of all clips of a packed corpus at once, in columns: 38 bytes a clip and its name and sentence, so that two million clips fit where
// their objects would not.

import { SignError } from '../../base/errors.js'
import type { PlacedClip } from './lines.js'
import type { ShardManifest } from './manifest.js'

/** Where a clip's frames lie. */
export interface ClipPlace {
  readonly part: number
  readonly shard: number
  readonly first: number
  readonly frames: number
  readonly shift: number
  readonly crc32: number
}

/** Clips by their numbers from 0 on. */
export interface ClipList {
  readonly folder: string
  readonly manifest: ShardManifest
  readonly length: number
  place(clip: number): ClipPlace
  frames(clip: number): number
  fps(clip: number): number
  language(clip: number): string
  name(clip: number): string
  text(clip: number): string
  gloss(clip: number): string | undefined
}

const STRINGS = 3
/** Bytes of strings that a clip has to begin with; more are made room for. */
const STRING_BYTES = 64

/** A column for each thing that is told of a clip, in numbers no wider than they are. */
class Columns {
  #part: Uint32Array
  #shard: Uint32Array
  #first: Uint32Array
  #frames: Uint32Array
  #crc32: Uint32Array
  #shift: Int16Array
  /** Places in a list of what few clips differ in. */
  #rate: Uint16Array
  #language: Uint16Array
  readonly #rates = new Numbered<number>()
  readonly #languages = new Numbered<string>()
  /** Where a clip's strings end among all bytes. */
  #ends: Uint32Array
  #bytes: Uint8Array
  #used = 0
  length = 0

  /** @param most as many clips as can come */
  constructor(most: number) {
    this.#part = new Uint32Array(most)
    this.#shard = new Uint32Array(most)
    this.#first = new Uint32Array(most)
    this.#frames = new Uint32Array(most)
    this.#crc32 = new Uint32Array(most)
    this.#shift = new Int16Array(most)
    this.#rate = new Uint16Array(most)
    this.#language = new Uint16Array(most)
    this.#ends = new Uint32Array(most * STRINGS)
    this.#bytes = new Uint8Array(most * STRING_BYTES)
  }

  /** Throws ERR_DATA naming `who` for more than the columns can count. */
  add({ part, shard, first, frames, shift, crc32, fps, language, name, text, gloss = '' }: PlacedClip, who: string): void {
    const i = this.length
    this.#part[i] = part
    this.#shard[i] = shard
    this.#first[i] = first
    this.#frames[i] = frames
    this.#crc32[i] = crc32
    this.#shift[i] = shift
    this.#rate[i] = this.#rates.of(fps, `${who}: frame rates`)
    this.#language[i] = this.#languages.of(language, `${who}: languages`)
    this.#addString(name, i * STRINGS, who)
    this.#addString(text, i * STRINGS + 1, who)
    this.#addString(gloss, i * STRINGS + 2, who)
    this.length += 1
  }

  /** Gives back what was made room for and not needed. */
  trim(): void {
    const { length } = this
    this.#bytes = this.#bytes.slice(0, this.#used)
    if (length === this.#part.length) return
    this.#part = this.#part.slice(0, length)
    this.#shard = this.#shard.slice(0, length)
    this.#first = this.#first.slice(0, length)
    this.#frames = this.#frames.slice(0, length)
    this.#crc32 = this.#crc32.slice(0, length)
    this.#shift = this.#shift.slice(0, length)
    this.#rate = this.#rate.slice(0, length)
    this.#language = this.#language.slice(0, length)
    this.#ends = this.#ends.slice(0, length * STRINGS)
  }

  place(clip: number): ClipPlace {
    return {
      part: this.#part[clip]!,
      shard: this.#shard[clip]!,
      first: this.#first[clip]!,
      frames: this.#frames[clip]!,
      shift: this.#shift[clip]!,
      crc32: this.#crc32[clip]!,
    }
  }

  frames(clip: number): number {
    return this.#frames[clip]!
  }

  fps(clip: number): number {
    return this.#rates.all[this.#rate[clip]!]!
  }

  language(clip: number): string {
    return this.#languages.all[this.#language[clip]!]!
  }

  string(clip: number, which: number): string {
    const at = clip * STRINGS + which
    return decoder.decode(this.#bytes.subarray(at === 0 ? 0 : this.#ends[at - 1], this.#ends[at]))
  }

  #addString(text: string, at: number, who: string): void {
    // A character takes at most three bytes.
    const most = this.#used + 3 * text.length
    if (most > MOST_COUNTED) throw tooMany(who, `at most ${MOST_COUNTED} bytes of names and sentences`)
    if (most > this.#bytes.length) {
      const larger = new Uint8Array(Math.ceil(1.5 * most))
      larger.set(this.#bytes.subarray(0, this.#used))
      this.#bytes = larger
    }
    this.#used += encoder.encodeInto(text, this.#bytes.subarray(this.#used, most)).written
    this.#ends[at] = this.#used
  }
}

/** What few clips differ in, by numbers of two bytes. */
class Numbered<T> {
  readonly all: T[] = []
  readonly #numbers = new Map<T, number>()

  of(value: T, who: string): number {
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    if (this.all.length > 0xffff) throw tooMany(who, `at most ${0x10000}`)
    const number = this.all.push(value) - 1
    this.#numbers.set(value, number)
    return number
  }
}

/** Of numbers of four bytes. */
const MOST_COUNTED = 2 ** 32 - 1

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const tooMany = (who: string, wanted: string): SignError =>
  new SignError('ERR_DATA', who, `wanted ${wanted}, got more`, 'Pack the corpus into several folders')

/** Whether a clip is taken, and if not, why. */
export type Choice = (clip: PlacedClip) => string | undefined

/** The clips that `choice` does not leave out, and how many it leaves out for which reason. Throws what reading them throws. */
export async function clipList(
  folder: string,
  manifest: ShardManifest,
  clips: AsyncIterable<PlacedClip>,
  choice: Choice = () => undefined,
): Promise<{ readonly list: ClipList; readonly leftOut: ReadonlyMap<string, number> }> {
  const columns = new Columns(manifest.parts.reduce((sum, part) => sum + part.clips, 0))
  const leftOut = new Map<string, number>()
  for await (const clip of clips) {
    const reason = choice(clip)
    if (reason === undefined) columns.add(clip, folder)
    else leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
  }
  columns.trim()
  return { list: listOf(folder, manifest, columns), leftOut }
}

function listOf(folder: string, manifest: ShardManifest, columns: Columns): ClipList {
  return {
    folder,
    manifest,
    length: columns.length,
    place: (clip) => columns.place(clip),
    frames: (clip) => columns.frames(clip),
    fps: (clip) => columns.fps(clip),
    language: (clip) => columns.language(clip),
    name: (clip) => columns.string(clip, 0),
    text: (clip) => columns.string(clip, 1),
    gloss: (clip) => columns.string(clip, 2) || undefined,
  }
}
