// What to know before believing the numbers of an evaluation, in plain words.

import { counted, someOf } from '../base/counted.js'
import { nameHash } from '../data/checksum.js'
import type { Clip } from '../motion/clip.js'
import type { Judge } from './judge.js'
import { isBetter, textMeasures } from './measures.js'
import type { EvalReport, JudgeReport, SystemReport } from './report.js'
import { CEILING, FLOOR } from './systems.js'

/** Points between ceiling and floor that are needed to tell systems apart. */
const LEAST_ROOM = 2
/** Judges whose seeds are known to differ enough to show their spread. */
const ENOUGH_JUDGES = 3

/** Clips of the split that a judge was trained on. */
export const trainedOnAmong = ({ trainedOn }: Judge, clips: readonly Clip[]): Clip[] =>
  clips.filter(({ name }) => trainedOn.has(nameHash(name)))

/** About judges that have seen what they judge, or do not say what they have seen. */
export function judgeWarnings(judges: readonly Judge[], clips: readonly Clip[]): string[] {
  return judges.flatMap((judge) => {
    const who = `judge ${judge.name} (${judge.hash})`
    if (judge.trainedOn.size === 0)
      return [`${who} does not say which clips it was trained on: whether it has seen this split cannot be checked`]
    const seen = trainedOnAmong(judge, clips)
    if (seen.length === 0) return []
    const which = `${seen.length} of the ${counted(clips.length, 'clip')} that it judges, such as ${someOf(seen.map(({ name }) => name))}`
    return [
      `${who} was trained on ${which}: its scores show what it remembers, not what can be read. Judge with one that has not seen this split`,
    ]
  })
}

/** About references that hold what a judge has never seen. */
export function vocabularyWarnings(judges: readonly Judge[], clips: readonly Clip[]): string[] {
  return judges.flatMap((judge) => {
    const strange = clips.filter((clip) => judge.unknownIn(clip).length > 0)
    if (strange.length === 0) return []
    const words = someOf([...new Set(strange.flatMap((clip) => judge.unknownIn(clip)))])
    return [
      `judge ${judge.name} (${judge.hash}) has never seen some of what ${strange.length} of the ${counted(clips.length, 'clip')} say (${words}): it cannot read them`,
    ]
  })
}

/** About clips without a reference, which are left out. */
export function emptyReferenceWarnings(empty: readonly Clip[]): string[] {
  if (empty.length === 0) return []
  const names = someOf(empty.map(({ name }) => name))
  return [
    `${counted(empty.length, 'clip has an empty reference', 'clips have an empty reference')} and cannot be judged (${names}): left out`,
  ]
}

/** About what the scores themselves give away. */
export function scoreWarnings(report: Pick<EvalReport, 'systems' | 'primary' | 'clipCount' | 'judges'>, sameText: number): string[] {
  const system = (name: string) => report.systems.find((one) => one.name === name)
  const [ceiling, floor] = [system(CEILING)!, system(FLOOR)]
  return [
    ...roomWarnings(report, ceiling, floor),
    ...report.systems.filter((one) => one !== ceiling && one !== floor).flatMap((one) => gamingWarnings(one, ceiling)),
    ...(sameText > 0
      ? [
          `${counted(sameText, 'shuffled reference')} of ${report.clipCount} ${sameText === 1 ? 'has' : 'have'} the right text after all, since many clips have the same: the floor is too high`,
        ]
      : []),
    ...silenceWarnings(report.systems),
    ...(system('mean pose')
      ? []
      : ['there are no training clips: mean pose, random clip and nearest neighbour are missing, and copied clips would not be noticed']),
    ...seedWarnings(report.judges),
  ]
}

function roomWarnings(
  { primary, clipCount }: Pick<EvalReport, 'primary' | 'clipCount'>,
  ceiling: SystemReport,
  floor: SystemReport | undefined,
): string[] {
  const [high, low] = [ceiling.text[primary], floor?.text[primary]]
  const { label } = textMeasures[primary]
  if (!floor || !low || !high) return [`${counted(clipCount, 'clip')} cannot be shuffled: there is no floor, and no normalised score`]
  const numbers = `${label} ${high.mean.toFixed(2)} of the ground truth against ${low.mean.toFixed(2)} of shuffled references`
  if (Math.abs(high.mean - low.mean) < LEAST_ROOM || !isBetter(primary, high.mean, low.mean))
    return [
      `the ceiling is too near the floor to mean anything (${numbers}): these judges cannot read real signing on this split, so normalised scores are noise. Train better judges`,
    ]
  const difference = floor.againstCeiling
  if (difference === null || difference.interval[0] > 0 || difference.interval[1] < 0) return []
  const [least, most] = difference.interval
  return [
    `ceiling and floor may differ by chance (${numbers}; other draws of ${counted(clipCount, 'clip')} give differences of ${least.toFixed(2)} to ${most.toFixed(2)}): normalised scores are noise. Judge more clips`,
  ]
}

/** Better than the signers themselves: a judge that was pleased by something else than signing. */
function gamingWarnings(system: SystemReport, ceiling: SystemReport): string[] {
  const above = (Object.keys(textMeasures) as (keyof typeof textMeasures)[]).filter((measure) => {
    const [own, best] = [system.text[measure], ceiling.text[measure]]
    // Two ways to a perfect score may differ in the last digit.
    return own !== undefined && best !== undefined && isBetter(measure, own.mean, best.mean) && Math.abs(own.mean - best.mean) > 1e-6
  })
  if (above.length === 0) return []
  const scores = above.map(
    (measure) =>
      `${textMeasures[measure].label} ${system.text[measure]!.mean.toFixed(2)} against ${ceiling.text[measure]!.mean.toFixed(2)}`,
  )
  const beside = [
    ['length ratio of the text', system.lengthRatio.mean, ceiling.lengthRatio.mean],
    ['duration ratio', system.motion.durationRatio, ceiling.motion.durationRatio],
    ['repetition', system.motion.repetition, ceiling.motion.repetition],
    ['distance to the nearest training clip', system.motion.nearestTraining?.mean, ceiling.motion.nearestTraining?.mean],
    ['copied clips', system.motion.nearestTraining?.copied, ceiling.motion.nearestTraining?.copied],
  ] as const
  const numbers = beside.map(([name, own, best]) => `${name} ${shown(own, name)} (ground truth ${shown(best, name)})`)
  return [
    `${system.name} beats the ceiling: ${scores.join(', ')}. Nothing signs better than signers: look for output that is too long or repeated, or copied from training clips. ${capital(numbers.join(', '))}`,
  ]
}

function silenceWarnings(systems: readonly SystemReport[]): string[] {
  const silent = systems.filter(({ lengthRatio }) => lengthRatio.mean === 0).map(({ name }) => name)
  return silent.length === 0 ? [] : [`the judges read nothing at all in: ${silent.join(', ')}`]
}

function seedWarnings(judges: readonly Pick<JudgeReport, 'seed'>[]): string[] {
  const seeds = new Set(judges.map(({ seed }) => seed)).size
  if (seeds >= ENOUGH_JUDGES) return []
  return [
    `${counted(seeds, 'seed')} of judges: scores of other seeds differ by an amount that is not known from these. Judge with ${ENOUGH_JUDGES} seeds or more`,
  ]
}

function shown(value: number | null | undefined, name: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'none'
  return value.toFixed(name.startsWith('distance') ? 4 : name === 'copied clips' ? 0 : 2)
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1)
