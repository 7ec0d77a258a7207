// Frames out of shards, a clip at a time, as they are asked for. Only shards that are being read are open, and nothing of them is kept: a batch of clips lies in memory that its caller uses again.

import { crc32 } from 'node:zlib'
import { SignError } from '../../base/errors.js'
import { type OpenTensors, openTensors, type TensorPlaces } from '../../formats/safetensors/open.js'
import type { Clip } from '../../motion/clip.js'
import { layouts } from '../../motion/layout/layouts.js'
import type { ClipList } from './clip_list.js'
import { ClipMemory } from './clip_memory.js'
import { shardPath } from './part.js'
import { decodeFrames, dtypeOf, floatsOf, frameBytes } from './storage.js'

/** Systems let a process have some thousand files open, some only few hundred; beyond these, files take turns. */
const MOST_OPEN = 128

interface OpenShard {
  readonly tensors: Promise<OpenTensors>
  /** Reads under way. */
  users: number
}

/** Reads the clips of a list. */
export class ShardReader implements AsyncDisposable {
  readonly list: ClipList
  /** The one used last comes last. */
  readonly #open = new Map<string, OpenShard>()
  /** Of all shards that were open at some time: a shuffled corpus of thousands of them opens one for almost every clip. */
  readonly #places = new Map<string, TensorPlaces>()

  constructor(list: ClipList) {
    this.list = list
  }

  /** A clip with its frames. Throws ERR_DATA naming the shard where it is missing or cut short, or the clip's bytes are not those that were packed. */
  async read(clip: number): Promise<Clip> {
    return (await this.readAll([clip], new ClipMemory()))[0]!
  }

  /** Some clips with their frames, as they lie in `memory` until it is read into again. Throws as {@link read}. */
  async readAll(clips: readonly number[], memory: ClipMemory): Promise<Clip[]> {
    const { list } = this
    const layout = layouts[list.manifest.layout]
    const { coordinates, confidence } = frameBytes(layout, list.manifest.storage)
    let [bytes, floats] = [0, 0]
    const spans = clips.map((clip) => {
      const frames = list.frames(clip)
      const span = { bytes, floats, length: frames * (coordinates + confidence) }
      bytes += aligned(span.length)
      floats += floatsOf(layout, frames)
      return span
    })
    const room = memory.reserve(bytes, floats)
    const reads = clips.map((clip, i) => {
      const span = spans[i]!
      return this.#read(clip, room.bytes.subarray(span.bytes, span.bytes + span.length), room.floats.subarray(span.floats))
    })
    // None may be under way still when another batch is read into the same memory.
    const done = await Promise.allSettled(reads)
    return done.map((read) => {
      if (read.status === 'rejected') throw read.reason
      return read.value
    })
  }

  /** Closes its files. Reads under way end well. */
  async close(): Promise<void> {
    const all = [...this.#open.values()]
    this.#open.clear()
    await Promise.allSettled(all.map(async ({ tensors }) => (await tensors).close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #read(clip: number, bytes: Uint8Array<ArrayBuffer>, floats: Float32Array<ArrayBuffer>): Promise<Clip> {
    const { list } = this
    const { folder, manifest } = list
    const { part, shard, first, frames, shift, crc32: packed } = list.place(clip)
    const [layout, storage] = [layouts[manifest.layout], manifest.storage]
    const path = shardPath(folder, manifest.parts[part]!.name, shard)
    await this.#fill(bytes, path, { first, frames })
    const name = list.name(clip)
    if (crc32(bytes) !== packed)
      throw damaged(path, `wanted clip '${name}' as it was packed, got bytes with another checksum: they are damaged`)
    const gloss = list.gloss(clip)
    return {
      name,
      language: list.language(clip),
      text: list.text(clip),
      ...(gloss === undefined ? {} : { gloss }),
      frames,
      fps: list.fps(clip),
      layout: manifest.layout,
      ...decodeFrames(bytes, { layout, storage, shift, frames }, floats),
    }
  }

  /** Reads the rows of a clip out of a shard. */
  async #fill(bytes: Uint8Array, path: string, { first, frames }: { first: number; frames: number }): Promise<void> {
    const { layout, storage } = this.list.manifest
    const each = frameBytes(layouts[layout], storage)
    const shard = this.#shard(path)
    shard.users += 1
    try {
      const tensors = await shard.tensors
      const cut = frames * each.coordinates
      const rows = { first, rows: frames }
      await Promise.all([
        tensors.readRows('coordinates', { ...rows, dtype: dtypeOf[storage], into: bytes.subarray(0, cut) }),
        each.confidence > 0 && tensors.readRows('confidence', { ...rows, dtype: 'U8', into: bytes.subarray(cut) }),
      ])
    } catch (cause) {
      if (!(cause instanceof SignError && cause.code === 'ERR_CHECKPOINT')) throw cause
      throw damaged(path, `wanted a shard as it was packed, got: ${cause.message}`, cause)
    } finally {
      shard.users -= 1
      this.#closeIdle()
    }
  }

  #shard(path: string): OpenShard {
    const shard = this.#open.get(path) ?? { tensors: this.#opened(path), users: 0 }
    // To the end of the order.
    this.#open.delete(path)
    this.#open.set(path, shard)
    // A shard that could not be opened is tried again when it is asked for again.
    shard.tensors.catch(() => {
      if (this.#open.get(path) === shard) this.#open.delete(path)
    })
    return shard
  }

  async #opened(path: string): Promise<OpenTensors> {
    const tensors = await openTensors(path, this.#places.get(path))
    this.#places.set(path, tensors.places)
    return tensors
  }

  #closeIdle(): void {
    for (const [path, { users, tensors }] of this.#open) {
      if (this.#open.size <= MOST_OPEN) return
      if (users > 0) continue
      this.#open.delete(path)
      void tensors.then((file) => file.close())
    }
  }
}

/** Numbers are read from a multiple of four bytes on. */
const aligned = (bytes: number): number => 4 * Math.ceil(bytes / 4)

function damaged(path: string, problem: string, cause?: unknown): SignError {
  return new SignError('ERR_DATA', path, problem, 'Remove that part and its index, and pack the source again: all other parts stay', {
    cause,
  })
}
