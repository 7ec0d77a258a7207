// Packing clips that a program makes; `signllm data pack` packs what lies in files, and goes on where it was stopped.

import { makeFolder } from '../../base/files.js'
import type { LayoutName } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { finishPacking } from './finish.js'
import type { ShardManifest } from './manifest.js'
import { type ClipToPack, PartWriter, seenOf } from './part.js'
import type { Storage } from './storage.js'

export interface PackSettings {
  /** What the parts are called by. */
  readonly name: string
  readonly layout?: LayoutName
  /** Default `i16`. */
  readonly storage?: Storage
  readonly licence?: string
  /** Default 4096. */
  readonly clipsAPart?: number
}

/**
 * Packs clips into a folder, beside the parts that are there. Throws ERR_DATA naming the clip that cannot be stored or is there twice, ERR_OUTPUT where nothing can be
 * written.
 */
export async function packClips(
  folder: string,
  clips: Iterable<ClipToPack> | AsyncIterable<ClipToPack>,
  { name, layout = 'skeleton-50', storage = 'i16', licence, clipsAPart = 4096 }: PackSettings,
): Promise<ShardManifest> {
  await makeFolder(folder)
  const newPart = (number: number): PartWriter => {
    const about = { source: name, asked: `${number}` }
    return new PartWriter({ folder, name: `${name}-${String(number).padStart(5, '0')}`, ...about, layout: layouts[layout], storage })
  }
  let [part, number, count] = [newPart(0), 0, 0]
  for await (const clip of clips) {
    const seen = clip.seen ?? seenOf(clip)
    await part.add({ ...clip, ...(seen && { seen }) })
    if (++count % clipsAPart > 0) continue
    await part.close()
    part = newPart(++number)
  }
  await part.close()
  const { scale } = layouts[layout]
  return finishPacking(folder, {
    format: 'signllm-shards',
    version: 1,
    layout,
    scale,
    storage,
    fps: null,
    licence: licence ?? null,
    parts: [],
  })
}
