// Looks a whole corpus through and says all that is wrong with it, where: the files against the manifest, each other, and what a motion can be.

import { counted } from '../../base/counted.js'
import { readCompanion, twinLines } from '../../formats/skels/companions.js'
import { layouts } from '../../motion/layout/layouts.js'
import { brokenIn } from '../../text/broken_text.js'
import { tokenise } from '../../text/tokenise.js'
import { uncutWriting } from '../../text/word_boundaries.js'
import { fileRecord } from '../checksum.js'
import { clipNameProblem } from '../clip_name.js'
import { checkLayoutLines } from './check_layout.js'
import { SkelsCheck } from './check_skels.js'
import { type CorpusFinding, type Note, noteError } from './finding.js'
import { type CorpusManifest, companionEndings, readManifest } from './manifest.js'

export interface CorpusReport {
  readonly prefix: string
  /** Lines of the `.skels` file. */
  readonly clips: number
  /** Frames of all lines that can be read. */
  readonly frames: number
  readonly findings: readonly CorpusFinding[]
}

/**
 * Checks `<prefix>.skels`, its companions and its manifest: checksums, alignment line for line, blank lines, names that cannot be files, names and motions that
 * occur twice, the counts of the manifest, in every frame the neck at 0 and the shoulders 1/3 apart, and what no body does (body_limits.ts); of other layouts than
 * the 50 joints their own scale, and whether hands are seen (check_layout.ts). Reads the motions
 * one after another, so that memory stays flat.
 * Throws ERR_DATA only where there is no `.skels` file to read.
 */
export async function checkCorpus(prefix: string): Promise<CorpusReport> {
  const findings: CorpusFinding[] = []
  const note: Note = (severity, where, problem) => findings.push({ severity, where, problem })
  const manifest = await manifestOf(prefix, note)
  await checkFiles(prefix, manifest, note)
  const layout = layouts[manifest?.layout ?? 'skeleton-50']
  const { clips, frames, unread } = await (layout.name === 'skeleton-50'
    ? new SkelsCheck(`${prefix}.skels`, manifest, note).run()
    : checkLayoutLines(`${prefix}.skels`, layout, manifest, note))
  const languages = await checkCompanions(prefix, clips, manifest, note)
  if (manifest) checkCounts(prefix, manifest, { clips, languages, frames: unread > 0 ? undefined : frames }, note)
  return { prefix, clips, frames, findings }
}

async function manifestOf(prefix: string, note: Note): Promise<CorpusManifest | undefined> {
  const path = `${prefix}.json`
  try {
    const manifest = await readManifest(path)
    if (!manifest) note('warning', path, 'wanted a manifest, got none: scale, frame rate and checksums cannot be checked')
    else if (manifest.version === 1) note('warning', path, 'wanted a manifest of version 2, got 1, which has no checksums')
    return manifest
  } catch (error) {
    noteError(note, error)
    return undefined
  }
}

async function checkFiles(prefix: string, manifest: CorpusManifest | undefined, note: Note): Promise<void> {
  if (manifest?.version !== 2) return
  for (const [ending, wanted] of Object.entries(manifest.files)) {
    const path = `${prefix}.${ending}`
    const got = await fileRecord(path)
    if (!got) note('error', path, 'wanted the file the manifest names, got none')
    else if (got.bytes !== wanted.bytes) note('error', path, `wanted ${counted(wanted.bytes, 'byte')} by the manifest, got ${got.bytes}`)
    else if (got.sha256 !== wanted.sha256)
      note('error', path, `wanted SHA-256 ${wanted.sha256.slice(0, 12)}… by the manifest, got ${got.sha256.slice(0, 12)}…`)
  }
}

/** Companions where they want lines, and what a line in them may be. Returns the languages line for line, where `.lang` tells them. */
async function checkCompanions(
  prefix: string,
  clips: number,
  manifest: CorpusManifest | undefined,
  note: Note,
): Promise<string[] | undefined> {
  let languages: string[] | undefined
  for (const ending of companionEndings) {
    const path = `${prefix}.${ending}`
    const lines = await companion(path, note)
    if (lines === 'broken') continue
    if (!lines) {
      if (ending === 'text') note('warning', path, 'wanted a sentence for every clip, got no such file')
      continue
    }
    if (lines.length !== clips) note('error', path, `wanted as many lines as ${prefix}.skels (${clips}), got ${lines.length}`)
    if (manifest?.version === 2 && !manifest.files[ending])
      note('warning', path, 'wanted every file in the manifest, got one it does not name')
    const blank = ending === 'text' || ending === 'files' || ending === 'lang' ? 'error' : 'warning'
    for (const [i, line] of lines.entries()) if (line === '') note(blank, `${path}:${i + 1}`, 'wanted a line, got a blank one')
    for (const [i, line] of lines.entries()) {
      const broken = brokenIn(line)
      if (broken) note('warning', `${path}:${i + 1}`, `wanted text with all its letters, got ${broken}`)
    }
    if (ending === 'text') checkWords(path, lines, note)
    if (ending === 'files') checkNames(path, lines, note)
    if (ending === 'lang') languages = lines
  }
  return languages
}

/** Sentences without words, and sentences that are one. */
function checkWords(path: string, lines: readonly string[], note: Note): void {
  const words = lines.map((line) => tokenise(line, 'words'))
  for (const [i, line] of lines.entries())
    if (line !== '' && words[i]!.length === 0) note('warning', `${path}:${i + 1}`, `wanted words, got nothing but marks: '${line}'`)
  const uncut = uncutWriting(words.flat())
  if (!uncut) return
  const whole = words.filter(({ length }) => length === 1).length
  const got = `got ${uncut.writing} without any, so that ${whole} of ${counted(lines.length, 'sentence')} are one word each`
  const line = words.findIndex((own) => own.includes(uncut.word)) + 1
  note('warning', `${path}:${line}`, `wanted spaces between words, ${got}: set tokens: letters in run files, or put spaces between words`)
}

/** The lines of a companion, or what stands in their way as a finding. */
async function companion(path: string, note: Note): Promise<string[] | undefined | 'broken'> {
  try {
    return await readCompanion(path)
  } catch (error) {
    noteError(note, error)
    return 'broken'
  }
}

function checkNames(path: string, names: readonly string[], note: Note): void {
  for (const [i, name] of names.entries()) {
    const problem = clipNameProblem(name)
    if (problem) note('error', `${path}:${i + 1}`, problem)
  }
  for (const { line, problem } of twinLines(names)) note('error', `${path}:${line}`, problem)
}

interface Counted {
  readonly clips: number
  readonly languages: readonly string[] | undefined
  /** Undefined where a line could not be read. */
  readonly frames: number | undefined
}

function checkCounts(prefix: string, manifest: CorpusManifest, { clips, languages, frames }: Counted, note: Note): void {
  const path = `${prefix}.json`
  const total = Object.values(manifest.clips).reduce((sum, count) => sum + count, 0)
  if (total !== clips) note('error', path, `wanted ${counted(total, 'clip')} as the manifest counts, got ${clips}`)
  if (frames !== undefined && frames !== manifest.frames)
    note('error', path, `wanted ${counted(manifest.frames, 'frame')} as the manifest counts, got ${frames}`)
  if (!languages) return
  for (const tag of new Set([...manifest.languages, ...Object.keys(manifest.clips), ...languages])) {
    const [wanted, got] = [manifest.clips[tag] ?? 0, languages.filter((language) => language === tag).length]
    if (wanted !== got)
      note('error', path, `wanted ${counted(wanted, 'clip')} of ${tag || 'no language'} as the manifest counts, got ${got}`)
  }
}
