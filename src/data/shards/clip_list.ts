// What training needs to know of all clips of a packed corpus at once, in columns: some 40 bytes a clip and its name and sentence, so that two million clips fit where
// their objects would not.

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

const START = 1024

/** Columns that grow. */
class Columns {
  numbers = new Float64Array(START * WIDTH)
  /** Where a clip's strings end among all bytes. */
  ends = new Float64Array(START * STRINGS)
  bytes = new Uint8Array(START * 64)
  used = 0
  length = 0

  add(numbers: readonly number[], strings: readonly string[]): void {
    if ((this.length + 1) * WIDTH > this.numbers.length) {
      this.numbers = grown(this.numbers, Float64Array)
      this.ends = grown(this.ends, Float64Array)
    }
    this.numbers.set(numbers, this.length * WIDTH)
    for (const [i, text] of strings.entries()) {
      while (this.used + 3 * text.length > this.bytes.length) this.bytes = grown(this.bytes, Uint8Array)
      this.used += encoder.encodeInto(text, this.bytes.subarray(this.used)).written
      this.ends[this.length * STRINGS + i] = this.used
    }
    this.length += 1
  }

  string(clip: number, which: number): string {
    const at = clip * STRINGS + which
    return decoder.decode(this.bytes.subarray(at === 0 ? 0 : this.ends[at - 1], this.ends[at]))
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Columns of numbers: part, shard, first row, frames, shift, checksum, frame rate, language. */
const WIDTH = 8
const STRINGS = 3

function grown<A extends Float64Array | Uint8Array>(array: A, type: new (length: number) => A): A {
  const larger = new type(2 * array.length)
  larger.set(array)
  return larger
}

/** Whether a clip is taken, and if not, why. */
export type Choice = (clip: PlacedClip) => string | undefined

/** The clips that `choice` does not leave out, and how many it leaves out for which reason. Throws what reading them throws. */
export async function clipList(
  folder: string,
  manifest: ShardManifest,
  clips: AsyncIterable<PlacedClip>,
  choice: Choice = () => undefined,
): Promise<{ readonly list: ClipList; readonly leftOut: ReadonlyMap<string, number> }> {
  const columns = new Columns()
  const languages: string[] = []
  const numberOf = new Map<string, number>()
  const leftOut = new Map<string, number>()
  for await (const clip of clips) {
    const reason = choice(clip)
    if (reason !== undefined) {
      leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
      continue
    }
    let language = numberOf.get(clip.language)
    if (language === undefined) {
      language = languages.push(clip.language) - 1
      numberOf.set(clip.language, language)
    }
    const { part, shard, first, frames, shift, crc32, fps, name, text, gloss = '' } = clip
    columns.add([part, shard, first, frames, shift, crc32, fps, language], [name, text, gloss])
  }
  return { list: listOf(folder, manifest, columns, languages), leftOut }
}

function listOf(folder: string, manifest: ShardManifest, columns: Columns, languages: readonly string[]): ClipList {
  const number = (clip: number, which: number): number => columns.numbers[clip * WIDTH + which]!
  return {
    folder,
    manifest,
    length: columns.length,
    place(clip) {
      const [part, shard, first, frames, shift, crc32] = columns.numbers.subarray(clip * WIDTH, clip * WIDTH + 6)
      return { part: part!, shard: shard!, first: first!, frames: frames!, shift: shift!, crc32: crc32! }
    },
    frames: (clip) => number(clip, 3),
    fps: (clip) => number(clip, 6),
    language: (clip) => languages[number(clip, 7)]!,
    name: (clip) => columns.string(clip, 0),
    text: (clip) => columns.string(clip, 1),
    gloss: (clip) => columns.string(clip, 2) || undefined,
  }
}
