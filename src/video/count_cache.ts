// How many frames videos have, kept on disk, so that a corpus is counted once: a file tells it only when it has been decoded to its end.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { writeWhole } from '../base/files.js'
import type { PictureStore, VideoCount } from './picture_store.js'
import type { PictureSource } from './source.js'

const saved = z.strictObject({ frames: z.int().min(0), pixels: z.int().min(0), fps: z.number().positive().nullable() })

/** What `store` counts of a video, or what was kept of it in `folder` for frames of this size. Throws as the source, and ERR_OUTPUT where it cannot be kept. */
export async function cachedCount(folder: string | null, source: PictureSource, store: PictureStore): Promise<VideoCount> {
  if (folder === null) return store.count(source)
  const path = join(folder, `${await source.mark()}-${store.size}.json`)
  const kept = await keptCount(path)
  if (kept) return kept
  const { frames, pixels, fps } = await store.count(source)
  await writeWhole(path, `${JSON.stringify({ frames, pixels, fps: fps ?? null })}\n`)
  return { frames, pixels, fps }
}

/** What is damaged is counted anew. */
async function keptCount(path: string): Promise<VideoCount | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { fps, ...count } = saved.parse(JSON.parse(text))
    return { ...count, fps: fps ?? undefined }
  } catch {
    return undefined
  }
}
