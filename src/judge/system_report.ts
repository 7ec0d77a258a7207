// What a report says of each system, class and judge.

import type { Clip, Motion } from '../motion/clip.js'
import { pairedBootstrap } from './bootstrap.js'
import type { ClipClass } from './classes.js'
import type { Judge } from './judge.js'
import { corpusScore, type JudgedSystem, judgedMean } from './judged_system.js'
import { measureNames, normalisedScore, type TextMeasure } from './measures.js'
import { motionScores } from './motion_scores.js'
import type { ClassReport, Judged, JudgeReport, SystemReport } from './report.js'
import { lengthAndExactness, sumCounts } from './scores.js'
import { CEILING, FLOOR } from './systems.js'
import { trainedOnAmong } from './warnings.js'

export interface SystemContext {
  readonly clips: readonly Clip[]
  readonly train: readonly Clip[]
  readonly ceiling: JudgedSystem
  /** Absent where a split of one clip has none. */
  readonly floor: JudgedSystem | undefined
  readonly primary: TextMeasure
  readonly unit: Judge['unit']
  readonly features: ReadonlyMap<Motion, Float32Array>
  readonly samples: number | undefined
  readonly seed: number
}

/** Everything about one system. */
export function systemReport(system: JudgedSystem, context: SystemContext): SystemReport {
  const { clips, train, ceiling, floor, primary, unit, features, samples, seed } = context
  // Of letters, tokens are letters: the two rates are one.
  const measures = measureNames.filter((measure) => measure !== (unit === 'letters' ? 'wer' : 'letterErrorRate'))
  const normalised = (measure: TextMeasure) => {
    const [own, low, high] = [system, floor, ceiling].map((one) => one && corpusScore(one, measure)?.mean)
    return normalisedScore(own, low, high)
  }
  const ofSums = (name: 'lengthRatio' | 'exact'): Judged =>
    judgedMean(system.counts.map((sentences) => lengthAndExactness(sumCounts(sentences))[name]))!
  const vectors = (motions: readonly Motion[]) => motions.map((motion) => features.get(motion)!)
  return {
    name: system.name,
    text: Object.fromEntries(measures.flatMap((measure) => entryOf(measure, corpusScore(system, measure)))),
    normalised: Object.fromEntries(measures.flatMap((measure) => entryOf(measure, normalised(measure)))),
    lengthRatio: ofSums('lengthRatio'),
    exact: ofSums('exact'),
    againstCeiling: system === ceiling ? null : (pairedBootstrap(system.counts, ceiling.counts, primary, { samples, seed }) ?? null),
    motion: motionScores({
      references: clips,
      motions: system.motions,
      train,
      features: { motions: vectors(system.motions), references: vectors(clips) },
    }),
  }
}

/** The primary measure of every system over the clips of a class. */
export function classReport({ kind, name, clips }: ClipClass, systems: readonly JudgedSystem[], primary: TextMeasure): ClassReport {
  const scores: ClassReport['scores'] = Object.fromEntries(
    systems.flatMap((system) => entryOf(system.name, corpusScore(system, primary, clips)?.mean)),
  )
  const normalised = normalisedScore(scores.generated, scores[FLOOR], scores[CEILING])
  return { kind, name, clips: clips.length, scores, normalised: normalised ?? null }
}

/** Who judged, and what it has seen of the clips. */
export function judgeReport(judge: Judge, clips: readonly Clip[], scoreSignature: string): JudgeReport {
  const { name, hash, seed, unit, signature } = judge
  const trainedOnClips = judge.trainedOn.size === 0 ? null : trainedOnAmong(judge, clips).length
  return { name, hash, seed, unit, signature, scoreSignature, trainedOnClips }
}

const entryOf = <K extends string, T>(name: K, value: T | undefined): [K, T][] => (value === undefined ? [] : [[name, value]])
