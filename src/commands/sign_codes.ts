// `signllm sign-codes MODEL --data run.yaml`: clips in the codes of a VQ-Sign model, and in words of those codes.

import { formatTable } from '../base/table.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { restoreVqSign, vqSignDescription } from '../checkpoint/vq_sign.js'
import { CodeReader, type ReadCodes } from '../infer/code_reader.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import { type CodeScores, formatCodeScores, scoreCodes } from '../tasks/vq_sign/evaluate.js'
import { runsOf } from '../text/sign_words/runs.js'
import { learnSignWords, shownWord, signWordsOf, type WordSize } from '../text/sign_words/words.js'
import { asSeen } from '../train/signing/open_signing.js'
import { openAdapter } from './adapter.js'
import type { SplitName } from './eval_data.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'
import { splitOfRun } from './run_split.js'
import type { Listener } from './say.js'

export interface SignCodesOptions extends Listener {
  /** A run file whose clips are read: of its training split the words are learnt. */
  readonly data: string
  readonly split: SplitName
  /** At most so many clips. */
  readonly limit?: number | undefined
  /** Tokens of its clip that each prediction is held against; default 10. */
  readonly negatives?: number | undefined
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

/** A clip in codes and in words. */
export interface CodedClip {
  readonly name: string
  readonly text: string
  /** A code for each token. */
  readonly codes: readonly number[]
  /** As `shownWord` writes them. */
  readonly words: readonly string[]
}

export interface SignCodesSummary {
  readonly clips: readonly CodedClip[]
  readonly scores: CodeScores
  /** Codes there are, and words of several of them. */
  readonly codes: number
  readonly words: number
  /** A run of more tokens than this is slow. */
  readonly longestRun: number
  /** Sizes of the list of words that were looked at. */
  readonly sizes: readonly WordSize[]
}

/** Reads clips. Throws ERR_CHECKPOINT for what is no VQ-Sign model, ERR_DATA, ERR_CONFIG or ERR_USAGE for a run file whose clips cannot be read. */
export async function signCodes(path: string, options: SignCodesOptions): Promise<SignCodesSummary> {
  const { data, split, limit, negatives = 10, signal } = options
  const checkpoint = await readCheckpoint(path)
  const { config, seed } = vqSignDescription(checkpoint)
  const [train, held] = [await splitOfRun(data, 'train', config.images, options), await splitOfRun(data, split, config.images, options)]
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  const display = new ProgressDisplay(options)
  try {
    await using model = restoreVqSign(gpu, checkpoint)
    await using reader = new CodeReader(gpu, model)
    const [learnt, seen] = [await asSeen(model, config, train, { cache: null }), await asSeen(model, config, held, { cache: null })]
    const clips = seen.slice(0, limit)
    const read = (some: readonly PoseFrames[], work: string): Promise<ReadCodes[]> =>
      reader.read(some, { ...(signal && { signal }), onProgress: (progress) => display.show({ ...progress, work }) })
    const words = learnSignWords(
      (await read(learnt, 'words learnt')).map(({ codes }) => codes),
      { codes: config.codes },
    )
    const found = await read(clips, 'clips read')
    return {
      clips: clips.map(({ name, text }, i) => {
        const { codes } = found[i]!
        return { name, text, codes: [...codes], words: signWordsOf(codes, words).map(({ word }) => shownWord(words.words[word]!, words)) }
      }),
      scores: scoreCodes(found, config, { negatives, against: 'own-clip', seed }).result,
      codes: config.codes,
      words: words.words.length - config.codes - 1,
      longestRun: words.longest,
      sizes: words.sizes,
    }
  } finally {
    display.done()
    await gpu.destroy()
  }
}

/** Clips with what they say, their codes with how many tokens have each, and their words. */
export function formatSignCodes({ clips, scores, words, longestRun }: SignCodesSummary): string {
  const runs = (codes: readonly number[]) =>
    runsOf(codes)
      .map(({ code, first, end }) => (end - first > 1 ? `${code}×${end - first}` : String(code)))
      .join(' ')
  const lines = clips.map(({ name, text, codes, words: own }) => [name, text, runs(codes), own.join(' ')])
  return [
    formatTable([['clip', 'text', 'codes', 'words'], ...lines]),
    '',
    formatCodeScores(scores),
    `${words} words of several codes; ~ follows a code that more than ${longestRun.toFixed(1)} tokens have one after another`,
  ].join('\n')
}
