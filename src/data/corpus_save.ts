// Writes clips as a corpus that we and other tools read: `<prefix>.skels .text .gloss .files .prompt`, our `.lang`, and a manifest.

import { rm } from 'node:fs/promises'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { writeSkels } from '../formats/skels_write.js'
import { type Clip, NORMALISATION } from '../motion/clip.js'
import { type CurrentManifest, companionEndings, recordFiles, writeManifest } from './corpus_manifest.js'

/** What a corpus should say of itself beside its clips. */
export interface CorpusAbout {
  /** Under which terms the clips may be used. */
  readonly licence?: string
  /** How it was made, e.g. the command line. Default `signllm`. */
  readonly made?: string
  /** A prompt for each clip, clip by clip. */
  readonly prompts?: readonly string[]
}

/**
 * Writes the clips line for line and returns the manifest. `.gloss` is written only where every clip has one, `.prompt` where there are prompts; companions an
 * earlier corpus left under the same prefix are removed. The manifest goes last, so a corpus with a manifest is a whole one. Throws ERR_DATA for no clips, mixed
 * frame rates, a name twice, a line break in a text, or another number of prompts; ERR_OUTPUT where nothing can be written.
 */
export async function saveCorpus(prefix: string, clips: readonly Clip[], about: CorpusAbout = {}): Promise<CurrentManifest> {
  const { licence = null, made = 'signllm', prompts } = about
  checkClips(prefix, clips)
  if (prompts) checkPrompts(prefix, clips, prompts)
  const manifestPath = `${prefix}.json`
  await rm(manifestPath, { force: true })
  await writeSkels(`${prefix}.skels`, clips)
  const lines: Partial<Record<(typeof companionEndings)[number], readonly string[]>> = {
    text: clips.map((clip) => clip.text),
    files: clips.map((clip) => clip.name),
    lang: clips.map((clip) => clip.language),
    ...(clips.every((clip) => clip.gloss) ? { gloss: clips.map((clip) => clip.gloss!) } : {}),
    ...(prompts ? { prompt: prompts } : {}),
  }
  for (const ending of companionEndings) {
    const path = `${prefix}.${ending}`
    // A companion left by an earlier, longer corpus would be out of line with this one.
    await (lines[ending] ? writeWhole(path, `${lines[ending].join('\n')}\n`) : rm(path, { force: true }))
  }
  const files = await recordFiles(prefix, ['skels', ...companionEndings])
  const manifest: CurrentManifest = { ...told(clips), licence, made, files }
  await writeManifest(manifestPath, manifest)
  return manifest
}

/** What the clips themselves tell. */
function told(clips: readonly Clip[]): Omit<CurrentManifest, 'licence' | 'made' | 'files'> {
  const perLanguage: Record<string, number> = {}
  for (const { language } of clips) perLanguage[language] = (perLanguage[language] ?? 0) + 1
  return {
    format: 'signllm-corpus',
    version: 2,
    languages: Object.keys(perLanguage).sort(),
    fps: clips[0]!.fps,
    normalisation: NORMALISATION,
    counter: 'zero-based i/N',
    clips: perLanguage,
    frames: clips.reduce((sum, clip) => sum + clip.frames, 0),
  }
}

function checkPrompts(prefix: string, clips: readonly Clip[], prompts: readonly string[]): void {
  if (prompts.length !== clips.length)
    throw new SignError('ERR_DATA', prefix, `wanted a prompt for each of ${clips.length} clips, got ${prompts.length}`, 'Give one for each')
  const broken = prompts.findIndex((prompt) => /[\r\n]/.test(prompt))
  if (broken >= 0)
    throw new SignError(
      'ERR_DATA',
      prefix,
      `wanted one line, got a line break in the prompt of '${clips[broken]!.name}'`,
      'Replace it by a space',
    )
}

function checkClips(prefix: string, clips: readonly Clip[]): void {
  const fail = (problem: string, nextMove: string): never => {
    throw new SignError('ERR_DATA', prefix, problem, nextMove)
  }
  const first = clips[0]
  if (!first) throw new SignError('ERR_DATA', prefix, 'wanted clips to write, got none', 'Give at least one')
  const names = new Set<string>()
  for (const clip of clips) {
    if (clip.fps !== first.fps) fail(`wanted one frame rate, got ${first.fps} and ${clip.fps} (${clip.name})`, 'Resample the clips first')
    if (names.has(clip.name)) fail(`wanted clip names that differ, got '${clip.name}' twice`, 'Rename one')
    names.add(clip.name)
    for (const key of ['name', 'language', 'text', 'gloss'] as const) {
      const line = clip[key]
      if (line !== undefined && /[\r\n]/.test(line))
        fail(`wanted one line, got a line break in the ${key} of '${clip.name}'`, 'Replace it by a space')
    }
  }
}
