// A packed corpus as it is read: its clips in a list, and a reader of their frames.

import { type Choice, type ClipList, clipList } from './clip_list.js'
import { packedClips } from './lines.js'
import { packedManifest } from './manifest.js'
import { ShardReader } from './reader.js'

export interface PackedCorpus {
  readonly list: ClipList
  readonly reader: ShardReader
  /** How many clips were left out for which reason. */
  readonly leftOut: ReadonlyMap<string, number>
}

/**
 * Opens the corpus in a folder; only its indexes are read. Throws ERR_DATA where nothing is packed there to its end, and naming file and line for an index that is
 * damaged.
 *
 * @param choice why a clip is left out; undefined for one that is taken
 */
export async function openPackedCorpus(folder: string, choice?: Choice): Promise<PackedCorpus> {
  const manifest = await packedManifest(folder)
  const { list, leftOut } = await clipList(folder, manifest, packedClips(folder, manifest), choice)
  return { list, reader: new ShardReader(list), leftOut }
}
