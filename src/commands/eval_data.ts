// The split that a model is evaluated on, and what it learned from: out of a run file, or out of corpora.

import { existsSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { SignError } from '../base/errors.js'
import { fileRecord } from '../data/checksum.js'
import { type CorpusSpec, loadCorpus } from '../data/corpus/corpus.js'
import type { Source } from '../data/source.js'
import { syntheticIn } from '../data/synthetic/in_layout.js'
import type { Clip } from '../motion/clip.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { loadRunFile } from '../tasks/run_file.js'
import type { DataEntry } from '../tasks/text_to_pose/config.js'
import { langGlossLine } from '../text/lang_gloss.js'
import { prefixOf } from './motion_source.js'

export type SplitName = 'train' | 'dev' | 'test'

/** A clip with the line of it that a model reads. */
export interface SplitClip {
  readonly clip: Clip
  readonly source: Source
}

export interface EvalData {
  readonly clips: readonly SplitClip[]
  readonly train: readonly Clip[]
  /** What was read, by name and hash. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

export interface EvalDataOptions {
  readonly split: SplitName
  /** Language of corpora that tell none. */
  readonly lang?: string | undefined
  /** Of corpora without a run file; default `text`. */
  readonly source?: Source | undefined
}

/**
 * Loads the split. A path is a run file (.yaml), the folder of a corpus' splits, or the prefix of the split itself, beside which its `train` is looked for. Clips
 * are of any length. Throws ERR_CONFIG for a run file without that split, and what reading corpora throws.
 */
export async function evalData(paths: readonly string[], options: EvalDataOptions): Promise<EvalData> {
  const parts: EvalData[] = []
  for (const path of paths) {
    if (['.yaml', '.yml'].includes(extname(path).toLowerCase())) parts.push(await ofRun(path, options.split))
    else parts.push(await ofPrefix(prefixOf(path), options))
  }
  return {
    clips: parts.flatMap(({ clips }) => clips),
    train: parts.flatMap(({ train }) => train),
    files: together(parts),
  }
}

async function ofRun(path: string, split: SplitName): Promise<EvalData> {
  return evalDataOf(await loadRunFile(path), path, split)
}

/** The split of a run's own data; `who` is the run file in messages. Throws ERR_CONFIG for a task without motions and for a run without that split. */
export async function evalDataOf(config: Awaited<ReturnType<typeof loadRunFile>>, who: string, split: SplitName): Promise<EvalData> {
  if (config.task === 'text-to-gloss' || config.task === 'language-model') {
    const problem = `wanted a run of task text-to-pose or pose-to-text, got ${config.task}`
    throw new SignError('ERR_CONFIG', who, problem, 'Name another run file, or a corpus')
  }
  // A judge's run has no line that a model reads.
  const shared = 'groups' in config && config.groups === 'shared'
  const { layout } = config.model
  const parts: EvalData[] = []
  for (const entry of config.data) {
    if ('shards' in entry) {
      const nextMove = 'Name a corpus with --data, or let validations score what devShare holds out'
      throw new SignError('ERR_CONFIG', who, `wanted a ${split} split in files, got shards`, nextMove)
    }
    if ('synthetic' in entry) parts.push(builtIn(entry, { shared, split, layout }))
    else parts.push(await ofEntry({ source: 'text', layout, ...entry }, who, split))
  }
  return {
    clips: parts.flatMap(({ clips }) => clips),
    train: parts.flatMap(({ train }) => train),
    files: together(parts),
  }
}

function builtIn(
  { synthetic }: Extract<DataEntry, { synthetic: object }>,
  { shared, split, layout }: { readonly shared: boolean; readonly split: SplitName; readonly layout: LayoutName },
): EvalData {
  const corpus = syntheticIn(layout, synthetic)
  const source = shared ? 'lang_gloss' : 'text'
  const clips = corpus[split].map((clip) => ({ clip: { ...clip, langGloss: langGlossLine(clip, 'words') }, source }) as const)
  return { clips, train: corpus.train, files: [] }
}

type FileEntry = Pick<Extract<DataEntry, { train: string }>, 'language' | 'source' | 'fps' | 'skipFrames' | SplitName> & {
  readonly layout: LayoutName
}

async function ofEntry(entry: FileEntry, path: string, split: SplitName): Promise<EvalData> {
  const { language, source, fps, skipFrames, layout } = entry
  const prefix = entry[split]
  if (prefix === undefined) {
    const problem = `wanted a ${split} split of ${language}, got none`
    throw new SignError('ERR_CONFIG', path, problem, `Add ${split} to its data, or pass --split or --data`)
  }
  const load = async (skels: string): Promise<Clip[]> => {
    const { clips } = await loadCorpus({ ...endless, skels, language, source, skipFrames, layout, ...(fps === null ? {} : { fps }) })
    return clips.filter((clip) => clip.language === language)
  }
  const clips = await load(prefix)
  return {
    clips: clips.map((clip) => ({ clip, source })),
    train: await load(entry.train),
    files: await recordsOf([prefix, entry.train], source),
  }
}

async function ofPrefix(path: string, { split, lang, source = 'text' }: EvalDataOptions): Promise<EvalData> {
  const prefix = existsSync(`${path}.skels`) ? path : join(path, split)
  if (!existsSync(`${prefix}.skels`)) {
    const problem = `wanted a run file, a corpus or a folder with ${split}.skels, got none of these`
    throw new SignError('ERR_DATA', path, problem, 'Check the path, or pass --split')
  }
  const beside = join(dirname(prefix), 'train')
  const load = async (skels: string): Promise<readonly Clip[]> => {
    const spec: CorpusSpec = { ...endless, skels, source, layout: 'any', ...(lang === undefined ? {} : { language: lang }) }
    return (await loadCorpus(spec)).clips
  }
  const train = existsSync(`${beside}.skels`) ? await load(beside) : []
  const clips = (await load(prefix)).map((clip) => ({ clip, source }))
  return { clips, train, files: await recordsOf(train.length > 0 ? [prefix, beside] : [prefix], source) }
}

/** A judge reads clips of any length. */
const endless = { maxFrames: Number.POSITIVE_INFINITY, maxTokens: Number.POSITIVE_INFINITY }

/** The files of several parts, each once: languages may share them. */
const together = (parts: readonly Pick<EvalData, 'files'>[]): EvalData['files'] => [
  ...new Map(parts.flatMap(({ files }) => files).map((file) => [`${file.name} ${file.sha256}`, file])).values(),
]

/** Of the motions and the lines that were read; a file is told by its name alone. */
async function recordsOf(prefixes: readonly string[], source: Source): Promise<EvalData['files']> {
  const paths = [...new Set(prefixes)].flatMap((prefix) => ['skels', ...new Set(['text', source])].map((ending) => `${prefix}.${ending}`))
  const records = await Promise.all(paths.map(async (path) => ({ path, record: await fileRecord(path) })))
  return records.flatMap(({ path, record }) => (record ? [{ name: basename(path), sha256: record.sha256 }] : []))
}
