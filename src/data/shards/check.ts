// Whether a packed corpus is what was packed: every file against its SHA-256, and where one is not, which of its clips are damaged. Training compares the bytes of each clip
// with a checksum of its own as it reads them; this also finds what no training has read yet, and files that were replaced.

import { SignError } from '../../base/errors.js'
import { namesIn } from '../../base/folder.js'
import { fileRecord } from '../checksum.js'
import type { CorpusReport } from '../corpus/check.js'
import { type CorpusFinding, type Note, noteError } from '../corpus/finding.js'
import { isPacked } from './finish.js'
import { packedClips, readPartHead } from './lines.js'
import { packedManifest, type ShardManifest } from './manifest.js'
import { openPackedCorpus } from './packed_corpus.js'
import { shardPath } from './part.js'

/** Clips of a damaged file that are named. */
const NAMED = 10

/** Checks the corpus in a folder, its files one after another in pieces. Throws ERR_DATA only where nothing is packed there to its end. */
export async function checkShards(folder: string): Promise<CorpusReport> {
  const manifest = await packedManifest(folder)
  const findings: CorpusFinding[] = []
  const note: Note = (severity, where, problem) => findings.push({ severity, where, problem })
  const damaged = new Set<string>()
  for (const part of manifest.parts)
    await attempt(note, async () => {
      for await (const _ of packedClips(folder, { parts: [part] })) {
        // Each line is checked, and all of them in the end.
      }
      const { shards } = (await readPartHead(folder, part.name))!
      for (const [shard, told] of shards.entries()) {
        const path = shardPath(folder, part.name, shard)
        const record = await fileRecord(path)
        if (record?.sha256 === told.sha256) continue
        const got = record ? `${record.bytes} bytes with ${record.sha256.slice(0, 16)}…` : 'no file'
        note('error', path, `wanted the ${told.bytes} bytes that were packed, with SHA-256 ${told.sha256.slice(0, 16)}…, got ${got}`)
        if (record) damaged.add(path)
      }
    })
  if (damaged.size > 0) await attempt(note, () => noteClips(folder, manifest, damaged, note))
  await noteOthers(folder, manifest, note)
  const sum = (of: 'clips' | 'frames'): number => manifest.parts.reduce((all, part) => all + part[of], 0)
  return { prefix: folder, clips: sum('clips'), frames: sum('frames'), findings }
}

/** What of damaged files is damaged; what is not named can be trained on. */
async function noteClips(folder: string, manifest: ShardManifest, damaged: ReadonlySet<string>, note: Note): Promise<void> {
  const { list, reader } = await openPackedCorpus(folder)
  try {
    let found = 0
    for (let clip = 0; clip < list.length && found < NAMED; clip++) {
      const { part, shard } = list.place(clip)
      if (!damaged.has(shardPath(folder, manifest.parts[part]!.name, shard))) continue
      await attempt(
        note,
        () => reader.read(clip),
        () => found++,
      )
    }
    if (found === NAMED) note('warning', folder, `more clips than these ${NAMED} may be damaged`)
  } finally {
    await reader.close()
  }
}

async function noteOthers(folder: string, { parts }: ShardManifest, note: Note): Promise<void> {
  const known = new Set(parts.map(({ name }) => name))
  for (const name of (await namesIn(folder)).filter(isPacked)) {
    if (name === 'shards.json' || known.has(name.replace(/(\.jsonl|\.\d+\.safetensors)$/, ''))) continue
    // A part without clips is an index alone.
    if (name.endsWith('.jsonl') && (await readPartHead(folder, name.slice(0, -'.jsonl'.length)).catch(() => undefined))?.clips === 0)
      continue
    note('warning', `${folder}/${name}`, 'belongs to no part of shards.json: packing was interrupted, or is under way')
  }
}

async function attempt(note: Note, work: () => Promise<unknown>, failed?: () => void): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    failed?.()
    noteError(note, error)
  }
}
