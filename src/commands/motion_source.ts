// Motions out of whatever holds them: HDF5 of joints, `.pose` files, a `.skels` corpus.

import { existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { loadCorpus } from '../data/corpus.js'
import { motionOfPose } from '../data/layouts_motion.js'
import { listClipHdf5 } from '../formats/clip_hdf5.js'
import { readMotionHdf5 } from '../formats/motions_hdf5.js'
import { readPose } from '../formats/pose.js'
import { readSkels } from '../formats/skels.js'
import type { Clip, NamedMotion } from '../motion/clip.js'

/** A motion in any scale, and what its file tells of it beside. */
export type SourceMotion = NamedMotion & Partial<Pick<Clip, 'text' | 'gloss' | 'language'>>

export interface MotionSource {
  readonly names: readonly string[]
  /** Whether every clip tells its language. */
  readonly tellsLanguage: boolean
  /** These motions in this order, one after another. `broken` is told of one that cannot be read, which is left out. */
  read(names: readonly string[], broken: (name: string, error: SignError) => void): AsyncGenerator<SourceMotion>
}

/** What a path to a corpus is without its ending. */
export const prefixOf = (path: string): string => (path.endsWith('.skels') ? path.slice(0, -'.skels'.length) : path)

/**
 * What is at a path: an `.h5` of joints, a `.pose` file, a folder of them, or a corpus by its prefix. Throws ERR_DATA where there is none of these.
 *
 * @param language of a corpus that tells none
 */
export async function motionSource(path: string, language?: string): Promise<MotionSource> {
  if (extname(path) === '.h5') {
    const { names } = await listClipHdf5(path)
    return { names, tellsLanguage: false, read: (wanted, broken) => readMotionHdf5(path, { names: wanted, broken }) }
  }
  if (existsSync(`${prefixOf(path)}.skels`)) return corpusSource(prefixOf(path), language)
  if (extname(path) === '.pose') return poseSource(new Map([[nameOf(path), path]]))
  const files = await posesIn(path)
  if (files.length > 0) return poseSource(new Map(files.map((file) => [nameOf(file), join(path, file)])))
  const problem = 'wanted an .h5 file, .pose files or the prefix of a .skels corpus, got none of these'
  throw new SignError('ERR_DATA', path, problem, 'Check the path')
}

/** Whether a path other than HDF5 leads to motions; a folder may hold detections instead. */
export async function holdsMotions(path: string): Promise<boolean> {
  return existsSync(`${prefixOf(path)}.skels`) || extname(path) === '.pose' || (await posesIn(path)).length > 0
}

async function posesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  return (await readdir(folder)).filter((file) => extname(file) === '.pose').sort()
}

const nameOf = (path: string): string => basename(path, extname(path))

function poseSource(paths: ReadonlyMap<string, string>): MotionSource {
  return {
    names: [...paths.keys()],
    tellsLanguage: false,
    async *read(names, broken) {
      for (const name of names) {
        const path = paths.get(name)!
        try {
          const { joints, frames, fps } = motionOfPose(await readPose(path), { who: path })
          yield { name, joints, frames, fps }
        } catch (error) {
          if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
          broken(name, error)
        }
      }
    },
  }
}

async function corpusSource(prefix: string, language: string | undefined): Promise<MotionSource> {
  const clips = new Map((await corpusClips(prefix, language)).map((clip) => [clip.name, clip]))
  return {
    names: [...clips.keys()],
    tellsLanguage: [...clips.values()].every(({ language: told }) => told !== undefined),
    async *read(names) {
      for (const name of names) yield clips.get(name)!
    },
  }
}

/** The clips of a corpus, of whatever length; of motions without words, the motions. */
async function corpusClips(prefix: string, language: string | undefined): Promise<SourceMotion[]> {
  const source = (['text', 'gloss'] as const).find((ending) => existsSync(`${prefix}.${ending}`))
  if (source) {
    const endless = { maxFrames: Number.POSITIVE_INFINITY, maxTokens: Number.POSITIVE_INFINITY }
    return [...(await loadCorpus({ skels: prefix, source, ...endless, ...(language === undefined ? {} : { language }) })).clips]
  }
  const { sequences } = await readSkels(`${prefix}.skels`)
  return sequences.map(({ joints, frames, line }) => ({ name: `${basename(prefix)}-${line}`, joints, frames, fps: 25 }))
}
