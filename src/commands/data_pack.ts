// `signllm data pack`: any source of motions into shards, for corpora larger than memory. The work is cut into parts that are each whole or not there, so it goes on
// wherever it was stopped, and any number of processes take their shares of it.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { SignError } from '../base/errors.js'
import { makeFolder } from '../base/files.js'
import { namesIn } from '../base/folder.js'
import { finishPacking, isPacked } from '../data/shards/finish.js'
import { readPartHead } from '../data/shards/lines.js'
import { manifestPath, readShardManifest, type ShardManifest, writeShardManifest } from '../data/shards/manifest.js'
import { type PartHead, PartWriter, removeFiles, seenOf } from '../data/shards/part.js'
import type { Storage } from '../data/shards/storage.js'
import { videoOf } from '../data/split.js'
import { layouts } from '../motion/layout/layouts.js'
import { ClipWork, type ClipWorkOptions } from './clip_work.js'
import { matchWords, spokenNames, type Words, wordsOf } from './motion_clips.js'
import type { MotionSource, SourceMotion } from './motion_source.js'
import { type PackSourceSettings, type PackUnit, packUnits } from './pack_source.js'
import { packInWorkers, type Workers } from './pack_workers.js'

export interface DataPackOptions extends PackSourceSettings, ClipWorkOptions {
  readonly out: string
  readonly storage: Storage
  readonly names?: string | undefined
  readonly text?: string | undefined
  readonly gloss?: string | undefined
  readonly licence?: string | undefined
  readonly overwrite?: boolean
  /** Pack only every `of`-th part from the `index`-th on, and leave finishing to a run without it. */
  readonly share?: { readonly index: number; readonly of: number } | undefined
  readonly workers?: Workers | undefined
}

export interface DataPackSummary {
  readonly out: string
  /** Of the whole corpus; of a share, what it packed. */
  readonly clips: number
  readonly frames: number
  readonly parts: number
  /** Parts that an earlier run had packed. */
  readonly resumed: number
  /** Clips of the source that are not in the corpus. */
  readonly broken: readonly { readonly name: string; readonly problem: string }[]
}

/** Clips of a part, until its video ends. */
const CLIPS_A_PART = 256

/**
 * Packs. Throws ERR_USAGE where the folder holds a corpus of other settings or what is there is of another source by that name, ERR_DATA where there is no clip or one
 * is there twice, ERR_OUTPUT where nothing can be written, and what the readers throw.
 */
export async function dataPack(path: string, options: DataPackOptions): Promise<DataPackSummary> {
  const { out, share, workers } = options
  const manifest = await begun(options)
  if (workers && workers.count > 1) await packInWorkers(workers, options)
  const words = await wordsOf(options)
  const units = await packUnits(path, options)
  const total = { clips: 0, frames: 0, parts: 0, resumed: 0 }
  const broken: { name: string; problem: string }[] = []
  // Where there are enough units, nobody looks into those of others.
  const byUnit = share !== undefined && units.length >= 2 * share.of
  for (const [number, unit] of units.entries()) {
    if (byUnit && number % share.of !== share.index) continue
    const isMine = (part: number): boolean => share === undefined || byUnit || (number + part) % share.of === share.index
    const work = units.length > 1 ? `pack ${number + 1}/${units.length}` : 'pack'
    for await (const { head, isNew } of packUnit(unit, { ...options, work }, words, isMine)) {
      total.clips += head.clips
      total.frames += head.frames
      total.parts += 1
      if (!isNew) total.resumed += 1
      broken.push(...head.leftOut)
    }
  }
  if (share) return { out, ...total, broken }
  const { parts } = await finishPacking(out, manifest)
  const sum = (of: 'clips' | 'frames'): number => parts.reduce((all, part) => all + part[of], 0)
  if (sum('clips') === 0) {
    const problem = `wanted at least one clip that can be used, got ${broken.length} that cannot`
    throw new SignError('ERR_DATA', path, problem, broken[0]?.problem ?? 'Name another source')
  }
  return { out, clips: sum('clips'), frames: sum('frames'), parts: parts.length, resumed: total.resumed, broken }
}

