// Divides a corpus into parts, line by line: every line of every file goes into one part as it is, so that nothing is rounded again.

import { basename, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { linesOf } from '../formats/number_lines.js'
import { skelsLines } from '../formats/skels.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../formats/skels_companions.js'
import { type CurrentManifest, companionEndings, readManifest, recordFiles, writeManifest } from './corpus_manifest.js'
import { type Split, type SplitShares, splitByGroup, videoOf } from './split.js'

export interface CorpusSplitOptions extends SplitShares {
  /** What stays together: clips of one source video (default, see {@link videoOf}), or nothing. */
  readonly by?: 'video' | 'clip'
  readonly seed?: number
}

type Part = keyof Split<unknown>

/** A line of the corpus, with what the manifest of its part will count. */
interface Line {
  readonly index: number
  readonly name: string
  readonly frames: number
  readonly language: string | undefined
}

/** Clips and frames of a part, and its prefix. */
export interface CorpusPart {
  readonly prefix: string
  readonly clips: number
  readonly frames: number
}

/**
 * Splits `<prefix>.skels` and its companions into `<folder>/train`, `dev` and `test`; a share of 0 makes no part. A corpus with a manifest gives parts with one.
 * Reads the motions twice, one after another. Throws, before anything is written, ERR_DATA naming file and line for a broken line, companions of another length
 * and too few clips or videos, ERR_CONFIG for shares that leave nothing to train on; ERR_OUTPUT where nothing can be written.
 */
export async function splitCorpus(prefix: string, folder: string, options: CorpusSplitOptions = {}): Promise<Record<Part, CorpusPart>> {
  const { by = 'video', seed = 1, dev, test } = options
  const manifest = await readManifest(`${prefix}.json`)
  const frames: number[] = []
  for await (const { parse } of skelsLines(`${prefix}.skels`)) frames.push(parse().frames)
  const companions = await companionsOf(prefix, frames.length)
  const onlyLanguage = manifest?.languages.length === 1 ? manifest.languages[0] : undefined
  const lines = frames.map((count, index): Line => {
    const name = companions.get('files')?.[index] || `${basename(prefix)}/${index + 1}`
    return { index, name, frames: count, language: companions.get('lang')?.[index] ?? onlyLanguage }
  })
  const shares = { ...(dev === undefined ? {} : { dev }), ...(test === undefined ? {} : { test }) }
  const parts = splitByGroup(lines, ({ name }) => (by === 'video' ? videoOf(name) : name), seed, shares)
  const written = async (part: Part): Promise<CorpusPart> => {
    const at = join(folder, part)
    if (parts[part].length > 0) await writePart(prefix, at, parts[part], companions, manifest?.version === 2 ? manifest : undefined)
    return { prefix: at, clips: parts[part].length, frames: sumOf(parts[part]) }
  }
  return { train: await written('train'), dev: await written('dev'), test: await written('test') }
}

const sumOf = (lines: readonly Line[]): number => lines.reduce((sum, line) => sum + line.frames, 0)

type Companions = ReadonlyMap<string, readonly string[]>

async function companionsOf(prefix: string, clips: number): Promise<Companions> {
  if (clips === 0)
    throw new SignError('ERR_DATA', `${prefix}.skels`, 'wanted at least one sequence, got an empty file', 'Name the prefix of a corpus')
  const found = new Map<string, readonly string[]>()
  for (const ending of companionEndings) {
    const lines = await readCompanion(`${prefix}.${ending}`)
    if (!lines) continue
    checkAligned(`${prefix}.skels`, clips, `${prefix}.${ending}`, lines)
    if (ending === 'files') checkNamesDiffer(`${prefix}.files`, lines)
    found.set(ending, lines)
  }
  return found
}

async function writePart(
  from: string,
  to: string,
  lines: readonly Line[],
  companions: Companions,
  manifest: CurrentManifest | undefined,
): Promise<void> {
  await writeWhole(`${to}.skels`, pick(`${from}.skels`, new Set(lines.map(({ index }) => index))))
  for (const [ending, all] of companions) await writeWhole(`${to}.${ending}`, lines.map(({ index }) => `${all[index]}\n`).join(''))
  if (!manifest) return
  const clips: Record<string, number> = {}
  for (const { language } of lines) if (language !== undefined) clips[language] = (clips[language] ?? 0) + 1
  const files = await recordFiles(to, ['skels', ...companions.keys()])
  await writeManifest(`${to}.json`, { ...manifest, languages: Object.keys(clips).sort(), clips, frames: sumOf(lines), files })
}

async function* pick(path: string, wanted: ReadonlySet<number>): AsyncGenerator<Buffer> {
  for await (const { bytes, line } of linesOf(path)) if (wanted.has(line - 1)) yield Buffer.concat([bytes, Buffer.from('\n')])
}
