// Motion scores as text: a table with its baselines, the hypotheses by part and by length, what was copied, and the signatures.

import { formatTable } from '../base/table.js'
import type { MotionScores, SignedScore, TrainingDistance } from './motion_scores.js'
import type { ClassScores } from './set_scores.js'

const number = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : '-')

/** The scores for people, `-` where there is no number. */
export function formatMotionScores({ rows, nearestTraining, signatures }: MotionScores): string {
  const [hypotheses] = rows as [MotionScores['rows'][number]]
  const whole = formatTable([
    ['', 'n-DTW', 'hand DTW', 'DTW-MJE', 'PT DTW', 'distance', 'wrist path', 'speed', 'pose std', 'duration', 'bones', 'repetition'],
    ...rows.map((row) => [
      row.name,
      number(row.normalisedDtw, 4),
      number(row.handDtw),
      number(row.dtwMje, 4),
      number(row.progressiveDtw),
      number(row.totalDistance),
      number(row.wristPathRatio),
      number(row.speedRatio),
      number(row.poseStdRatio),
      number(row.durationRatio),
      number(row.boneSpread.mean, 4),
      number(row.repetition),
    ]),
  ])
  const parts = formatTable([
    ['by part', 'n-DTW', 'speed', 'pose std', 'bones'],
    ...Object.entries(hypotheses.parts).map(([part, { normalisedDtw, speedRatio, poseStdRatio, boneSpread }]) => {
      return [part, number(normalisedDtw, 4), number(speedRatio), number(poseStdRatio), number(boneSpread, 4)]
    }),
  ])
  const lengths = formatTable([
    ['by length', 'clips', 'n-DTW', 'hand DTW', 'wrist path', 'speed', 'pose std', 'duration'],
    ...hypotheses.lengths.map(({ seconds, clips, ...scores }) => [seconds, String(clips), ...classCells(scores)]),
  ])
  const { worst } = hypotheses.boneSpread
  const bone = worst ? [`bone that stretches most: ${worst.bone} in ${worst.clip}, by ${number(100 * worst.spread, 1)} %`] : []
  const copies = nearestTraining ? [copiesText(nearestTraining)] : []
  const signed = Object.entries(signatures).filter(([score]) => nearestTraining || (score as SignedScore) !== 'nearestTraining')
  return [whole, parts, lengths, [...bone, ...copies].join('\n'), signed.map(([, signature]) => signature).join('\n')]
    .filter((text) => text !== '')
    .join('\n\n')
}

function classCells({ normalisedDtw, handDtw, wristPathRatio, speedRatio, poseStdRatio, durationRatio }: ClassScores): string[] {
  return [
    number(normalisedDtw, 4),
    number(handDtw),
    number(wristPathRatio),
    number(speedRatio),
    number(poseStdRatio),
    number(durationRatio),
  ]
}

function copiesText({ hypotheses, references }: Record<'hypotheses' | 'references', TrainingDistance>): string {
  const of = ({ mean, copied, clips }: TrainingDistance): string => `${number(mean, 4)} (${copied} of ${clips.length} copied)`
  return `distance to the nearest training clip, in shoulder widths: hypotheses ${of(hypotheses)}, references ${of(references)}`
}