/** The manifest of the folder, written where there is none yet. */
async function begun(options: DataPackOptions): Promise<ShardManifest> {
  const { out, layout, storage, fps = null, licence = null, overwrite = false } = options
  await makeFolder(out)
  if (overwrite && options.share === undefined) await removeCorpus(out)
  const there = await readShardManifest(out)
  const settings = { layout, storage, fps }
  if (there) {
    const other = (Object.keys(settings) as (keyof typeof settings)[]).find((key) => there[key] !== settings[key])
    if (other === undefined) return there
    const problem = `wanted a corpus with ${other} ${settings[other]}, got one with ${other} ${there[other]}`
    throw new SignError('ERR_USAGE', out, problem, 'Pass the same options, --overwrite to replace it, or name another folder')
  }
  const manifest: ShardManifest = { format: 'signllm-shards', version: 1, ...settings, scale: layouts[layout].scale, licence, parts: [] }
  await writeShardManifest(out, manifest)
  return manifest
}

/** Removes what packing wrote, the manifest first: without it, what is left is no corpus. */
async function removeCorpus(folder: string): Promise<void> {
  if (!existsSync(manifestPath(folder))) return
  await removeFiles(folder, ['shards.json', ...(await namesIn(folder)).filter(isPacked)])
}

/** Packs the parts of a unit that are not there yet. */
async function* packUnit(
  unit: PackUnit,
  options: DataPackOptions,
  words: Words,
  isMine: (part: number) => boolean,
): AsyncGenerator<{ head: PartHead; isNew: boolean }> {
  const { out, lang, layout, storage, signal } = options
  const source = await unit.open()
  if (!source.tellsLanguage && lang === undefined)
    throw new SignError('ERR_USAGE', unit.source, 'wanted the language of the clips, got none', 'Pass --lang, e.g. ASL')
  const said = matchWords(source.names, words, unit.source)
  const parts = partsOf(spokenNames(source, said)).map((names, number) => ({ names, number }))
  const mine = parts.filter(({ number }) => isMine(number))
  const work = new ClipWork(
    mine.reduce((sum, { names }) => sum + names.length, 0),
    options,
  )
  try {
    for (const { names, number } of mine) {
      signal?.throwIfAborted()
      const name = `${unit.name}-${String(number).padStart(5, '0')}`
      const asked = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16)
      const there = await readPartHead(out, name)
      if (there && there.asked !== asked) {
        const problem = `wanted the part ${name} of the clips that were packed before, got a source with other clips, such as '${names[0]}'`
        throw new SignError('ERR_USAGE', unit.source, problem, 'Rename the source, or pass --overwrite if it has changed')
      }
      if (there) for (const _ of names) work.done(0)
      const spec = { folder: out, name, source: unit.source, asked, layout: layouts[layout], storage }
      yield { head: there ?? (await packPart(source, names, said, lang, new PartWriter(spec), work)), isNew: !there }
    }
  } finally {
    work.end()
  }
}

async function packPart(
  source: MotionSource,
  names: readonly string[],
  words: Words,
  lang: string | undefined,
  writer: PartWriter,
  work: ClipWork,
): Promise<PartHead> {
  const leaveOut = (name: string, error: SignError): void => {
    writer.leaveOut(name, error.message)
    work.leaveOut(name, error)
  }
  for await (const { notes = [], quality, ...motion } of source.read(names, leaveOut)) {
    for (const note of notes) work.remark(motion.name, note)
    const seen = seenOf(motion) ?? seenBy(quality)
    try {
      await writer.add({ text: '', language: lang ?? '', ...motion, ...words?.get(motion.name), seen })
    } catch (error) {
      if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
      leaveOut(motion.name, error)
      continue
    }
    work.done(motion.frames)
  }
  return writer.close()
}

/** What the detector saw of a motion that was lifted. */
function seenBy(quality: SourceMotion['quality']) {
  if (!quality) return undefined
  const { parts } = layouts['skeleton-50']
  const shares = parts.map(({ name, first, points }) => {
    const missing = quality.missing.slice(first, first + points.length)
    return [name, Math.round(1000 * (1 - missing.reduce((sum, share) => sum + share, 0) / missing.length)) / 1000]
  })
  return Object.fromEntries(shares)
}

/** Names in parts. A video that is split would be read twice, so a part ends with one, as long as that is not too far off. */
function partsOf(names: readonly string[]): string[][] {
  const parts: string[][] = []
  for (let from = 0; from < names.length; ) {
    let to = Math.min(names.length, from + CLIPS_A_PART)
    const most = Math.min(names.length, from + 2 * CLIPS_A_PART)
    while (to < most && videoOf(names[to]!) === videoOf(names[to - 1]!)) to += 1
    parts.push(names.slice(from, to))
    from = to
  }
  return parts
}
