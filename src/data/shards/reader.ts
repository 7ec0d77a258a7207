// Frames out of shards, as they are asked for. They are read by a thread (frames_thread.js), and nothing of them is kept: a batch of clips lies in memory that its caller
// uses again.

import { SignError } from '../../base/errors.js'
import { Thread } from '../../base/thread.js'
import { Turns } from '../../base/turns.js'
import { beginOfRows, readTensorPlaces, type TensorPlaces } from '../../formats/safetensors/rows.js'
import type { Clip } from '../../motion/clip.js'
import { coordinatesOf } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import type { ClipList } from './clip_list.js'
import { ClipMemory } from './clip_memory.js'
import { shardPath } from './part.js'
import { dtypeOf, frameBytes, type Storage } from './storage.js'

/** Numbers of a clip: where they lie in the shard, where their bytes go, and where they go themselves. */
interface NumbersOrder {
  readonly from: number
  readonly bytes: number
  readonly to: number
  readonly first: number
  readonly numbers: number
}

/** A clip to be read. The bytes of its confidences go behind those of its coordinates, as its checksum is of them. */
export interface FrameOrder {
  readonly path: string
  readonly coordinates: NumbersOrder
  /** Of layouts whose points may be unseen. */
  readonly confidence: NumbersOrder | undefined
  readonly shift: number
  readonly crc32: number
}

export interface FrameBatch {
  readonly clips: readonly FrameOrder[]
  readonly storage: Storage
  readonly bytes: Uint8Array
  readonly floats: Float32Array
}

/** What the thread does. */
export interface FrameCalls {
  /** Reads clips. For each, what was got instead of one as it was packed; undefined where all is well. */
  read(batch: FrameBatch): readonly (string | undefined)[]
}

/** A disk that has not answered by then never will. */
const LONGEST_READ_SECONDS = 600

/** Reads the clips of a list. */
export class ShardReader implements AsyncDisposable {
  readonly list: ClipList
  #thread: Thread<FrameCalls> | undefined
  /** Of all shards that were read from: of a corpus of thousands, shuffled, almost every clip of a batch is in one of its own. */
  readonly #places = new Map<string, TensorPlaces>()
  readonly #turns = new Turns()

  constructor(list: ClipList) {
    this.list = list
  }

  /** A clip with its frames, in memory of its own. Throws ERR_DATA naming the shard where it is missing or cut short, or the clip's bytes are not those that were packed. */
  async read(clip: number): Promise<Clip> {
    const { joints, confidence, ...read } = (await this.readAll([clip], new ClipMemory()))[0]!
    return { ...read, joints: joints.slice(), ...(confidence && { confidence: confidence.slice() }) }
  }

  /** Some clips with their frames, as they lie in `memory` until it is read into again. Throws as {@link read}. */
  readAll(clips: readonly number[], memory: ClipMemory): Promise<Clip[]> {
    return this.#turns.take(() => this.#readAll(clips, memory))
  }

  /** Ends its thread, once the reads under way have ended. It is started again by the next. */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      this.#thread?.end()
      this.#thread = undefined
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #readAll(clips: readonly number[], memory: ClipMemory): Promise<Clip[]> {
    const { manifest } = this.list
    let [bytes, floats] = [0, 0]
    const orders: FrameOrder[] = []
    for (const clip of clips) {
      const path = this.#pathOf(clip)
      const places = this.#places.get(path) ?? (await this.#placesIn(path))
      const order = this.#order(clip, path, places, bytes, floats)
      const { coordinates, confidence } = order
      bytes = aligned(coordinates.to + coordinates.bytes + (confidence?.bytes ?? 0))
      floats = coordinates.first + coordinates.numbers + (confidence?.numbers ?? 0)
      orders.push(order)
    }
    const room = memory.reserve(bytes, floats)
    this.#thread ??= new Thread<FrameCalls>(new URL('./frames_thread.js', import.meta.url))
    const problems = await this.#thread.call('read', [{ clips: orders, storage: manifest.storage, ...room }], {
      seconds: LONGEST_READ_SECONDS,
    })
    const wrong = problems.findIndex((problem) => problem !== undefined)
    if (wrong >= 0)
      throw damaged(orders[wrong]!.path, `wanted clip '${this.list.name(clips[wrong]!)}' as it was packed, got ${problems[wrong]}`)
    return clips.map((clip, i) => this.#clip(clip, orders[i]!, room.floats))
  }

  #pathOf(clip: number): string {
    const { folder, manifest, place } = this.list
    const { part, shard } = place(clip)
    return shardPath(folder, manifest.parts[part]!.name, shard)
  }

  async #placesIn(path: string): Promise<TensorPlaces> {
    try {
      const places = await readTensorPlaces(path)
      this.#places.set(path, places)
      return places
    } catch (cause) {
      throw unlikePacked(path, cause)
    }
  }

  /** Where a clip is, and where it goes: its bytes from `to` on, its numbers from `first` on. */
  #order(clip: number, path: string, places: TensorPlaces, to: number, first: number): FrameOrder {
    const { manifest, place } = this.list
    const { first: row, frames, shift, crc32 } = place(clip)
    const layout = layouts[manifest.layout]
    const each = frameBytes(layout, manifest.storage)
    const [bytes, sureBytes] = [frames * each.coordinates, frames * each.confidence]
    const numbers = frames * coordinatesOf(layout)
    const rows = { first: row, rows: frames }
    try {
      const from = beginOfRows(places, 'coordinates', { ...rows, dtype: dtypeOf[manifest.storage], bytes }, path)
      const coordinates = { from, bytes, to, first, numbers }
      if (!layout.confidence) return { path, coordinates, confidence: undefined, shift, crc32 }
      const sureFrom = beginOfRows(places, 'confidence', { ...rows, dtype: 'U8', bytes: sureBytes }, path)
      const confidence = { from: sureFrom, bytes: sureBytes, to: to + bytes, first: first + numbers, numbers: sureBytes }
      return { path, coordinates, confidence, shift, crc32 }
    } catch (cause) {
      throw unlikePacked(path, cause)
    }
  }

  #clip(clip: number, { coordinates, confidence }: FrameOrder, floats: Float32Array): Clip {
    const { list } = this
    const gloss = list.gloss(clip)
    const numbersOf = ({ first, numbers }: NumbersOrder) => floats.subarray(first, first + numbers)
    return {
      name: list.name(clip),
      language: list.language(clip),
      text: list.text(clip),
      ...(gloss === undefined ? {} : { gloss }),
      frames: list.frames(clip),
      fps: list.fps(clip),
      layout: list.manifest.layout,
      joints: numbersOf(coordinates),
      ...(confidence && { confidence: numbersOf(confidence) }),
    }
  }
}

/** Numbers are read from a multiple of four bytes on. */
const aligned = (bytes: number): number => 4 * Math.ceil(bytes / 4)

/** What another than the packed shard comes to; all else as it is. */
const unlikePacked = (path: string, cause: unknown): unknown =>
  cause instanceof SignError && cause.code === 'ERR_CHECKPOINT'
    ? damaged(path, `wanted a shard as it was packed, got: ${cause.message}`, cause)
    : cause

function damaged(path: string, problem: string, cause?: unknown): SignError {
  return new SignError('ERR_DATA', path, problem, 'Remove that part and its index, and pack the source again: all other parts stay', {
    cause,
  })
}
