// Frames out of shards, a clip at a time, as they are asked for. Only shards that are being read are open, and nothing of them is kept.

import { crc32 } from 'node:zlib'
import { SignError } from '../../base/errors.js'
import { type OpenTensors, openTensors } from '../../formats/safetensors/open.js'
import type { Clip } from '../../motion/clip.js'
import { layouts } from '../../motion/layout/layouts.js'
import type { ClipList } from './clip_list.js'
import { shardPath } from './part.js'
import { decodeFrames, dtypeOf, frameBytes } from './storage.js'

/** Systems let a process have some hundred files open. */
const MOST_OPEN = 64

interface OpenShard {
  readonly tensors: Promise<OpenTensors>
  /** Reads under way. */
  users: number
}

/** Reads the clips of a list. */
export class ShardReader implements AsyncDisposable {
  readonly #list: ClipList
  /** The one used last comes last. */
  readonly #open = new Map<string, OpenShard>()

  constructor(list: ClipList) {
    this.#list = list
  }

  /** A clip with its frames. Throws ERR_DATA naming the shard where it is missing or cut short, or the clip's bytes are not those that were packed. */
  async read(clip: number): Promise<Clip> {
    const list = this.#list
    const { folder, manifest } = list
    const { part, shard, frames, ...place } = list.place(clip)
    const path = shardPath(folder, manifest.parts[part]!.name, shard)
    const bytes = await this.#bytes(path, { ...place, frames, name: list.name(clip) })
    const gloss = list.gloss(clip)
    return {
      name: list.name(clip),
      language: list.language(clip),
      text: list.text(clip),
      ...(gloss === undefined ? {} : { gloss }),
      frames,
      fps: list.fps(clip),
      layout: manifest.layout,
      ...decodeFrames(bytes, { layout: layouts[manifest.layout], storage: manifest.storage, shift: place.shift, frames }),
    }
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

  async #bytes(path: string, clip: { first: number; frames: number; crc32: number; name: string }): Promise<Uint8Array<ArrayBuffer>> {
    const { layout, storage } = this.#list.manifest
    const each = frameBytes(layouts[layout], storage)
    const shard = this.#shard(path)
    shard.users += 1
    try {
      const tensors = await shard.tensors
      const bytes = new Uint8Array(clip.frames * (each.coordinates + each.confidence))
      const cut = clip.frames * each.coordinates
      const rows = { first: clip.first, rows: clip.frames }
      await Promise.all([
        tensors.readRows('coordinates', { ...rows, dtype: dtypeOf[storage], into: bytes.subarray(0, cut) }),
        each.confidence > 0 && tensors.readRows('confidence', { ...rows, dtype: 'U8', into: bytes.subarray(cut) }),
      ])
      if (crc32(bytes) === clip.crc32) return bytes
      throw damaged(path, `wanted clip '${clip.name}' as it was packed, got bytes with another checksum: they are damaged`)
    } catch (cause) {
      if (!(cause instanceof SignError && cause.code === 'ERR_CHECKPOINT')) throw cause
      throw damaged(path, `wanted a shard as it was packed, got: ${cause.message}`, cause)
    } finally {
      shard.users -= 1
      this.#closeIdle()
    }
  }

  #shard(path: string): OpenShard {
    const shard = this.#open.get(path) ?? { tensors: openTensors(path), users: 0 }
    // To the end of the order.
    this.#open.delete(path)
    this.#open.set(path, shard)
    // A shard that could not be opened is tried again when it is asked for again.
    shard.tensors.catch(() => {
      if (this.#open.get(path) === shard) this.#open.delete(path)
    })
    return shard
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

function damaged(path: string, problem: string, cause?: unknown): SignError {
  return new SignError('ERR_DATA', path, problem, 'Remove that part and its index, and pack the source again: all other parts stay', {
    cause,
  })
}
