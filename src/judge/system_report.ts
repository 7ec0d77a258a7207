// What a report says of each system, class and judge.

import { durationRatio, meanOfNumbers } from '../metrics/motion.js'
import type { NearestTraining } from '../metrics/nearest_training.js'
import { handAndWristScores } from '../metrics/scores.js'
import type { Clip, Motion } from '../motion/clip.js'
import type { ClipClass } from './classes.js'
import type { Judge } from './judge.js'
import { compared, corpusScore, type JudgedSystem, judgedMean } from './judged_system.js'
import { measureNames, normalisedScore, type TextMeasure } from './measures.js'
import { finite, motionReport } from './motion_report.js'
import type { ClassMotion, ClassReport, JudgeReport, SystemReport } from './report.js'
import { lengthRatioOf } from './scores.js'
import { CEILING, FLOOR } from './systems.js'
import { trainedOnAmong } from './warnings.js'

export interface SystemContext {
  readonly clips: readonly Clip[]
  readonly ceiling: JudgedSystem
  /** Absent where a split of one clip has none. */
  readonly floor: JudgedSystem | undefined
  readonly primary: TextMeasure
  readonly nearest: ReadonlyMap<Motion, NearestTraining>
  readonly features: ReadonlyMap<Motion, Float32Array>
  readonly resamples: number | undefined
  readonly seed: number
}

/** Everything about one system. */
export function systemReport(system: JudgedSystem, context: SystemContext): SystemReport {
  const { clips, ceiling, floor, primary, nearest, features, resamples, seed } = context
  const normalised = (measure: TextMeasure) => {
    const [own, low, high] = [system, floor, ceiling].map((one) => one && corpusScore(one, measure)?.mean)
    return normalisedScore(own, low, high)
  }
  return {
    name: system.name,
    text: Object.fromEntries(measureNames.flatMap((measure) => entryOf(measure, corpusScore(system, measure)))),
    normalised: Object.fromEntries(measureNames.flatMap((measure) => entryOf(measure, normalised(measure)))),
    lengthRatio: judgedMean(system.counts.map(lengthRatioOf))!,
    againstCeiling: system === ceiling ? null : (compared(system, ceiling, primary, { resamples, seed }) ?? null),
    motion: motionReport({ references: clips, motions: system.motions, nearest, features }),
  }
}

/** The primary measure of every system over the clips of a class, and how the generated motions move there; the class's places are those in `references`. */
export function classReport(
  { kind, name, clips }: ClipClass,
  systems: readonly JudgedSystem[],
  references: readonly Clip[],
  primary: TextMeasure,
): ClassReport {
  const scores: ClassReport['scores'] = Object.fromEntries(
    systems.flatMap((system) => entryOf(system.name, corpusScore(system, primary, clips)?.mean)),
  )
  const normalised = normalisedScore(scores.generated, scores[FLOOR], scores[CEILING])
  const generated = systems.find((system) => system.name === 'generated')
  return {
    kind,
    name,
    clips: clips.length,
    scores,
    normalised: normalised ?? null,
    motion: generated ? classMotion(generated, references, clips) : null,
  }
}

function classMotion({ motions }: JudgedSystem, references: readonly Clip[], clips: readonly number[]): ClassMotion {
  const own = clips.map((i) => ({
    ...handAndWristScores({ reference: references[i]!, hypothesis: motions[i]! }),
    durationRatio: durationRatio(references[i]!, motions[i]!),
  }))
  const average = (score: keyof ClassMotion) => finite(meanOfNumbers(own.map((clip) => clip[score])))
  return { handDtw: average('handDtw'), wristPathRatio: average('wristPathRatio'), durationRatio: average('durationRatio') }
}

/** Who judged, and what it has seen of the clips. */
export function judgeReport(judge: Judge, clips: readonly Clip[], scoreSignature: string): JudgeReport {
  const { name, hash, seed, unit, signature } = judge
  const trainedOnClips = judge.trainedOn.size === 0 ? null : trainedOnAmong(judge, clips).length
  return { name, hash, seed, unit, signature, scoreSignature, trainedOnClips }
}

const entryOf = <K extends string, T>(name: K, value: T | undefined): [K, T][] => (value === undefined ? [] : [[name, value]])
