// `signllm data split`: a corpus into train, dev and test.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { type CorpusPart, type CorpusSplitOptions, splitCorpus } from '../data/corpus_split.js'

export interface DataSplitOptions extends CorpusSplitOptions {
  /** Folder of the parts. */
  readonly out: string
  /** Throw away parts that are there. */
  readonly overwrite?: boolean
}

/** What was made, ready for JSON. */
export interface DataSplitSummary {
  readonly by: string
  readonly seed: number
  readonly splits: Readonly<Record<'train' | 'dev' | 'test', CorpusPart>>
}

/** Splits the corpus at `prefix`. Throws ERR_USAGE where there are parts already, and what {@link splitCorpus} throws. */
export async function dataSplit(prefix: string, options: DataSplitOptions): Promise<DataSplitSummary> {
  const { out, by = 'video', seed = 1, overwrite = false } = options
  const there = ['train', 'dev', 'test'].map((part) => join(out, `${part}.skels`)).find((path) => existsSync(path))
  if (there && !overwrite)
    throw new SignError('ERR_USAGE', out, `wanted a folder without parts, got ${there}`, 'Pass --overwrite, or name another folder')
  return { by, seed, splits: await splitCorpus(prefix, out, options) }
}
