// DTW in its three forms and the SLRTP metrics against what the released evaluations compute; every size is the file's own.

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Series } from '../src/metrics/dtw.js'
import { progressiveDtw, releasedDtw } from '../src/metrics/progressive_dtw.js'
import { slrtpScores } from '../src/metrics/slrtp.js'

type Frames = readonly (readonly (readonly number[])[])[]
type Rows = readonly (readonly number[])[]
type Path = readonly (readonly [number, number])[]

interface Fixture {
  readonly slrtp: {
    readonly joints: number
    readonly left_wrist: number
    readonly right_wrist: number
    readonly pairs: readonly {
      readonly hyp: Frames
      readonly gt: Frames
      readonly fastdtw_distance: number
      readonly fastdtw_path: Path
      readonly fastdtw_mje: number
      readonly exact_distance: number
      readonly exact_path: Path
      readonly exact_mje: number
      readonly wrist_path: Readonly<Record<'hyp_left' | 'hyp_right' | 'gt_left' | 'gt_right', number>>
    }[]
    readonly dtw_mje: number
    readonly dtw_mje_exact: number
    readonly total_distance: number
    readonly total_distance_f64: number
    readonly avg_duration: number
  }
  readonly progressive: {
    readonly joints: number
    readonly references: readonly Rows[]
    readonly hypotheses: readonly Rows[]
    readonly scores: readonly number[]
    readonly mean: number
    readonly details: readonly {
      readonly ref_frames_used: number
      readonly hyp_frames_used: number
      readonly dtw_sum_f64: number
      readonly score_f64: number
      readonly path: Path
      readonly acc_last_row: readonly number[]
    }[]
    readonly options_on_first_pair: {
      readonly ref_rows: readonly [number, number]
      readonly hyp_rows: readonly [number, number]
      readonly results: readonly {
        readonly window: number | null
        readonly slope: number
        readonly warp: number
        readonly distance: number
        readonly path: Path
      }[]
    }
  }
}

const path = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'dtw.json')
const there = existsSync(path)

const series = (rows: readonly (readonly unknown[])[]): Series => ({
  values: Float64Array.from(rows.flat(2) as number[]),
  length: rows.length,
})
/** Within `share` of the wanted number. */
function expectNear(got: number, wanted: number, share: number): void {
  expect(Math.abs(got - wanted), `${got}, wanted ${wanted}`).toBeLessThanOrEqual(share * Math.abs(wanted))
}

// Skipped where the folder of outside numbers is not there.
describe.skipIf(!there)(basename(path), () => {
  const { slrtp, progressive } = there ? (JSON.parse(readFileSync(path, 'utf8')) as Fixture) : ({} as Fixture)

  it.each(['exact', 'fastdtw'] as const)('SLRTP metrics, aligned by %s', (align) => {
    const pairs = slrtp.pairs.map(({ hyp, gt }) => ({ hypothesis: series(hyp), reference: series(gt) }))
    const scores = slrtpScores(pairs, {
      joints: slrtp.joints,
      leftWrist: slrtp.left_wrist,
      rightWrist: slrtp.right_wrist,
      align,
    })
    const share = align === 'exact' ? 1e-9 : 1e-5
    for (const [i, wanted] of slrtp.pairs.entries()) {
      const { alignment, mje, hypothesisPath, referencePath } = scores.pairs[i]!
      expect(alignment.path).toEqual(wanted[`${align}_path`])
      expectNear(alignment.cost, wanted[`${align}_distance`], share)
      expectNear(mje, wanted[`${align}_mje`], share)
      const { hyp_left, hyp_right, gt_left, gt_right } = wanted.wrist_path
      expectNear(hypothesisPath.left, hyp_left, 1e-5)
      expectNear(hypothesisPath.right, hyp_right, 1e-5)
      expectNear(referencePath.left, gt_left, 1e-5)
      expectNear(referencePath.right, gt_right, 1e-5)
    }
    expectNear(scores.dtwMje, align === 'exact' ? slrtp.dtw_mje_exact : slrtp.dtw_mje, share)
    expectNear(scores.totalDistance, slrtp.total_distance, 1e-5)
    expectNear(scores.totalDistance, slrtp.total_distance_f64, 1e-9)
    expectNear(scores.averageDuration, slrtp.avg_duration, 1e-9)
  })

  it('Progressive Transformers’ DTW of padded rows with counters', () => {
    const dimension = progressive.joints * 3
    const found = progressive.details.map((wanted, i) => {
      const score = progressiveDtw(series(progressive.references[i]!), series(progressive.hypotheses[i]!), dimension)
      expect([score.referenceFrames, score.hypothesisFrames]).toEqual([wanted.ref_frames_used, wanted.hyp_frames_used])
      expect(score.path).toEqual(wanted.path)
      expectNear(score.cost, wanted.dtw_sum_f64, 1e-9)
      expectNear(score.score, wanted.score_f64, 1e-9)
      expectNear(score.score, progressive.scores[i]!, 1e-5)
      expect(score.lastRow.length).toBe(wanted.acc_last_row.length)
      for (const [j, sum] of wanted.acc_last_row.entries()) expectNear(score.lastRow[j]!, sum, 1e-9)
      return score.score
    })
    expectNear(found.reduce((sum, score) => sum + score, 0) / found.length, progressive.mean, 1e-5)
  })

  it('the options of the released table', () => {
    const dimension = progressive.joints * 3
    const { ref_rows, hyp_rows, results } = progressive.options_on_first_pair
    const cut = (rows: Rows, [from, to]: readonly [number, number]) => series(rows.slice(from, to).map((row) => row.slice(0, dimension)))
    const reference = cut(progressive.references[0]!, ref_rows)
    const hypothesis = cut(progressive.hypotheses[0]!, hyp_rows)
    for (const { window, slope, warp, distance, path: wanted } of results) {
      const found = releasedDtw(reference, hypothesis, dimension, { slope, warp, ...(window === null ? {} : { window }) })
      expect(found.path).toEqual(wanted)
      expectNear(found.cost, distance, 1e-9)
    }
  })
})
