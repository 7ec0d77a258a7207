// A profile as text: what was measured and how, then the time by place and by kernel.

import { counted } from '../base/counted.js'
import { formatTable } from '../base/table.js'
import { formatCeilings } from './ceilings.js'
import { byKernel, byPath, type Group, together } from './groups.js'
import { formatMemory } from './memory_plan.js'
import type { Profile } from './profile.js'
import type { Timed } from './timing.js'

/** All of it; places are grouped by their first `depth` scopes. */
export function formatProfile(profile: Profile, { depth = 2 }: { depth?: number } = {}): string {
  const { rows, ceilings, command, memory } = profile
  if (command === 'kernel') return [...summaryLines(profile), '', formatGroups('shape', byPath(rows, ceilings, 1), true)].join('\n')
  return [
    ...summaryLines(profile),
    '',
    formatGroups('place', byPath(rows, ceilings, depth), false),
    '',
    formatGroups('kernel', byKernel(rows, ceilings), true),
    '',
    formatMemory(memory),
  ].join('\n')
}

/** What was profiled where, by which clock, what that cost, and how near the step is to its floor: the lines above every table. */
export function summaryLines(profile: Profile): string[] {
  const { subject, adapter, software, ceilings, step, rows } = profile
  const lines = [
    `${subject}, on ${adapter}${software ? ' (a CPU: compare only with profiles of the same machine)' : ''}`,
    `measured peaks: ${formatCeilings(ceilings)}`,
    methodLine(profile),
  ]
  if (!step) return lines
  const all = together(rows, ceilings)
  const { plain, profiled, stampMs, floorMs, floorShare } = step
  return [
    ...lines,
    `a step takes ${milliseconds(plain)}; with profiling, one dispatch at a time, ${milliseconds(profiled)}, ${signedPercent(profiled.median / plain.median - 1)}`,
    `timing adds ${(1000 * stampMs).toFixed(1)} µs per dispatch, subtracted in the tables below but not in the timeline`,
    `${counted(all.calls, 'dispatch', 'dispatches')} in ${milliseconds(all.ms)}, ${percent(all.ms.median / plain.median)} of the step`,
    `at the measured peaks, the kernels would take ${floorMs.toFixed(2)} ms: ${percent(floorShare)} of the step`,
  ]
}

function methodLine({ method, step, command }: Profile): string {
  const count = step?.profiled.samples.length
  const steps = count === 1 ? 'one step' : `${count} steps`
  if (command === 'kernel') return 'each shape by itself, many dispatches per submission, timed by the host clock'
  if (method === 'timestamps')
    return `timed by timestamp queries, one compute pass per dispatch, over ${steps}; dispatches in separate passes cannot overlap`
  return `no timestamp-query on this adapter: each dispatch was submitted separately and timed by the host clock, over ${steps}, so each time includes a round trip`
}

/** Groups as a text table under one heading; with `shaders`, also which ceilings the roof is made of and which variants ran. */
export function formatGroups(heading: string, groups: readonly Group[], shaders: boolean): string {
  return formatTable([
    [heading, 'calls', 'ms', 'spread', 'share', 'GB/s', 'GFLOP/s', 'of roof', ...(shaders ? ['ceiling', 'shader'] : [])],
    ...groups.map(({ name, calls, ms, share, gigabytes, gigaflops, roof, ceilings, variants }) => [
      name,
      String(calls),
      ms.median.toFixed(3),
      `${ms.low.toFixed(2)}-${ms.high.toFixed(2)}`,
      percent(share),
      gigabytes.toFixed(2),
      gigaflops.toFixed(2),
      percent(roof),
      ...(shaders ? [ceilings.join(', '), variants.join(', ')] : []),
    ]),
  ])
}

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`
const signedPercent = (share: number) => `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`
/** The median, and the quartiles about it. */
export const milliseconds = ({ median, low, high }: Timed): string => `${median.toFixed(2)} ms (${low.toFixed(2)} to ${high.toFixed(2)})`
