// `signllm score`: sentences or motions of any system beside the real ones.

import { SignError } from '../base/errors.js'
import { formatScoreMotion, type ScoreMotionOptions, type ScoreMotionSummary, scoreMotion } from './score_motion.js'
import { formatScoredText, type ScoreTextOptions, type ScoreTextSummary, scoreTextFiles } from './score_text.js'

export interface ScoreOptions extends ScoreTextOptions, Omit<ScoreMotionOptions, 'hypotheses' | 'references'> {
  /** Both inputs are motions, not text. */
  readonly motion?: boolean | undefined
}

export interface Scored {
  readonly summary: ScoreTextSummary | ScoreMotionSummary
  /** The summary for people. */
  readonly text: string
  /** What whoever reads the scores should know and `text` does not say. */
  readonly notes: readonly string[]
}

/** Scores two text files line by line, or motions clip by clip. Throws ERR_USAGE for options of the other kind; what scoring either throws. */
export async function score(hypotheses: string, references: string, { motion = false, ...options }: ScoreOptions = {}): Promise<Scored> {
  if (motion) {
    const summary = await scoreMotion({ ...options, hypotheses, references })
    return { summary, text: formatScoreMotion(summary), notes: [] }
  }
  const { split, pair, fastdtw, train, layout } = options
  const alone = Object.entries({ split, pair, fastdtw, train, layout }).find(([, value]) => value !== undefined)
  if (alone) {
    const problem = `wanted --${alone[0]} with --motion, got it alone`
    throw new SignError('ERR_USAGE', 'score', problem, 'Add --motion, or leave it out: text files have no such option')
  }
  const summary = await scoreTextFiles(hypotheses, references, options)
  return { summary, text: formatScoredText(summary), notes: summary.notes }
}
