// `signllm data split`: a corpus into train, dev and test.

import { counted } from '../base/counted.js'
import { type CorpusPart, type CorpusSplit, type CorpusSplitOptions, splitCorpus } from '../data/corpus/split.js'
import { refuseParts } from './corpus_parts.js'

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
  /** Sentences of more than one clip, and how many sentences and videos have clips in more than one part. */
  readonly repeated: number
  readonly shared: CorpusSplit['shared']
  /** What to know of the parts before a score is believed. */
  readonly notes: readonly string[]
}

/** Splits the corpus at `prefix`. Throws ERR_USAGE where there are parts already, and what {@link splitCorpus} throws. */
export async function dataSplit(prefix: string, options: DataSplitOptions): Promise<DataSplitSummary> {
  const { out, by = 'video', seed = 1 } = options
  refuseParts(out, options)
  const { parts, repeated, shared } = await splitCorpus(prefix, out, options)
  return { by, seed, splits: parts, repeated, shared, notes: notesOn(shared, repeated) }
}

function notesOn({ sentences, videos }: CorpusSplit['shared'], repeated: number): string[] {
  const keeps = (what: string, others: number) =>
    `--by ${others > 0 ? 'both' : what} keeps ${others > 0 ? 'them' : `a ${what}`} in one part`
  return [
    ...(sentences > 0
      ? [
          `${sentences} of ${counted(repeated, 'sentence')} with several clips have clips in several parts, so that the test set is not independent of the training set: ${keeps('sentence', videos)}`,
        ]
      : []),
    ...(videos > 0 ? [`clips of ${counted(videos, 'video')} are in several parts: ${keeps('video', sentences)}`] : []),
  ]
}
