// What an ablation found: variants of a run compared over several seeds.

import type { SavedCurve } from './ablation_curve.js'
import type { JudgedRun, JudgeScores } from './ablation_judge.js'

/** One run: which variant it is, from which seed, its validations, and what judges read in its motions. */
export type AblationRun = SavedCurve & { readonly variant: string; readonly seed: number; readonly judged?: JudgedRun }

export interface Spread {
  readonly mean: number
  readonly deviation: number
}

export interface AblationRow {
  readonly variant: string
  readonly finalScore: Spread
  readonly bestScore: Spread
  /** What else was measured at the last validation, by name; over the runs that have a number there. */
  readonly scalars: Readonly<Record<string, Spread>>
  readonly seconds: Spread
  /** Seconds to the best score that the reference reached from the same seed, as a share of the reference's own; over the seeds that reached it. */
  readonly timeRatio: Spread
  /** The same in steps, which a busy machine does not change. */
  readonly stepRatio: Spread
  readonly reached: number
  readonly runs: number
  /** Numbers that learn; NaN of runs that an earlier version kept. */
  readonly parameters: number
  readonly stepMilliseconds: Spread
  /** Scores of its motions by measure, over all seeds and judges; absent without judges. */
  readonly judged?: Readonly<Record<string, Spread>>
  readonly framesPerSecond?: Spread
}

/** Scores of what needs no model, over the judges. */
export interface JudgedBaseline {
  readonly name: string
  readonly judged: Readonly<Record<string, Spread>>
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
      scalars: byName(last.map(({ scalars }) => Object.entries(scalars).map(([name, value]) => [name, [value]] as const))),
      seconds: spreadOf(own.map(({ seconds }) => seconds)),
      timeRatio: spreadOf(ratios.map(({ time }) => time)),
      stepRatio: spreadOf(ratios.map(({ steps }) => steps)),
      reached: ratios.length,
      runs: own.length,
      parameters: own[0]!.parameters ?? Number.NaN,
      stepMilliseconds: spreadOf(own.map(({ seconds, steps }) => (1000 * seconds) / steps)),
      ...judgedOf(own.flatMap(({ judged }) => judged ?? [])),
    }
  })
}

/** Real motions and the nearest neighbour's, which are the same whatever the run; none without judges. */
export function judgedBaselines(runs: readonly AblationRun[]): JudgedBaseline[] {
  const judged = runs[0]?.judged
  if (!judged) return []
  const of = (scores: JudgeScores) => byName([Object.entries(scores)])
  const baselines = [
    { name: 'truth', judged: of(judged.truth) },
    { name: 'nearest neighbour', judged: of(judged.nearest) },
  ]
  return baselines.filter(({ judged }) => Object.keys(judged).length > 0)
}

function judgedOf(judged: readonly JudgedRun[]): Pick<AblationRow, 'judged' | 'framesPerSecond'> {
  if (judged.length === 0) return {}
  return {
    judged: byName(judged.map(({ generated }) => Object.entries(generated))),
    framesPerSecond: spreadOf(judged.map(({ framesPerSecond }) => framesPerSecond)),
  }
}

/** The spread of all numbers of one name, in the order in which names are first met. */
function byName(entries: readonly (readonly (readonly [name: string, values: readonly number[]])[])[]): Record<string, Spread> {
  const values = new Map<string, number[]>()
  for (const [name, some] of entries.flat()) values.set(name, [...(values.get(name) ?? []), ...some.filter(Number.isFinite)])
  return Object.fromEntries([...values].map(([name, all]) => [name, spreadOf(all)]))
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
