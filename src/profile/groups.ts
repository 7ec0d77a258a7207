// Rows of a profile added up: by place in the model, and by kernel.

import { type Ceilings, floorOf } from './ceilings.js'
import type { DispatchRow } from './profile.js'
import { summarise, type Timed } from './timing.js'

/** Some rows together. */
export interface Group {
  readonly name: string
  /** Shader files that ran. */
  readonly variants: readonly string[]
  readonly calls: number
  readonly ms: Timed
  /** Of the time of all groups together, 0 to 1. */
  readonly share: number
  /** At the median; 0 where the adapter's clock saw no time pass, as `roof`. */
  readonly gigabytes: number
  readonly gigaflops: number
  /** Milliseconds that its kernels cannot do without here. */
  readonly floor: number
  /** `floor` by time: how near to the roof. */
  readonly roof: number
  /** Whose floors make up `floor`: kinds of traffic, or `multiply-add`; the most of it first. */
  readonly ceilings: readonly string[]
}

/** Groups by the first `depth` scopes, the costliest first. What is outside of all scopes goes by the name of its kernel. */
export function byPath(rows: readonly DispatchRow[], ceilings: Ceilings, depth: number): Group[] {
  return groupRows(rows, ceilings, ({ path, kernel }) => (path === '' ? kernel : path.split('/').slice(0, depth).join('/')))
}

/** Groups by kernel and the variant that ran, the costliest first. */
export function byKernel(rows: readonly DispatchRow[], ceilings: Ceilings): Group[] {
  return groupRows(rows, ceilings, ({ kernel, variant }) => `${kernel} ${variant}`).map((group) => ({
    ...group,
    name: group.name.split(' ')[0]!,
  }))
}

/** All rows as one group. */
export function together(rows: readonly DispatchRow[], ceilings: Ceilings): Group {
  return groupRows(rows, ceilings, () => 'all dispatches')[0]!
}

function groupRows(rows: readonly DispatchRow[], ceilings: Ceilings, nameOf: (row: DispatchRow) => string): Group[] {
  const members = new Map<string, DispatchRow[]>()
  for (const row of rows) members.set(nameOf(row), [...(members.get(nameOf(row)) ?? []), row])
  const groups = [...members].map(([name, list]) => sum(name, list, ceilings))
  const whole = groups.reduce((all, { ms }) => all + ms.median, 0)
  return groups.map((group) => ({ ...group, share: group.ms.median / whole })).sort((a, b) => b.ms.median - a.ms.median)
}

function sum(name: string, rows: readonly DispatchRow[], ceilings: Ceilings): Omit<Group, 'share'> {
  const add = (of: (row: DispatchRow) => number) => rows.reduce((all, row) => all + of(row), 0)
  const ms = summarise(rows[0]!.ms.samples.map((_, step) => add((row) => row.ms.samples[step]!)))
  const floors = new Map<string, number>()
  for (const row of rows) {
    const { ceiling, ms } = floorOf(row, ceilings)
    floors.set(ceiling, (floors.get(ceiling) ?? 0) + ms)
  }
  const floor = [...floors.values()].reduce((all, ms) => all + ms, 0)
  const perMs = (amount: number) => (ms.median > 0 ? amount / ms.median : 0)
  return {
    name,
    variants: [...new Set(rows.map(({ variant }) => variant))],
    calls: add(({ calls }) => calls),
    ms,
    gigabytes: perMs(add(({ bytes }) => bytes)) / 1e6,
    gigaflops: perMs(add(({ flops }) => flops)) / 1e6,
    floor,
    roof: perMs(floor),
    ceilings: [...floors].sort(([, a], [, b]) => b - a).map(([ceiling]) => ceiling),
  }
}
