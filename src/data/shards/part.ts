// A part of a packed corpus: some clips of one source in one or more shards, and an index of one line a clip. The index is written last and at once, so a part
// that has one is whole; one that was cut off is made again.

import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import * as z from 'zod'
import { SignError } from '../../base/errors.js'
import { output, writeWhole } from '../../base/files.js'
import { formatSafetensors } from '../../formats/safetensors/format.js'
import type { Tensor } from '../../formats/safetensors/types.js'
import type { Clip } from '../../motion/clip.js'
import { coordinatesOf, type Layout } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { type FileRecord, fileRecordSchema } from '../checksum.js'
import { dtypeOf, encodeFrames, type Storage, type StoredFrames, storedBytes } from './storage.js'

const share = z.number().min(0).max(1)

/** Shares of the points of each part of a layout that were seen, mean over the frames. */
export const seenSchema = z.strictObject({
  body: share.exactOptional(),
  leftHand: share.exactOptional(),
  rightHand: share.exactOptional(),
  face: share.exactOptional(),
})
export type SeenShares = z.infer<typeof seenSchema>

/** A line of an index. */
export const packedClipSchema = z.strictObject({
  name: z.string(),
  language: z.string(),
  text: z.string(),
  gloss: z.string().exactOptional(),
  frames: z.int().positive(),
  fps: z.number().positive(),
  /** Which shard of the part, and the clip's first row there. */
  shard: z.int().nonnegative(),
  first: z.int().nonnegative(),
  shift: z.int(),
  /** CRC-32 of the clip's bytes, coordinates first, then confidences. */
  crc32: z.int().nonnegative(),
  /** Where something told. */
  seen: seenSchema.exactOptional(),
})
export type PackedClip = z.infer<typeof packedClipSchema>

/** The first line of an index. */
export const partHeadSchema = z.strictObject({
  format: z.literal('signllm-part'),
  version: z.literal(1),
  /** What it was packed from, and a checksum of the names that were asked of it. */
  source: z.string(),
  asked: z.string(),
  clips: z.int().nonnegative(),
  frames: z.int().nonnegative(),
  shards: z.array(fileRecordSchema),
  /** Clips that are not in it, and why. */
  leftOut: z.array(z.strictObject({ name: z.string(), problem: z.string() })),
})
export type PartHead = z.infer<typeof partHeadSchema>

/** Where a part lies and what it is made of. */
export interface PartSpec extends Pick<PartHead, 'source' | 'asked'> {
  readonly folder: string
  readonly name: string
  readonly layout: Layout
  readonly storage: Storage
  /** A shard is written when its clips have so many bytes. Default 64 MiB. */
  readonly shardBytes?: number
}

/** A clip with what is known of how well it was seen. */
export type ClipToPack = Clip & { readonly seen?: SeenShares | undefined }

const SHARD_BYTES = 2 ** 26

export const indexPath = (folder: string, part: string): string => join(folder, `${part}.jsonl`)
export const shardPath = (folder: string, part: string, shard: number): string => join(folder, `${part}.${shard}.safetensors`)

/** Writes one part, with no more than one shard of it in memory. */
export class PartWriter {
  readonly #spec: PartSpec
  readonly #lines: string[] = []
  readonly #shards: FileRecord[] = []
  readonly #leftOut: { name: string; problem: string }[] = []
  #waiting: StoredFrames[] = []
  #bytes = 0
  #rows = 0
  #frames = 0

  constructor(spec: PartSpec) {
    this.#spec = spec
  }

