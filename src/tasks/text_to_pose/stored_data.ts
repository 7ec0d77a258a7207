// From `shards` in a run file to the clips of each language: which are taken, which are held out, and a draw of them by which units are measured.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { Random } from '../../base/random.js'
import type { PlacedClip } from '../../data/shards/lines.js'
import { manifestChecksum, packedManifest } from '../../data/shards/manifest.js'
import { openPackedCorpus, type PackedCorpus } from '../../data/shards/packed_corpus.js'
import type { SeenShares } from '../../data/shards/part.js'
import { videoOf } from '../../data/split.js'
import type { ModelConfig } from '../../model/config.js'
import { type Clip, sameRate } from '../../motion/clip.js'
import { layouts } from '../../motion/layout/layouts.js'
import type { DataEntry, RunConfig } from './config.js'
import { readStored, type StoredClips } from './stored_examples.js'

export type ShardsEntry = Extract<DataEntry, { shards: string }>

/** The clips of one language. */
export interface StoredLanguage {
  readonly language: string
  readonly stored: StoredClips
  /** Some of them, in memory: units and bones are measured by them. */
  readonly train: readonly Clip[]
  /** The first so many of these stay, for baselines. */
  readonly kept: number
  readonly dev: readonly Clip[]
  readonly notes: readonly string[]
}

/** As many as SignDW's trainer measures by: of each group of weights. */
const MEASURED = 512
/** Clips that stay in memory once units are measured, of all languages together. */
const KEPT = 256
const [FEWEST_KEPT, MOST_KEPT] = [4, 64]

/** The entry with the checksum of its corpus. Throws ERR_CONFIG where it names another, ERR_DATA where nothing is packed there. */
export async function withChecksum(entry: ShardsEntry): Promise<ShardsEntry> {
  const checksum = manifestChecksum(await packedManifest(entry.shards))
  if (entry.checksum === null || entry.checksum === checksum) return { ...entry, checksum }
  const problem = `wanted the corpus with checksum ${entry.checksum}, got one with ${checksum}: it has other clips by now`
  throw new SignError('ERR_CONFIG', entry.shards, problem, 'Leave the key checksum out to train on what is there')
}

/**
 * Reads the index, and some clips of one language after another: those of one may go before the next are read. Throws ERR_DATA and ERR_CONFIG for a corpus that the run
 * cannot be trained on.
 */
export async function* storedLanguages(entry: ShardsEntry, config: RunConfig, sizes: ModelConfig): AsyncGenerator<StoredLanguage> {
  const { shards: folder, source } = entry
  const corpus = await openPackedCorpus(folder, choiceBy(entry, sizes))
  const { layout } = corpus.list.manifest
  if (layout !== sizes.layout) {
    const problem = `wanted motions of ${sizes.layout}, got those of ${layout}`
    throw new SignError('ERR_DATA', folder, problem, `Write model.layout: ${layout} in the run file, or pack with --layout`)
  }
  const languages = [...byLanguage(corpus)].sort(([a], [b]) => (a < b ? -1 : 1))
  const missing = entry.languages?.find((wanted) => !languages.some(([language]) => language === wanted))
  if (missing !== undefined || languages.length === 0) throw noClips(folder, missing, corpus)
  const kept = Math.max(FEWEST_KEPT, Math.min(MOST_KEPT, Math.floor(KEPT / languages.length)))
  const held = Math.ceil(config.validate.clips / languages.length)
  try {
    for (const [i, [language, clips]] of languages.entries()) {
      const { train, dev } = heldOut(corpus, clips, entry.devShare)
      checkRates(corpus, language, clips, folder)
      if (train.length === 0) throw noClips(folder, language, corpus)
      const stored: StoredClips = { corpus, clips: Uint32Array.from(train), source }
      const some = (all: readonly number[], most: number, purpose: string) =>
        separately(stored, drawn(all, most, Random.for(config.seed, purpose, language)))
      const most = config.groups === 'shared' ? Math.ceil((MEASURED * clips.length) / corpus.list.length) : MEASURED
      const notes = train.length > most ? [`${language}: units are measured by ${most} of ${counted(train.length, 'clip')}`] : []
      yield {
        ...{ language, stored, train: await some(train, most, 'measured'), kept, dev: await some(dev, held, 'held-out') },
        notes: i === 0 ? [...leftOutNotes(folder, corpus), ...notes] : notes,
      }
    }
  } finally {
    // Opened again when the first batch is read.
    await corpus.reader.close()
  }
}

