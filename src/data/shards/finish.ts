// The end of packing: all parts that are there become one corpus.

import { join } from 'node:path'
import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { namesIn } from '../../base/folder.js'
import { fileRecord } from '../checksum.js'
import { packedClips, readPartHead } from './lines.js'
import { type ShardManifest, type ShardPart, writeShardManifest } from './manifest.js'
import { indexPath, removeFiles } from './part.js'

/** Whether a file in a corpus' folder is one that packing writes, or has left half written. */
export const isPacked = (name: string): boolean =>
  name === 'shards.json' || /-\d{5}(\.jsonl|\.\d+\.safetensors)(\.partial-\d+)?$/.test(name)

/** Writes the manifest of all parts that are there. Throws ERR_DATA for a clip that is there twice. */
export async function finishPacking(folder: string, begun: ShardManifest): Promise<ShardManifest> {
  const files = (await namesIn(folder)).filter(isPacked)
  const parts: ShardPart[] = []
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) {
    const name = file.slice(0, -'.jsonl'.length)
    const head = (await readPartHead(folder, name))!
    if (head.clips > 0) parts.push({ name, clips: head.clips, frames: head.frames, index: (await fileRecord(indexPath(folder, name)))! })
  }
  const manifest = { ...begun, parts }
  const seen = new Set<string>()
  for await (const { name, part } of packedClips(folder, manifest)) {
    if (seen.size !== seen.add(name.normalize('NFC')).size) continue
    const problem = `wanted each clip once, got '${name}' in ${parts[part]!.name} again, among ${counted(seen.size, 'clip')} before it`
    throw new SignError('ERR_DATA', folder, problem, `Remove ${join(folder, parts[part]!.name)}.jsonl, or rename its clips and pack again`)
  }
  await writeShardManifest(folder, manifest)
  // What processes that were killed left half written.
  await removeFiles(
    folder,
    files.filter((name) => name.includes('.partial-')),
  )
  return manifest
}
