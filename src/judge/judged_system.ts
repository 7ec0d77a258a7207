// A system with what the judges said of it.

import { mean } from '../metrics/motion.js'
import type { CountsByJudge } from './bootstrap.js'
import type { Translation } from './judge.js'
import type { TextMeasure } from './measures.js'
import type { Judged } from './report.js'
import { scoresOf, sumCounts } from './scores.js'
import type { System } from './systems.js'

export interface JudgedSystem extends System {
  /** By judge, then by clip. */
  readonly translations: readonly (readonly Translation[])[]
  readonly counts: CountsByJudge
}

/** A score of the whole split, or of these clips of it; undefined where a judge gives no such score. */
export function corpusScore({ counts }: JudgedSystem, measure: TextMeasure, clips?: readonly number[]): Judged | undefined {
  return judgedMean(counts.map((sentences) => scoresOf(sumCounts(clips ? clips.map((i) => sentences[i]!) : sentences))[measure]))
}

/** The mean over judges and their spread; undefined where one of them gives no such score. */
export function judgedMean(byJudge: readonly (number | undefined)[]): Judged | undefined {
  if (!byJudge.every((score): score is number => score !== undefined)) return undefined
  const centre = mean(byJudge)
  const squares = byJudge.reduce((sum, score) => sum + (score - centre) ** 2, 0)
  return { mean: centre, spread: byJudge.length > 1 ? Math.sqrt(squares / (byJudge.length - 1)) : null, byJudge }
}
