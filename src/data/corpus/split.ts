// Divides a corpus into parts, line by line: every line of every file goes into one part as it is, so that nothing is rounded again.

import { rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { SignError } from '../../base/errors.js'
import { output, writeWhole } from '../../base/files.js'
import { linesOf } from '../../formats/number_lines.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../../formats/skels/companions.js'
import { layoutLines } from '../../formats/skels/layout_lines.js'
import { skelsLines } from '../../formats/skels/skels.js'
import type { LayoutName } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { joinedGroups, type Split, type SplitKind, type SplitShares, sentenceOf, sharedBetween, splitByGroup, videoOf } from '../split.js'
import { type CurrentManifest, companionEndings, readManifest, recordFiles, writeManifest } from './manifest.js'

export interface CorpusSplitOptions extends SplitShares {
  /** What stays on one side. Default `video`. */
  readonly by?: SplitKind
  readonly seed?: number
}

const partNames = ['train', 'dev', 'test'] as const satisfies readonly (keyof Split<unknown>)[]
type Part = (typeof partNames)[number]

/** A line of the corpus, with what the manifest of its part will count. */
interface Line {
  readonly index: number
  readonly name: string
  readonly frames: number
  readonly language: string | undefined
  /** What is said, however it is written (see {@link sentenceOf}); the clip's name where nobody tells. */
  readonly sentence: string
}

/** A corpus divided. */
export interface CorpusSplit {
  readonly parts: Record<Part, CorpusPart>
  /** Sentences of more than one clip. */
  readonly repeated: number
  /** Sentences, and videos, of clips in more than one part: a test asks for what was learned. */
  readonly shared: { readonly sentences: number; readonly videos: number }
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
 * and too few clips or videos, ERR_CONFIG for shares that leave nothing to train on, ERR_USAGE for a corpus in the place of one of its parts; ERR_OUTPUT where
 * nothing can be written.
 */
export async function splitCorpus(prefix: string, folder: string, options: CorpusSplitOptions = {}): Promise<CorpusSplit> {
  const { by = 'video', seed = 1, dev, test } = options
  checkPlace(prefix, folder)
  const manifest = await readManifest(`${prefix}.json`)
  const frames: number[] = []
  for await (const { parse } of motionLines(`${prefix}.skels`, manifest?.layout)) frames.push(parse().frames)
  const companions = await companionsOf(prefix, frames.length)
  const onlyLanguage = manifest?.languages.length === 1 ? manifest.languages[0] : undefined
  const lines = frames.map((count, index): Line => {
    const name = companions.get('files')?.[index] || `${basename(prefix)}/${index + 1}`
    const said = companions.get('text')?.[index] || companions.get('gloss')?.[index] || ''
    return {
      index,
      name,
      frames: count,
      language: companions.get('lang')?.[index] || onlyLanguage,
      sentence: sentenceOf(said) || `/${name}`,
    }
  })
  const shares = { ...(dev === undefined ? {} : { dev }), ...(test === undefined ? {} : { test }) }
  const group = groupsOf(lines, by)
  if (by === 'both' && lines.length > 1 && new Set(lines.map(group)).size === 1) {
    const problem = 'wanted parts without a video or a sentence in common, got clips that are all connected by common videos or sentences'
    throw new SignError('ERR_DATA', prefix, problem, 'Split by sentence, or by video')
  }
  const parts = splitByGroup(lines, group, seed, shares)
  const written = async (part: Part): Promise<CorpusPart> => {
    const at = join(folder, part)
    if (parts[part].length > 0) await writePart(prefix, at, parts[part], companions, manifest?.version === 2 ? manifest : undefined)
    await removeOlder(at, parts[part].length > 0 ? ['skels', ...companions.keys(), ...(manifest?.version === 2 ? ['json'] : [])] : [])
    return { prefix: at, clips: parts[part].length, frames: sumOf(parts[part]) }
  }
  return {
    parts: { train: await written('train'), dev: await written('dev'), test: await written('test') },
    repeated: repeatedOf(lines),
    shared: { sentences: sharedBetween(parts, sentenceIn), videos: sharedBetween(parts, videoIn) },
  }
}

/** The lines of a file of motions of some layout. */
function motionLines(
  path: string,
  layout: LayoutName = 'skeleton-50',
): AsyncIterable<{ readonly parse: () => { readonly frames: number } }> {
  return layout === 'skeleton-50' ? skelsLines(path) : layoutLines(path, layouts[layout])
}

/** A part in the corpus' own place would replace it while the other parts are still read from it. */
function checkPlace(prefix: string, folder: string): void {
  const part = partNames.find((name) => resolve(folder, name) === resolve(prefix))
  if (part === undefined) return
  const problem = `wanted parts beside the corpus, got '${part}' in its place`
  throw new SignError('ERR_USAGE', prefix, problem, 'Name another folder')
}

const videoIn = ({ name }: Line): string => videoOf(name)
const sentenceIn = ({ sentence }: Line): string => sentence

function groupsOf(lines: readonly Line[], by: SplitKind): (line: Line) => string {
  switch (by) {
    case 'video':
      return videoIn
    case 'sentence':
      return sentenceIn
    case 'both':
      return joinedGroups(lines, videoIn, sentenceIn)
    case 'clip':
      return ({ name }) => name
  }
}

function repeatedOf(lines: readonly Line[]): number {
  const counts = new Map<string, number>()
  for (const { sentence } of lines) counts.set(sentence, (counts.get(sentence) ?? 0) + 1)
  return [...counts.values()].filter((count) => count > 1).length
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

/** Files of an earlier split would be taken for some of this one. */
async function removeOlder(prefix: string, written: readonly string[]): Promise<void> {
  for (const ending of ['skels', ...companionEndings, 'json']) {
    const path = `${prefix}.${ending}`
    if (!written.includes(ending)) await output(path, 'remove the part of an earlier split', () => rm(path, { force: true }))
  }
}

async function* pick(path: string, wanted: ReadonlySet<number>): AsyncGenerator<Buffer> {
  for await (const { bytes, line } of linesOf(path)) if (wanted.has(line - 1)) yield Buffer.concat([bytes, Buffer.from('\n')])
}
