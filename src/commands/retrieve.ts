// `signllm retrieve MODEL --data run.yaml`: the sentences that a sign-text matching model finds for clips, and how often each finds its own.

import { formatTable } from '../base/table.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { restoreSignTextMatching, signTextMatchingDescription } from '../checkpoint/sign_text_matching.js'
import { SignTextMatcher } from '../infer/sign_text_matcher.js'
import { formatRetrieval, nearestOf, type RetrievalScores, scoreRetrieval } from '../tasks/sign_text_matching/evaluate.js'
import { asSeen } from '../train/signing/open_signing.js'
import { openAdapter } from './adapter.js'
import type { SplitName } from './eval_data.js'
import { ProgressDisplay, type ProgressStream } from './progress_display.js'
import { splitOfRun } from './run_split.js'
import type { Listener } from './say.js'

export interface RetrieveOptions extends Listener {
  /** A run file whose clips and sentences are matched. */
  readonly data: string
  readonly split: SplitName
  /** At most so many clips. */
  readonly limit?: number | undefined
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: standard error. */
  readonly stream?: ProgressStream
}

/** What was found for a clip. */
export interface RetrievedClip {
  readonly name: string
  readonly text: string
  /** The nearest of the sentences of all clips, and the cosine of both features. */
  readonly found: string
  readonly cosine: number
}

export interface RetrieveSummary {
  readonly clips: readonly RetrievedClip[]
  readonly scores: RetrievalScores
}

/** Matches clips with sentences. Throws ERR_CHECKPOINT for what is no sign-text matching model, ERR_DATA, ERR_CONFIG or ERR_USAGE for a run file whose clips cannot be read. */
export async function retrieve(path: string, options: RetrieveOptions): Promise<RetrieveSummary> {
  const { data, split, limit, signal } = options
  const checkpoint = await readCheckpoint(path)
  const { signs } = signTextMatchingDescription(checkpoint).config
  const clips = await splitOfRun(data, split, signs.images, options)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  const display = new ProgressDisplay(options)
  try {
    await using model = restoreSignTextMatching(gpu, checkpoint)
    await using matcher = new SignTextMatcher(gpu, model)
    const seen = (await asSeen(model, signs, clips, { cache: null })).slice(0, limit)
    const onProgress = (progress: Parameters<ProgressDisplay['show']>[0]) => display.show({ ...progress, work: 'clips read' })
    const texts = seen.map(({ text }) => text)
    const features = {
      texts,
      signs: await matcher.signs(seen, { ...(signal && { signal }), onProgress }),
      sentences: await matcher.texts(texts),
    }
    return {
      clips: seen.map(({ name, text }, i) => {
        const { at, cosine } = nearestOf(features.signs[i]!, features.sentences)
        return { name, text, found: texts[at]!, cosine }
      }),
      scores: scoreRetrieval(features).result,
    }
  } finally {
    display.done()
    await gpu.destroy()
  }
}

/** Clips with what they say and what was found for them. */
export function formatRetrieved({ clips, scores }: RetrieveSummary): string {
  const lines = clips.map(({ name, text, found, cosine }) => [name, text, found === text ? '=' : found, cosine.toFixed(2)])
  return [formatTable([['clip', 'text', 'nearest sentence', 'cosine'], ...lines]), '', formatRetrieval(scores)].join('\n')
}
