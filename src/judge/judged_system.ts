// A system with what the judges said of it.

import { type Comparison, pairedBootstrap } from '../metrics/bootstrap.js'
import { mean } from '../metrics/motion.js'
import type { Translation } from './judge.js'
import type { TextMeasure } from './measures.js'
import type { Judged } from './report.js'
import { acrossJudges, type CountedTexts, scoreOf } from './scores.js'
import type { System } from './systems.js'

export interface JudgedSystem extends System {
  /** By judge, then by clip. */
  readonly translations: readonly (readonly Translation[])[]
  /** By judge. */
  readonly counts: readonly CountedTexts[]
}

/** A score of the whole split, or of these clips of it; undefined where a judge gives no such score. */
export function corpusScore({ counts }: JudgedSystem, measure: TextMeasure, clips?: readonly number[]): Judged | undefined {
  return judgedMean(counts.map((counted) => scoreOf(counted, measure, clips)))
}

/** The mean over judges and their spread; undefined where one of them gives no such score. */
export function judgedMean(byJudge: readonly (number | undefined)[]): Judged | undefined {
  if (!byJudge.every((score): score is number => score !== undefined)) return undefined
  const centre = mean(byJudge)
  const squares = byJudge.reduce((sum, score) => sum + (score - centre) ** 2, 0)
  return { mean: centre, spread: byJudge.length > 1 ? Math.sqrt(squares / (byJudge.length - 1)) : null, byJudge }
}

/** A system beside another, both averaged over the same judges; undefined where a score, or one of a resample, is none. */
export function compared(
  system: JudgedSystem,
  other: JudgedSystem,
  measure: TextMeasure,
  options: { readonly resamples?: number | undefined; readonly seed: number },
): Comparison | undefined {
  const [own, theirs] = [acrossJudges(system.counts, measure), acrossJudges(other.counts, measure)]
  if (!own || !theirs) return undefined
  const { resamples = 1000, seed } = options
  const [comparison] = pairedBootstrap(own, theirs, { resamples, seed })
  return comparison && [comparison.difference, ...comparison.interval].every(Number.isFinite) ? comparison : undefined
}
