// A report as text, for people who read a terminal.

import { formatTable } from '../base/table.js'
import { measureNames, textMeasures } from './measures.js'
import type { MotionReport } from './motion_report.js'
import type { ClassReport, EvalReport, Judged, SystemReport } from './report.js'
import { CEILING, FLOOR, type SystemName } from './systems.js'

/** Warnings first, then the systems, the classes, and how it was counted. */
export function formatReport(report: EvalReport): string {
  const { warnings, judges, clipCount, primary, worstClass } = report
  const { label } = textMeasures[primary]
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(warnings.length > 0 ? [''] : []),
    systemTable(report),
    '',
    motionTable(report),
    '',
    'distance of each part of the body from the references, in shoulder widths, and where the generated motions are between shuffled references (0) and these (1):',
    partTable(report),
    '',
    `${label} by class, and where the generated motions are between floor (0) and ceiling (1):`,
    classTable(report),
    ...(worstClass ? [`worst class: ${worstClass.name}, ${number(worstClass.normalised, 2)}`] : []),
    '',
    `${clipCount} clips of ${report.provenance.split}, on ${report.provenance.adapter}, seed ${report.seed}`,
    ...judges.map(({ name, hash, seed, scoreSignature }) => `judge ${name} ${hash}, seed ${seed}: ${scoreSignature}`),
    ...Object.values(report.signatures.text),
    ...Object.values(report.signatures.motion),
  ].join('\n')
}

function systemTable({ systems, primary }: EvalReport): string {
  const shown = measureNames.filter((measure) => systems.some(({ text }) => text[measure]))
  const head = ['', ...shown.map((measure) => textMeasures[measure].label), 'normalised', 'length', 'against truth']
  const rows = systems.map((system) => [
    named(system),
    ...shown.map((measure) => withSpread(system.text[measure])),
    number(system.normalised[primary], 2),
    number(system.lengthRatio.mean, 2),
    againstTruth(system),
  ])
  return formatTable([head, ...rows])
}

function motionTable({ systems }: EvalReport): string {
  const columns = motionColumns(systems)
  const rows = systems.map((system) => [system.name, ...columns.map(({ cell }) => cell(system.motion))])
  return formatTable([['', ...columns.map(({ label }) => label)], ...rows])
}

function partTable(report: EvalReport): string {
  return formatTable(partRows(report))
}

/** A head and a row for each part: its distances by system, and the normalised score. */
export function partRows({ systems, parts }: EvalReport): string[][] {
  const names = systems.map(({ name }) => name)
  return [
    ['', ...names, 'normalised'],
    ...parts.map(({ part, distances, normalised }) => [part, ...names.map((name) => number(distances[name], 4)), number(normalised, 2)]),
  ]
}

/** The scores of motions, in order: what a column is called and what stands in it. */
export function motionColumns(systems: readonly Pick<SystemReport, 'motion'>[]): readonly MotionColumn[] {
  // Layouts other than the 50 joints have a whole body.
  const trunk = systems.some(({ motion }) => 'body' in motion.parts) ? 'body' : 'arms'
  return [...generalColumns, ...boneColumns(trunk), ...copyColumns]
}

interface MotionColumn {
  readonly label: string
  readonly cell: (motion: MotionReport) => string
}

const generalColumns: readonly MotionColumn[] = [
  { label: 'DTW-MJE', cell: ({ dtwMje }) => number(dtwMje, 4) },
  { label: 'n-DTW', cell: ({ normalisedDtw }) => number(normalisedDtw, 4) },
  { label: 'hand DTW', cell: ({ handDtw }) => number(handDtw, 2) },
  { label: 'PT DTW', cell: ({ progressiveDtw }) => number(progressiveDtw, 2) },
  { label: 'distance', cell: ({ totalDistance }) => number(totalDistance, 2) },
  { label: 'wrist path', cell: ({ wristPathRatio }) => number(wristPathRatio, 2) },
  { label: 'duration', cell: ({ durationRatio }) => number(durationRatio, 2) },
  { label: 'pose std', cell: ({ poseStdRatio }) => number(poseStdRatio, 2) },
]

const boneColumns = (trunk: 'arms' | 'body'): readonly MotionColumn[] => [
  { label: `bones: ${trunk}`, cell: ({ boneSpread }) => number(boneSpread.parts[trunk], 3) },
  { label: 'left hand', cell: ({ boneSpread }) => number(boneSpread.parts['left hand'], 3) },
  { label: 'right hand', cell: ({ boneSpread }) => number(boneSpread.parts['right hand'], 3) },
]

const copyColumns: readonly MotionColumn[] = [
  { label: 'repetition', cell: ({ repetition }) => number(repetition, 2) },
  { label: 'nearest clip', cell: ({ nearestTraining }) => number(nearestTraining?.mean, 4) },
  { label: 'copied', cell: ({ nearestTraining }) => number(nearestTraining?.copied, 0) },
  { label: 'Fréchet', cell: ({ frechet }) => number(frechet, 2) },
]

function classTable({ classes, systems }: EvalReport): string {
  const names = systems.map(({ name }) => name)
  return formatTable([
    ['', 'clips', ...names, ...classColumns],
    ...classes.map((one) => [one.name, String(one.clips), ...classCells(one, names)]),
  ])
}

/** The last columns of a class, all of the generated motions, and the cells of a class behind its name and number of clips. */
export const classColumns = ['normalised', 'hand DTW', 'wrist path', 'duration'] as const

export function classCells({ scores, normalised, motion }: ClassReport, systems: readonly SystemName[]): string[] {
  const { handDtw, wristPathRatio, durationRatio } = motion ?? {}
  return [...systems.map((system) => scores[system]), normalised, handDtw, wristPathRatio, durationRatio].map((value) => number(value, 2))
}

/** A system's name, with what it stands for. */
export function named({ name }: Pick<SystemReport, 'name'>): string {
  if (name === CEILING) return `${name} (ceiling)`
  return name === FLOOR ? `${name} (floor)` : name
}

/** The difference to the ground truth with its interval, e.g. `-4.21 [-5.02, -3.40]`. */
export function againstTruth({ againstCeiling }: SystemReport): string {
  if (!againstCeiling) return '-'
  const { difference, interval } = againstCeiling
  return `${number(difference, 2)} [${number(interval[0], 2)}, ${number(interval[1], 2)}]`
}

/** A score with its spread over judges, e.g. `12.78±0.31`. */
export function withSpread(score: Judged | undefined): string {
  if (!score) return '-'
  return score.spread === null ? number(score.mean, 2) : `${number(score.mean, 2)}±${number(score.spread, 2)}`
}

/** A number for people; a dash where there is none. */
export function number(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(digits)
}
