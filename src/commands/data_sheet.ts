// `signllm data sheet`: what a corpus is made of, in numbers and as a picture. Of a packed corpus only the indexes are read.

import { existsSync } from 'node:fs'
import { writeWhole } from '../base/files.js'
import { formatTable } from '../base/table.js'
import { loadCorpus } from '../data/corpus/corpus.js'
import { readManifest } from '../data/corpus/manifest.js'
import { type CountedClip, type LanguageSheet, SheetCounter } from '../data/datasheet.js'
import { packedClips, readPartHead } from '../data/shards/lines.js'
import { manifestPath, packedManifest, type ShardManifest } from '../data/shards/manifest.js'
import { seenOf } from '../data/shards/part.js'
import { sheetPicture } from '../outputs/datasheet.js'
import { prefixOf } from './motion_source.js'

export interface DataSheetOptions {
  /** An SVG file to write. */
  readonly out?: string | undefined
  /** Language of a corpus whose manifest tells none. */
  readonly lang?: string | undefined
}

export interface DataSheetSummary {
  readonly path: string
  readonly layout: string
  readonly licence: string | null
  /** Frames a second; null where clips differ. */
  readonly fps: number | null
  /** Bytes of the files with the motions; null for a corpus that is not packed. */
  readonly bytes: number | null
  readonly all: LanguageSheet
  readonly languages: readonly LanguageSheet[]
  /** How many clips have so many frames, shortest first. */
  readonly lengths: readonly (readonly [frames: number, clips: number])[]
}

/** Counts. Throws ERR_DATA where there is no corpus, ERR_OUTPUT where the picture cannot be written. */
export async function dataSheet(path: string, { out, lang }: DataSheetOptions): Promise<DataSheetSummary> {
  const { about, clips } = existsSync(manifestPath(path)) ? await packed(path) : await loose(prefixOf(path), lang)
  const counter = new SheetCounter()
  const rates = new Set<number>()
  for await (const clip of clips) {
    counter.add(clip)
    rates.add(clip.fps)
  }
  const [fps] = rates
  const { all, languages } = counter
  const lengths = [...counter.lengths].sort(([a], [b]) => a - b)
  const sheet = { path, ...about, fps: rates.size === 1 ? fps! : null, all, languages, lengths }
  if (out !== undefined) await writeWhole(out, sheetPicture(sheet))
  return sheet
}

type About = Pick<DataSheetSummary, 'layout' | 'licence' | 'bytes'>

async function packed(folder: string): Promise<{ about: About; clips: AsyncIterable<CountedClip> }> {
  const manifest = await packedManifest(folder)
  const { layout, licence } = manifest
  return { about: { layout, licence, bytes: await shardBytes(folder, manifest) }, clips: packedClips(folder, manifest) }
}

async function shardBytes(folder: string, { parts }: ShardManifest): Promise<number> {
  let all = 0
  for (const { name } of parts) for (const { bytes } of (await readPartHead(folder, name))!.shards) all += bytes
  return all
}

async function loose(prefix: string, lang: string | undefined): Promise<{ about: About; clips: AsyncIterable<CountedClip> }> {
  const manifest = await readManifest(`${prefix}.json`)
  const { clips } = await loadCorpus({
    ...{ skels: prefix, maxFrames: Infinity, maxTokens: Infinity },
    ...(manifest ? {} : { language: lang ?? 'unknown' }),
    ...(manifest?.layout === undefined ? {} : { layout: manifest.layout }),
  })
  const licence = manifest?.version === 2 ? manifest.licence : undefined
  return {
    about: { layout: clips[0]?.layout ?? 'skeleton-50', licence: licence ?? null, bytes: null },
    clips: (async function* () {
      for (const clip of clips) yield { ...clip, seen: seenOf(clip) }
    })(),
  }
}

/** The sheet as text. */
export function formatSheet({ path, layout, licence, fps, bytes, all, languages }: DataSheetSummary): string {
  const head = [
    'language',
    'clips',
    'videos',
    'hours',
    'frames: median',
    '90 %',
    'most',
    'words',
    'different',
    'once',
    ...unseen.map(([, name]) => `${name} unseen`),
  ]
  const rows = (languages.length > 1 ? [...languages, all] : languages).map(rowOf)
  const size = bytes === null ? '' : `, ${(bytes / 1e9).toFixed(2)} GB`
  const rate = fps === null ? 'several frame rates' : `${fps} frames per second`
  return `${path}: ${layout}, ${rate}${size}, licence: ${licence ?? 'not stated'}\n${formatTable([head, ...rows])}`
}

const unseen = [
  ['body', 'body'],
  ['leftHand', 'left hand'],
  ['rightHand', 'right hand'],
  ['face', 'face'],
] as const

function rowOf({ language, clips, videos, hours, frames, words, missing }: LanguageSheet): string[] {
  const counts = [clips, videos].map(String)
  const lengths = [frames.median, frames.nineInTen, frames.most].map(String)
  const said = [words.all, words.different, words.once].map(String)
  const parts = unseen.map(([part]) => (missing[part] === undefined ? '–' : `${(100 * missing[part]).toFixed(1)} %`))
  return [language, ...counts, hours < 0.1 ? hours.toFixed(4) : hours.toFixed(hours < 10 ? 2 : 1), ...lengths, ...said, ...parts]
}
