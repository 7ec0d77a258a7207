// Writes clips as a corpus that we and other tools read: `<prefix>.skels .text .gloss .files .prompt`, our `.lang`, and a manifest.

import { rm } from 'node:fs/promises'
import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { output, writeWhole } from '../../base/files.js'
import { type SkelsOptions, writeSkels } from '../../formats/skels/write.js'
import { type Clip, NORMALISATION, sameRate } from '../../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../../motion/layout/layouts.js'
import { type CurrentManifest, companionEndings, recordFiles, writeManifest } from './manifest.js'

/** What a corpus should say of itself beside its clips. */
export interface CorpusAbout {
  /** Under which terms the clips may be used. */
  readonly licence?: string | undefined
  /** How it was made, e.g. the command line. Default `signllm`. */
  readonly made?: string | undefined
  /** A prompt for each clip, clip by clip. */
  readonly prompts?: readonly string[]
  /** Default the normal scale; see {@link SkelsOptions}. */
  readonly scale?: SkelsOptions['scale']
}

/** All of a clip but its motion. */
type ClipLine = Omit<Clip, 'joints' | 'confidence'>

/**
 * Writes the clips line for line, one motion in memory at a time, and returns the manifest. `.gloss` is written only where every clip has one, `.text` not where
 * none has, `.prompt` where there are prompts; companions an earlier corpus left under the same prefix are removed. The manifest goes last, so a corpus with a
 * manifest is a whole one. Throws ERR_DATA for no clips, mixed frame rates, a name twice, a line break in a text, or another number of prompts, all of which
 * leaves what was there before; ERR_OUTPUT where nothing can be written.
 */
export async function saveCorpus(
  prefix: string,
  clips: Iterable<Clip> | AsyncIterable<Clip>,
  about: CorpusAbout = {},
): Promise<CurrentManifest> {
  const { licence = null, made = 'signllm', prompts, scale = NORMALISATION } = about
  const manifestPath = `${prefix}.json`
  const taken: ClipLine[] = []
  async function* motions(): AsyncGenerator<Clip> {
    const names = new Set<string>()
    for await (const clip of clips) {
      checkClip(prefix, clip, taken[0] ?? clip, names)
      const { joints: _, confidence: __, ...line } = clip
      taken.push(line)
      yield clip
    }
    if (taken.length === 0) throw new SignError('ERR_DATA', prefix, 'wanted clips to write, got none', 'Give at least one')
    if (prompts) checkPrompts(prefix, taken, prompts)
    await removed(manifestPath)
  }
  await writeSkels(`${prefix}.skels`, motions(), { scale })
  const lines = companionLines(taken, prompts)
  for (const ending of companionEndings) {
    const path = `${prefix}.${ending}`
    // A companion left by an earlier, longer corpus would be out of line with this one.
    await (lines[ending] ? writeWhole(path, `${lines[ending].join('\n')}\n`) : removed(path))
  }
  const files = await recordFiles(prefix, ['skels', ...companionEndings])
  const manifest: CurrentManifest = { ...told(taken, scale), licence, made, files }
  await writeManifest(manifestPath, manifest)
  return manifest
}

const removed = (path: string): Promise<void> => output(path, 'remove what an earlier corpus left', () => rm(path, { force: true }))

type Companions = Partial<Record<(typeof companionEndings)[number], readonly string[]>>

function companionLines(clips: readonly ClipLine[], prompts: readonly string[] | undefined): Companions {
  return {
    ...(clips.some((clip) => clip.text) ? { text: clips.map((clip) => clip.text) } : {}),
    files: clips.map((clip) => clip.name),
    lang: clips.map((clip) => clip.language),
    ...(clips.every((clip) => clip.gloss) ? { gloss: clips.map((clip) => clip.gloss!) } : {}),
    ...(prompts ? { prompt: prompts } : {}),
  }
}

/** What the clips themselves tell. */
function told(clips: readonly ClipLine[], scale: NonNullable<CorpusAbout['scale']>): Omit<CurrentManifest, 'licence' | 'made' | 'files'> {
  const perLanguage: Record<string, number> = {}
  for (const { language } of clips) perLanguage[language] = (perLanguage[language] ?? 0) + 1
  return {
    format: 'signllm-corpus',
    version: 2,
    languages: Object.keys(perLanguage).sort(),
    fps: clips[0]!.fps,
    ...(isSkeleton(clips[0]!) ? {} : { layout: layoutOfMotion(clips[0]!).name }),
    normalisation: isSkeleton(clips[0]!) ? scale : layoutOfMotion(clips[0]!).scale,
    counter: scale === NORMALISATION ? 'zero-based i/N' : 'one-based i/N',
    clips: perLanguage,
    frames: clips.reduce((sum, clip) => sum + clip.frames, 0),
  }
}

function checkPrompts(prefix: string, clips: readonly ClipLine[], prompts: readonly string[]): void {
  if (prompts.length !== clips.length)
    throw new SignError(
      'ERR_DATA',
      prefix,
      `wanted a prompt for each of ${counted(clips.length, 'clip')}, got ${prompts.length}`,
      'Give one for each',
    )
  const broken = prompts.findIndex((prompt) => /[\r\n]/.test(prompt))
  if (broken >= 0)
    throw new SignError(
      'ERR_DATA',
      prefix,
      `wanted one line, got a line break in the prompt of '${clips[broken]!.name}'`,
      'Replace it by a space',
    )
}

/** Holds a clip against the first of the corpus and the names before it, to which its own is added. */
function checkClip(prefix: string, clip: ClipLine, first: ClipLine, names: Set<string>): void {
  const fail = (problem: string, nextMove: string): never => {
    throw new SignError('ERR_DATA', prefix, problem, nextMove)
  }
  if (!sameRate(clip.fps, first.fps))
    fail(`wanted one frame rate, got ${first.fps} and ${clip.fps} (${clip.name})`, 'Resample all clips to one rate, e.g. with --fps 25')
  const [layout, wanted] = [layoutOfMotion(clip).name, layoutOfMotion(first).name]
  if (layout !== wanted) fail(`wanted one layout, got ${wanted} and ${layout} (${clip.name})`, 'Convert them to one, or write two corpora')
  // As they are held against each other when the corpus is read.
  const key = clip.name.normalize('NFC')
  if (names.has(key)) fail(`wanted clip names that differ, got '${clip.name}' twice`, 'Rename one')
  names.add(key)
  for (const key of ['name', 'language', 'text', 'gloss'] as const) {
    const line = clip[key]
    if (line !== undefined && /[\r\n]/.test(line))
      fail(`wanted one line, got a line break in the ${key} of '${clip.name}'`, 'Replace it by a space')
  }
}