/** Each in memory of its own: some are let go before others. */
const separately = (stored: StoredClips, clips: readonly number[]): Promise<Clip[]> =>
  Promise.all(clips.map((clip) => readStored(stored, clip)))

const OTHER_LANGUAGE = 'of other languages'

function choiceBy({ languages, minFrames, minSeen, source }: ShardsEntry, sizes: ModelConfig) {
  const wanted = languages && new Set(languages)
  const seenShare = seenShareIn(sizes)
  return (clip: PlacedClip): string | undefined => {
    if (wanted && !wanted.has(clip.language)) return OTHER_LANGUAGE
    if (clip.frames > sizes.maxFrames) return `of more than ${sizes.maxFrames} frames (model.maxFrames)`
    if (clip.frames < minFrames) return `of fewer than ${minFrames} frames (minFrames)`
    // LangGloss is made of words; marks alone are none.
    const line = source === 'gloss' ? (clip.gloss ?? '') : clip.text
    if (!/[\p{L}\p{N}]/u.test(line)) return `without words in their ${source === 'gloss' ? 'gloss' : 'text'}`
    if (clip.seen && seenShare(clip.seen) < minSeen) return `in which less than ${minSeen} of body and hands was seen (minSeen)`
    return undefined
  }
}

/** The share of the points of body and hands that was seen. */
function seenShareIn({ layout }: ModelConfig) {
  const parts = layouts[layout].parts.filter(({ name }) => name !== 'face')
  return (seen: SeenShares): number => {
    const told = parts.flatMap(({ name, points }) => (seen[name] === undefined ? [] : [{ share: seen[name], points: points.length }]))
    const all = told.reduce((sum, { points }) => sum + points, 0)
    return all === 0 ? 1 : told.reduce((sum, { share, points }) => sum + share * points, 0) / all
  }
}

function byLanguage({ list }: PackedCorpus): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (let clip = 0; clip < list.length; clip++) {
    const own = found.get(list.language(clip))
    if (own) own.push(clip)
    else found.set(list.language(clip), [clip])
  }
  return found
}

/** Videos are held out by their names alone: a corpus that grows keeps them where they were, and so does a run with another seed. */
function heldOut({ list }: PackedCorpus, clips: readonly number[], devShare: number): { train: number[]; dev: number[] } {
  if (devShare === 0) return { train: [...clips], dev: [] }
  const isDev = new Map<string, boolean>()
  const held = (clip: number): boolean => {
    const video = videoOf(list.name(clip))
    const known = isDev.get(video) ?? Random.for(0, 'held-out', video).uniform() < devShare
    isDev.set(video, known)
    return known
  }
  return { train: clips.filter((clip) => !held(clip)), dev: clips.filter(held) }
}

const drawn = (clips: readonly number[], most: number, random: Random): number[] =>
  clips.length <= most ? [...clips] : random.shuffled(clips).slice(0, most)

function checkRates({ list }: PackedCorpus, language: string, clips: readonly number[], folder: string): void {
  const fps = list.fps(clips[0]!)
  const other = clips.find((clip) => !sameRate(list.fps(clip), fps))
  if (other === undefined) return
  const problem = `wanted one frame rate in ${language}, got ${fps} of '${list.name(clips[0]!)}' and ${list.fps(other)} of '${list.name(other)}'`
  throw new SignError('ERR_CONFIG', folder, problem, 'Pack the corpus with --fps')
}

function noClips(folder: string, language: string | undefined, corpus: PackedCorpus): SignError {
  const wanted = language === undefined ? 'at least one clip' : `clips of ${language}`
  const reasons = reasonsOf(corpus).join(', ')
  return new SignError(
    'ERR_DATA',
    folder,
    `wanted ${wanted} to train on, got none${reasons && `: ${reasons}`}`,
    'Look at languages, and at the limits',
  )
}

function reasonsOf({ leftOut }: PackedCorpus): string[] {
  return [...leftOut].flatMap(([reason, count]) => (reason === OTHER_LANGUAGE ? [] : [`${counted(count, 'clip')} ${reason}`]))
}

const leftOutNotes = (folder: string, corpus: PackedCorpus): string[] => reasonsOf(corpus).map((reason) => `${folder}: left out ${reason}`)
