// What an ablation found: variants of a run compared over several seeds.

import * as z from 'zod'
import { formatTable } from '../base/table.js'

const point = z.strictObject({ step: z.number(), seconds: z.number(), score: z.number(), scalars: z.record(z.string(), z.number()) })

/** As it was kept when only text-to-pose runs could be compared. */
const olderPoint = z
  .strictObject({ step: z.number(), seconds: z.number(), dtw: z.number(), wristPathRatio: z.number() })
  .transform(
    ({ step, seconds, dtw, wristPathRatio }): z.infer<typeof point> => ({ step, seconds, score: dtw, scalars: { dtw, wristPathRatio } }),
  )

/** A run's validations as kept in its folder; seconds count training steps only, a lower score is better. */
export const savedCurve = z.strictObject({ steps: z.number(), seconds: z.number(), points: z.array(z.union([point, olderPoint])) })
export type SavedCurve = z.infer<typeof savedCurve>

/** One run: which variant it is, from which seed, and its validations. */
export type AblationRun = SavedCurve & { readonly variant: string; readonly seed: number }

export interface Spread {
  readonly mean: number
  readonly deviation: number
}

export interface AblationRow {
  readonly variant: string
  readonly finalScore: Spread
  readonly bestScore: Spread
  /** What else was measured at the last validation, by name. */
  readonly scalars: Readonly<Record<string, Spread>>
  readonly seconds: Spread
  /** Seconds to the best score that the reference reached from the same seed, as a share of the reference's own; over the seeds that reached it. */
  readonly timeRatio: Spread
  /** The same in steps, which a busy machine does not change. */
  readonly stepRatio: Spread
  readonly reached: number
  readonly runs: number
}

/** A validation within this share of the reference's best counts as having reached it. */
const TOLERANCE = 1.02

/** A row for each variant, in the order of their first runs; `reference` is the variant that the others are compared with. */
export function compare(runs: readonly AblationRun[], reference: string): AblationRow[] {
  const references = new Map(runs.filter(({ variant }) => variant === reference).map((run) => [run.seed, run]))
  return [...new Set(runs.map(({ variant }) => variant))].map((variant) => {
    const own = runs.filter((run) => run.variant === variant)
    const last = own.map(({ points }) => points.at(-1)!)
    const ratios = own.flatMap((run) => ratiosOf(run, references.get(run.seed)))
    return {
      variant,
      finalScore: spreadOf(last.map(({ score }) => score)),
      bestScore: spreadOf(own.map(bestOf)),
      scalars: Object.fromEntries(Object.keys(last[0]!.scalars).map((name) => [name, spreadOf(last.map(({ scalars }) => scalars[name]!))])),
      seconds: spreadOf(own.map(({ seconds }) => seconds)),
      timeRatio: spreadOf(ratios.map(({ time }) => time)),
      stepRatio: spreadOf(ratios.map(({ steps }) => steps)),
      reached: ratios.length,
      runs: own.length,
    }
  })
}

const bestOf = ({ points }: AblationRun): number => Math.min(...points.map(({ score }) => score))

/** When a run reached the best score of the reference's run, against that; nothing where it did not. */
function ratiosOf(run: AblationRun, reference: AblationRun | undefined): { time: number; steps: number }[] {
  if (!reference) return []
  const goal = TOLERANCE * bestOf(reference)
  const [mine, theirs] = [run, reference].map(({ points }) => points.find(({ score }) => score <= goal))
  return mine && theirs ? [{ time: mine.seconds / theirs.seconds, steps: mine.step / theirs.step }] : []
}

/** Mean and sample standard deviation; NaN where there are too few. */
function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}

/** The rows as lines for people. */
export function formatAblation(rows: readonly AblationRow[], { scoreName, reference }: { scoreName: string; reference: string }): string {
  const cell = ({ mean, deviation }: Spread, digits: number) =>
    Number.isFinite(mean) ? `${mean.toFixed(digits)}${Number.isFinite(deviation) ? ` ± ${deviation.toFixed(digits)}` : ''}` : '-'
  const names = Object.keys(rows[0]?.scalars ?? {}).filter((name) => name !== scoreName.toLowerCase())
  const cells = [
    ['', `final ${scoreName}`, `best ${scoreName}`, ...names, 'seconds', `time to ${reference}'s best`, 'steps', 'reached'],
    ...rows.map((row) => [
      row.variant,
      cell(row.finalScore, 3),
      cell(row.bestScore, 3),
      ...names.map((name) => cell(row.scalars[name]!, 3)),
      cell(row.seconds, 0),
      row.reached > 0 ? `× ${cell(row.timeRatio, 2)}` : '-',
      row.reached > 0 ? `× ${cell(row.stepRatio, 2)}` : '-',
      `${row.reached} of ${row.runs}`,
    ]),
  ]
  return formatTable(cells)
}