  /** Throws ERR_DATA naming the clip where its frames cannot be stored, or are of another layout than the corpus; ERR_OUTPUT where a shard cannot be written. */
  async add(clip: ClipToPack): Promise<void> {
    const { layout, storage, shardBytes = SHARD_BYTES } = this.#spec
    const own = clip.layout ?? 'skeleton-50'
    if (own !== layout.name)
      throw new SignError(
        'ERR_DATA',
        clip.name,
        `wanted a motion of ${layout.name}, got one of ${own}`,
        'Pack it with --layout, or elsewhere',
      )
    const stored = encodeFrames(clip, storage, clip.name)
    const bytes = storedBytes(stored)
    const { name, language, text, gloss, frames, fps, seen } = clip
    const line: PackedClip = {
      ...{ name, language, text, ...(gloss === undefined ? {} : { gloss }), frames, fps },
      ...{ shard: this.#shards.length, first: this.#rows, shift: stored.shift, crc32: crc32(bytes) },
      ...(seen && { seen }),
    }
    this.#lines.push(JSON.stringify(line))
    this.#waiting.push(stored)
    this.#rows += frames
    this.#frames += frames
    this.#bytes += bytes.length
    if (this.#bytes >= shardBytes) await this.#writeShard()
  }

  leaveOut(name: string, problem: string): void {
    this.#leftOut.push({ name, problem })
  }

  /** Writes what is left, and the index. */
  async close(): Promise<PartHead> {
    const { folder, name, source, asked } = this.#spec
    if (this.#rows > 0) await this.#writeShard()
    const head: PartHead = {
      ...{ format: 'signllm-part', version: 1, source, asked, clips: this.#lines.length, frames: this.#frames },
      ...{ shards: this.#shards, leftOut: this.#leftOut },
    }
    await writeWhole(indexPath(folder, name), `${[JSON.stringify(head), ...this.#lines].join('\n')}\n`)
    return head
  }

  async #writeShard(): Promise<void> {
    const { folder, name, layout, storage } = this.#spec
    const path = shardPath(folder, name, this.#shards.length)
    const about = { format: 'signllm-shard', layout: layout.name, scale: layout.scale, storage }
    const bytes = formatSafetensors(shardTensors(this.#waiting, this.#rows, layout, storage), about)
    await writeWhole(path, bytes)
    this.#shards.push({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    this.#waiting = []
    this.#bytes = 0
    this.#rows = 0
  }
}

/** `coordinates` [frames, numbers] and, where points may be unseen, `confidence` [frames, points] of all clips one after another. */
function shardTensors(clips: readonly StoredFrames[], frames: number, layout: Layout, storage: Storage): Map<string, Tensor> {
  const numbers = coordinatesOf(layout)
  const data = { i16: Int16Array, f16: Uint16Array, f32: Float32Array }[storage]
  const coordinates = new data(frames * numbers)
  const confidence = layout.confidence ? new Uint8Array(frames * layout.points) : undefined
  let row = 0
  for (const clip of clips) {
    coordinates.set(clip.coordinates, row * numbers)
    if (clip.confidence) confidence?.set(clip.confidence, row * layout.points)
    row += clip.coordinates.length / numbers
  }
  const tensors = new Map([['coordinates', { dtype: dtypeOf[storage], shape: [frames, numbers], data: coordinates } as Tensor]])
  if (confidence) tensors.set('confidence', { dtype: 'U8', shape: [frames, layout.points], data: confidence })
  return tensors
}

/** Removes the files of parts, as far as they are there. */
export async function removeFiles(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await output(folder, 'remove an earlier part', () => rm(join(folder, name), { force: true }))
}

/** Shares of points that a motion shows, by the parts of its layout, of three digits; undefined where all points always are there. */
export function seenOf({
  layout = 'skeleton-50',
  confidence,
  frames,
}: Pick<Clip, 'layout' | 'confidence' | 'frames'>): SeenShares | undefined {
  if (!confidence) return undefined
  const { parts, points } = layouts[layout]
  const shareOf = (first: number, count: number): number => {
    let seen = 0
    for (let t = 0; t < frames; t++) for (let i = first; i < first + count; i++) if (confidence[t * points + i]! > 0) seen++
    return Math.round((1000 * seen) / (frames * count)) / 1000
  }
  return Object.fromEntries(parts.map(({ name, first, points: own }) => [name, shareOf(first, own.length)]))
}
