// Two profiles of the same work, before and after: what became slower or faster, beyond what the machine's moods explain.

import { SignError } from '../base/errors.js'
import { formatTable } from '../base/table.js'
import type { Ceilings } from './ceilings.js'
import { byPath, type Group } from './groups.js'
import type { Profile } from './profile.js'
import { percent } from './table.js'
import { summarise, type Timed } from './timing.js'
import { PATTERNS } from './traffic.js'

export type Verdict = 'slower' | 'faster' | 'same' | 'added' | 'removed'

export interface Comparison {
  readonly kind: 'step' | 'kernel' | 'place' | 'shape'
  readonly name: string
  /** Null on the side that does not have it. */
  readonly before: Timed | null
  readonly after: Timed | null
  /** Median after by median before; 1 where one is missing. */
  readonly ratio: number
  readonly verdict: Verdict
}

export interface ProfileDiff {
  readonly subject: string
  readonly adapter: string
  /** Least change that counts, as a share of the time before. */
  readonly threshold: number
  /** How much less the ceilings were after than before, at least 1: that much slower the machine itself was. */
  readonly drift: number
  readonly comparisons: readonly Comparison[]
  readonly regressions: number
}

/** What is cheaper than this share of the whole is not judged. */
const NEGLIGIBLE = 0.01

/**
 * Compares the step, each kernel and each place. Something is slower, or faster, where the median and the best of all samples moved by
 * more than `threshold`, and the middle halves of the samples do not touch; all after the machine's own drift,
 * as the ceilings show it, is taken off. Throws ERR_USAGE for profiles of different work or adapters.
 */
export function diffProfiles(before: Profile, after: Profile, { threshold = 0.1 }: { threshold?: number } = {}): ProfileDiff {
  checkComparable(before, after)
  const drift = driftOf(before.ceilings, after.ceilings)
  const judge = { threshold, drift, least: NEGLIGIBLE * wholeOf(before) }
  const comparisons = [
    ...(before.step && after.step ? [compare('step', 'the step, unprofiled', before.step.plain, after.step.plain, judge)] : []),
    ...compareGroups(before.command === 'kernel' ? 'shape' : 'place', pathsOf(before), pathsOf(after), judge),
    ...(before.command === 'kernel' ? [] : compareGroups('kernel', kernelsOf(before), kernelsOf(after), judge)),
  ]
  const regressions = comparisons.filter(({ verdict }) => verdict === 'slower').length
  return { subject: before.subject, adapter: before.adapter, threshold, drift, comparisons, regressions }
}

/** By the middle one of the memory ceilings: one that was measured badly says nothing about the machine. */
function driftOf(before: Ceilings, after: Ceilings): number {
  const { median } = summarise(PATTERNS.map((pattern) => before.gigabytes[pattern] / after.gigabytes[pattern]))
  return Math.max(1, median, before.gigaflops / after.gigaflops)
}

function checkComparable(before: Profile, after: Profile): void {
  const refuse = (what: string, a: string, b: string) =>
    new SignError('ERR_USAGE', 'profile diff', `wanted two profiles of one ${what}, got '${a}' and '${b}'`, 'Profile both in the same way')
  for (const what of ['subject', 'adapter', 'method'] as const)
    if (before[what] !== after[what]) throw refuse(what, before[what], after[what])
}

interface Judge {
  readonly threshold: number
  readonly drift: number
  /** Milliseconds. */
  readonly least: number
}

const wholeOf = ({ rows }: Profile): number => rows.reduce((sum, { ms }) => sum + ms.median, 0)
const pathsOf = ({ rows, ceilings }: Profile) => byPath(rows, ceilings, 2)
// One name a kernel, whatever variant ran: a better variant shows as the same kernel, faster.
const kernelsOf = ({ rows, ceilings }: Profile) =>
  byPath(
    rows.map((row) => ({ ...row, path: '' })),
    ceilings,
    1,
  )

function compareGroups(kind: Comparison['kind'], before: readonly Group[], after: readonly Group[], judge: Judge): Comparison[] {
  const names = [...new Set([...after, ...before].map(({ name }) => name))]
  const find = (groups: readonly Group[], name: string) => groups.find((group) => group.name === name)?.ms ?? null
  return names.map((name) => compare(kind, name, find(before, name), find(after, name), judge))
}

function compare(kind: Comparison['kind'], name: string, before: Timed | null, after: Timed | null, judge: Judge): Comparison {
  if (!before || !after) return { kind, name, before, after, ratio: 1, verdict: before ? 'removed' : 'added' }
  const ratio = after.median / before.median
  const slower = isSlower(before, scaled(after, 1 / judge.drift), judge)
  const faster = isSlower(after, before, judge)
  return { kind, name, before, after, ratio, verdict: slower ? 'slower' : faster ? 'faster' : 'same' }
}

function isSlower(a: Timed, b: Timed, { threshold, least }: Judge): boolean {
  return b.median - a.median > Math.max(least, threshold * a.median) && b.best > a.best * (1 + threshold) && b.low > a.high
}

const scaled = ({ best, median, low, high, samples }: Timed, by: number): Timed => ({
  best: best * by,
  median: median * by,
  low: low * by,
  high: high * by,
  samples: samples.map((ms) => ms * by),
})

/** The comparison as text: what changed first, then a table of it all. */
export function formatDiff({ subject, adapter, threshold, drift, comparisons, regressions }: ProfileDiff): string {
  const cell = (timed: Timed | null) => (timed ? timed.median.toFixed(3) : '-')
  return [
    `${subject}, on ${adapter}`,
    ...(drift > 1
      ? [`the machine itself was ${percent(drift - 1)} slower in the second profile (by its measured peaks); this is corrected for`]
      : []),
    regressions === 0 ? `nothing is slower by more than ${percent(threshold)}` : `${regressions} slower by more than ${percent(threshold)}`,
    '',
    formatTable([
      ['', 'before ms', 'after ms', 'ratio', 'verdict'],
      ...comparisons.map(({ kind, name, before, after, ratio, verdict }) => [
        kind === 'step' ? name : `${kind} ${name}`,
        cell(before),
        cell(after),
        before && after ? ratio.toFixed(2) : '-',
        verdict,
      ]),
    ]),
  ].join('\n')
}
