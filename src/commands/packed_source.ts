// The motions of a packed corpus, for commands that read motions.

import { existsSync } from 'node:fs'
import { SignError } from '../base/errors.js'
import { manifestPath } from '../data/shards/manifest.js'
import { openPackedCorpus } from '../data/shards/packed_corpus.js'
import type { MotionSource } from './motion_source.js'

/** What lies packed in a folder, in its own layout; undefined where nothing does. Throws ERR_DATA as `openPackedCorpus`. */
export async function packedSource(folder: string, signal: AbortSignal | undefined): Promise<MotionSource | undefined> {
  if (!existsSync(manifestPath(folder))) return undefined
  const { list, reader } = await openPackedCorpus(folder)
  const clips = new Map(Array.from({ length: list.length }, (_, clip) => [list.name(clip), clip]))
  return {
    names: [...clips.keys()],
    tellsLanguage: true,
    async *read(names, broken) {
      try {
        for (const name of names) {
          signal?.throwIfAborted()
          try {
            yield await reader.read(clips.get(name)!)
          } catch (error) {
            if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
            broken(name, error)
          }
        }
      } finally {
        await reader.close()
      }
    },
  }
}
