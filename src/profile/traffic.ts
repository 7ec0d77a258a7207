// How a dispatch goes through memory: what it reads, writes and changes in place, and whether a cache could hold it. A byte that is written
// anew costs more than one changed in place, since a CPU fetches it first; so there is a ceiling for each of these patterns.

import type { Access } from '../device/kernel.js'
import { bytesOf } from '../device/memory.js'
import type { Step } from '../device/program.js'

/** `merge` reads twice what it writes; `update` changes as much in place as it reads, `updates` three times that. */
export const PATTERNS = ['read', 'merge', 'copy', 'update', 'updates'] as const
export type Pattern = (typeof PATTERNS)[number]
export type Traffic = Pattern | `cached ${Pattern}`

/** The nearest of these by the share of the touched bytes that is written. */
const writesAnew = [
  ['read', 0],
  ['merge', 1 / 3],
  ['copy', 1 / 2],
] as const
const changesInPlace = [
  ['read', 0],
  ['update', 1 / 2],
  ['updates', 3 / 4],
] as const
/** Kernels leave small tensors out of their costs. */
const SLACK = 0.02

type Dispatch = Pick<Step, 'kernel' | 'tensors' | 'cost'>

/** What touches at least `large` bytes is taken to come from memory; of what touches fewer, caches may hold some or all. */
export function trafficOf(dispatch: Dispatch, large: number): Traffic {
  const { read, write, update } = touchedBytes(dispatch)
  const { bytes } = dispatch.cost
  const all = read + write + update
  const alike = (a: number, b: number) => Math.abs(a - b) <= SLACK * all
  // Access alone does not say: an `update` may leave some elements and overwrite the others, as masks do, and counts each byte once;
  // a `write` that adds to what is there where a param says so counts each written byte twice.
  const inPlace = update >= write ? !alike(bytes, all) : alike(bytes, all + write + update)
  const pattern = nearest(inPlace ? changesInPlace : writesAnew, (write + update) / all)
  return Math.min(bytes, all) < large ? `cached ${pattern}` : pattern
}

/** By access, of every tensor once: what a kernel has no use for is bound to another. No more of a table than the whole dispatch moves. */
function touchedBytes({ kernel, tensors, cost }: Dispatch): Record<Access, number> {
  const sums = { read: 0, write: 0, update: 0 }
  const accesses = new Map(Object.entries(kernel.buffers).map(([name, access]) => [tensors[name]!, access]))
  for (const [tensor, access] of accesses) sums[access] += Math.min(bytesOf(tensor), access === 'update' ? cost.bytes / 2 : cost.bytes)
  return sums
}

function nearest<P extends Pattern>(shares: readonly (readonly [P, number])[], share: number): P {
  return shares.reduce((best, one) => (Math.abs(one[1] - share) < Math.abs(best[1] - share) ? one : best))[0]
}
