// Writes clips as a corpus that we and other tools read: `<prefix>.skels .text .gloss .files`, our `.lang`, and a manifest.

import { rm } from 'node:fs/promises'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { writeSkels } from '../formats/skels_write.js'
import { type Clip, NORMALISATION } from '../motion/clip.js'
import type { CorpusManifest } from './corpus_manifest.js'

/**
 * Writes the clips line for line and returns the manifest. `.gloss` is written only where every clip has one.
 * The manifest goes last, so a corpus with a manifest is a whole one. Throws ERR_DATA for no clips, mixed frame rates, a name twice, or a line break in a text;
 * ERR_OUTPUT where nothing can be written.
 */
export async function saveCorpus(prefix: string, clips: readonly Clip[]): Promise<CorpusManifest> {
  checkClips(prefix, clips)
  const manifestPath = `${prefix}.json`
  await rm(manifestPath, { force: true })
  await writeSkels(`${prefix}.skels`, clips)
  const write = (ending: string, lines: readonly string[]): Promise<void> => writeWhole(`${prefix}.${ending}`, `${lines.join('\n')}\n`)
  await write(
    'text',
    clips.map((clip) => clip.text),
  )
  await write(
    'files',
    clips.map((clip) => clip.name),
  )
  await write(
    'lang',
    clips.map((clip) => clip.language),
  )
  // A companion left by an earlier, longer corpus would be out of line with this one.
  if (clips.every((clip) => clip.gloss)) {
    await write(
      'gloss',
      clips.map((clip) => clip.gloss!),
    )
  } else await rm(`${prefix}.gloss`, { force: true })

  const manifest = manifestOf(clips)
  await writeWhole(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

function manifestOf(clips: readonly Clip[]): CorpusManifest {
  const perLanguage: Record<string, number> = {}
  for (const { language } of clips) perLanguage[language] = (perLanguage[language] ?? 0) + 1
  return {
    format: 'signllm-corpus',
    version: 1,
    languages: Object.keys(perLanguage).sort(),
    fps: clips[0]!.fps,
    normalisation: NORMALISATION,
    counter: 'zero-based i/N',
    clips: perLanguage,
    frames: clips.reduce((sum, clip) => sum + clip.frames, 0),
  }
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
