// Clips into whatever the name of an output asks for.

import { basename, extname } from 'node:path'
import { SignError } from '../base/errors.js'
import { clipNameProblem } from '../data/clip_name.js'
import { type ClipRow, clipRows, writeClipTable } from '../data/clip_table.js'
import { saveCorpus } from '../data/corpus/save.js'
import { motionHdf5Writer } from '../formats/hdf5/motions.js'
import { writeSkels } from '../formats/skels/write.js'
import type { Clip } from '../motion/clip.js'
import type { PaletteName } from '../outputs/colours.js'
import { writerFor } from '../outputs/save.js'
import { type BrokenClip, ClipWork, type ClipWorkOptions } from './clip_work.js'
import { type ClipSettings, clipsOf, type Normalisation, spokenNames, type Words } from './motion_clips.js'
import type { MotionSource } from './motion_source.js'

export interface TargetSettings extends ClipSettings, ClipWorkOptions {
  /** Under which terms a corpus may be used. */
  readonly licence?: string | undefined
  /** The colours of pictures. */
  readonly palette?: PaletteName | undefined
}

/** What was written. */
export interface TargetSummary {
  readonly out: string
  readonly clips: number
  readonly frames: number
  /** Clips that are left out because no name or no text is theirs. */
  readonly withoutText: number
  /** Names for which there is no clip. */
  readonly withoutClip: number
  /** Which these are, each in the order of its source. */
  readonly namesWithout: { readonly text: readonly string[]; readonly clip: readonly string[] }
  readonly broken: readonly BrokenClip[]
  /** What to know of clips that were used all the same. */
  readonly notes: readonly string[]
}

/** Stands for the name of a clip in the name of an output. */
export const NAME = '{name}'

type Write = (out: string, clips: AsyncIterable<Clip>, settings: TargetSettings) => Promise<unknown>

const scaleOf = (normalisation: Normalisation = 'neck') =>
  ({ scale: normalisation === 'nine' ? 'lifted-divided-by-9' : 'neck-shoulder-3' }) as const

const writers = {
  corpus: (out, clips, { normalisation, licence }) => saveCorpus(out, clips, { ...scaleOf(normalisation), licence, made: 'signllm data' }),
  '.skels': (out, clips, { normalisation }) => writeSkels(out, clips, scaleOf(normalisation)),
  '.h5': async (out, clips) => {
    const writer = await motionHdf5Writer(out)
    try {
      for await (const clip of clips) await writer.add(clip)
      if (writer.size === 0) throw new SignError('ERR_DATA', out, 'wanted motions to write, got none', 'Give at least one clip')
    } catch (error) {
      await writer.discard()
      throw error
    }
    await writer.close()
  },
  '.parquet': async (out, clips) => {
    const rows: ClipRow[] = []
    for await (const clip of clips) rows.push(...clipRows([clip], basename(out, extname(out))))
    await writeClipTable(out, rows)
  },
  motion: async (out, clips, { palette }) => {
    for await (const clip of clips) {
      const path = out.replaceAll(NAME, clip.name)
      await writerFor(path)(path, clip, { text: clip.text, language: clip.language, ...(palette && { palette }) })
    }
  },
} satisfies Record<string, Write>

type Kind = keyof typeof writers

/** What an output is by its name; a name without an ending is the prefix of a corpus. Throws ERR_USAGE for an ending without a writer. */
function kindOf(out: string): Kind {
  const ending = extname(out).toLowerCase()
  if (ending === '.skels' || ending === '.h5' || ending === '.parquet') return ending
  // Of `corpus/v1.2`, `.2` is no ending.
  if (!/^\.[a-z]/.test(ending)) return 'corpus'
  writerFor(out)
  return 'motion'
}

/** The file that tells whether an output is there already. Throws ERR_USAGE for an ending without a writer. */
export const targetFile = (out: string): string => (kindOf(out) === 'corpus' ? `${out}.skels` : out)

/**
 * Throws ERR_USAGE where several clips go into a format that holds one and nothing says how, and for a corpus of clips whose language nobody tells;
 * ERR_DATA for a clip whose name would be a file outside the folder named, or none at all.
 */
export function checkTarget(out: string, clips: readonly string[], tellsLanguage: boolean): void {
  const kind = kindOf(out)
  const refuse = (problem: string, nextMove: string): never => {
    throw new SignError('ERR_USAGE', out, problem, nextMove)
  }
  if (kind === 'motion' && clips.length !== 1 && !out.includes(NAME))
    refuse(`wanted one clip, got ${clips.length}`, `Choose one with --clip, or write ${NAME} into the name of the output`)
  const problem = out.includes(NAME) ? clips.map(clipNameProblem).find((found) => found !== undefined) : undefined
  if (problem !== undefined) throw new SignError('ERR_DATA', out, problem, 'Rename the clip, or choose others with --clip')
  if (kind === 'corpus' && !tellsLanguage) refuse('wanted the language of the clips, got none', 'Pass --lang, e.g. ASL')
}

/**
 * Writes the clips of a source that words are there for. A clip that a corpus cannot name is left out, as its check would refuse it. Throws what the writers
 * throw.
 */
export async function writeTarget(out: string, source: MotionSource, words: Words, settings: TargetSettings): Promise<TargetSummary> {
  const kind = kindOf(out)
  const spoken = spokenNames(source, words)
  const work = new ClipWork(spoken.length, settings)
  try {
    const names = kind === 'corpus' ? spoken.filter((name) => nameable(name, work)) : spoken
    const write: Write = writers[kind]
    await write(out, clipsOf(source, names, words, settings, work), settings)
  } finally {
    work.end()
  }
  const [there, said] = [new Set(source.names), new Set(spoken)]
  const text = source.names.filter((name) => !said.has(name))
  const clip = [...(words?.keys() ?? [])].filter((name) => !there.has(name))
  const { clips, frames, broken, notes } = work
  return { out, clips, frames, withoutText: text.length, withoutClip: clip.length, namesWithout: { text, clip }, broken, notes }
}

/** Whether a clip's name can stand in a corpus; says why not. */
function nameable(name: string, work: ClipWork): boolean {
  const problem = clipNameProblem(name)
  if (problem !== undefined) work.leaveOut(name, new SignError('ERR_DATA', 'clip names', problem, 'Rename the clip'))
  return problem === undefined
}
