// What a corpus of millions of clips takes before the first of its frames is read: its index, in files as packing writes them, without the shards that they tell of.

import { join } from 'node:path'
import { makeFolder, writeWhole } from '../../src/base/files.js'
import { fileRecord } from '../../src/data/checksum.js'
import { type ShardPart, writeShardManifest } from '../../src/data/shards/manifest.js'
import { openPackedCorpus } from '../../src/data/shards/packed_corpus.js'
import { indexPath, type PackedClip, type PartHead } from '../../src/data/shards/part.js'
import { layouts } from '../../src/motion/layout/layouts.js'
import { StoredExamples } from '../../src/tasks/text_to_pose/stored_examples.js'
import { planGroups } from '../../src/train/batches.js'
import { described } from './clips.js'

const CLIPS_A_PART = 4096

export interface IndexFigures {
  readonly clips: number
  /** Of the index's files. */
  readonly gigabytes: number
  readonly openSeconds: number
  /** What the clips' places, names and sentences hold in memory, and what their token ids do. */
  readonly indexMebibytes: number
  readonly idsMebibytes: number
  readonly planSeconds: number
  readonly planMebibytes: number
}

/** Writes an index of so many clips into a folder, and reads it as training does. @param held MiB that JavaScript holds now */
export async function indexFigures(folder: string, clips: number, batch: number, held: () => number): Promise<IndexFigures> {
  const bytes = await writeIndex(folder, clips)
  const before = held()
  const began = performance.now()
  const corpus = await openPackedCorpus(folder)
  const openSeconds = (performance.now() - began) / 1000
  const opened = held()
  const numbers = Uint32Array.from({ length: clips }, (_, clip) => clip)
  const idsOf = (line: string): Uint32Array => new Uint32Array(line.split(' ').length + 1)
  const examples = new StoredExamples({ corpus, clips: numbers, source: 'text' }, idsOf, 64)
  const encoded = held()
  const planBegan = performance.now()
  const sizes = { length: examples.length, target: (i: number) => examples.frames(i), source: (i: number) => examples.tokens(i) }
  const plan = planGroups(new Map([['', sizes]]), { size: batch, bucket: 32, seed: 1, epoch: 0 })
  const planSeconds = (performance.now() - planBegan) / 1000
  const planned = held()
  await corpus.reader.close()
  if (plan.length !== Math.ceil(examples.length / batch)) throw new Error(`planned ${plan.length} batches of ${examples.length} clips`)
  return {
    ...{ clips, gigabytes: bytes / 1e9, openSeconds, planSeconds },
    ...{ indexMebibytes: opened - before, idsMebibytes: encoded - opened, planMebibytes: planned - encoded },
  }
}

async function writeIndex(folder: string, clips: number): Promise<number> {
  await makeFolder(folder)
  const parts: ShardPart[] = []
  let bytes = 0
  for (let from = 0; from < clips; from += CLIPS_A_PART) {
    const name = `many-${String(parts.length).padStart(5, '0')}`
    const count = Math.min(CLIPS_A_PART, clips - from)
    let frames = 0
    const lines = Array.from({ length: count }, (_, i) => {
      const clip = described(from + i)
      const line: PackedClip = { ...clip, shard: 0, first: frames, shift: 14, crc32: 0xffffffff }
      frames += clip.frames
      return JSON.stringify(line)
    })
    const head: PartHead = {
      ...{ format: 'signllm-part', version: 1, source: 'many', asked: name, clips: count, frames, shards: [], leftOut: [] },
    }
    await writeWhole(indexPath(folder, name), `${[JSON.stringify(head), ...lines].join('\n')}\n`)
    const index = (await fileRecord(join(folder, `${name}.jsonl`)))!
    parts.push({ name, clips: count, frames, index })
    bytes += index.bytes
  }
  const { name: layout, scale } = layouts['dwpose-128']
  await writeShardManifest(folder, {
    ...{ format: 'signllm-shards', version: 1, layout, scale, storage: 'i16', fps: null, licence: null, parts },
  })
  return bytes
}
